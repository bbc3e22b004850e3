//! Charts drawn as SVG.

use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

/// The length of a dash and of the gap behind it, in pixels.
const DASHES: (u32, u32) = (5, 3);
/// The length of a line in a legend, in pixels.
const MARK: i32 = 14;

/// Okabe and Ito's colours, which colour-blind readers can tell apart.
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

/// The area to draw on.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// The result of drawing.
pub type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

/// Returns the SVG of what `draw` draws on a white area of `size` pixels, (width, height).
///
/// # Errors
/// Returns the message of the drawing library if it fails.
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

/// A line of a chart, in one of the [`COLOURS`] by its number; lines beyond these are dashed.
pub struct Line {
    /// Its number among the lines, from 0.
    pub number: usize,
    /// Its width in pixels.
    pub width: u32,
    /// The radius in pixels of a circle around each point; 0 draws none.
    pub circles: u32,
    /// Its name in the legend.
    pub name: String,
}

impl Line {
    /// Draws the line through points.
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
