//! Figures as SVG.

use plotters::coord::Shift;
use plotters::prelude::*;

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
