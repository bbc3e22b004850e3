//! Figures as SVG.

use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

/// Pixels of a dash and of the gap behind it.
const DASHES: (u32, u32) = (5, 3);
/// Pixels of a line in a legend.
const MARK: i32 = 14;

/// Okabe and Ito's colours, which colour-blind readers tell apart.
pub const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 0, 0),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(0, 114, 178),
    RGBColor(204, 121, 167),
    RGBColor(240, 228, 66),
];

/// Where to draw.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// What drawing comes to.
pub type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

/// The SVG of what `draw` draws on a white area of `size` pixels.
///
/// # Errors
/// If the drawing library refuses.
pub fn render(size: (u32, u32), draw: impl for<'a> FnOnce(&Area<'a>) -> Drawn<'a>) -> Result<String, String> {
    let mut svg = String::new();
    let drawn = painted(&SVGBackend::with_string(&mut svg, size).into_drawing_area(), draw);
    drawn.map_err(|error| error.to_string())?;
    Ok(svg)
}

fn painted<'a>(root: &Area<'a>, draw: impl FnOnce(&Area<'a>) -> Drawn<'a>) -> Drawn<'a> {
    root.fill(&WHITE)?;
    draw(root)?;
    root.present()
}

/// A line of a chart: in one of the [`COLOURS`] by its number, dashed once they are used up.
pub struct Line {
    /// Its place among the lines.
    pub number: usize,
    /// Pixels across.
    pub width: u32,
    /// Pixels of the radius of a circle around each point; none of 0.
    pub circles: u32,
    /// What the legend calls it.
    pub name: String,
}

impl Line {
    /// Draws it through some points.
    pub fn draw<'a, X, Y>(
        self,
        chart: &mut ChartContext<'a, SVGBackend<'a>, Cartesian2d<X, Y>>,
        points: &[(f64, f64)],
    ) -> Drawn<'a>
    where
        X: Ranged<ValueType = f64>,
        Y: Ranged<ValueType = f64>,
    {
        let colour = COLOURS[self.number % COLOURS.len()];
        let (style, mark_style) = (colour.stroke_width(self.width), colour.stroke_width(2));
        let mark = |(x, y)| [(x, y), (x + MARK, y)];
        if self.number < COLOURS.len() {
            let line = LineSeries::new(points.iter().copied(), style).point_size(self.circles);
            let drawn = chart.draw_series(line)?.label(self.name);
            drawn.legend(move |at| PathElement::new(mark(at), mark_style));
        } else {
            let (length, gap) = DASHES;
            let circles = self.circles;
            chart.draw_series(
                points.iter().filter(|_| circles > 0).map(|point| Circle::new(*point, circles, style)),
            )?;
            let drawn = chart
                .draw_series(DashedLineSeries::new(points.iter().copied(), length, gap, style))?
                .label(self.name);
            drawn.legend(move |at| DashedPathElement::new(mark(at), length, gap, mark_style));
        }
        Ok(())
    }
}
