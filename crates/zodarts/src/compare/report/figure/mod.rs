//! Figures of searches, as SVG.

mod edges;
mod live;

pub use edges::{all_edges, first_edge};
pub use live::live_operations;

use crate::run::SearchRecord;
use plotters::coord::Shift;
use plotters::prelude::*;

/// Okabe and Ito's colours, which colour-blind readers tell apart.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 0, 0),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(0, 114, 178),
    RGBColor(204, 121, 167),
    RGBColor(240, 228, 66),
];

/// A search, epoch by epoch.
#[derive(Clone, Debug)]
pub struct Course {
    /// The method.
    pub name: &'static str,
    /// The seed.
    pub seed: u64,
    /// Its records.
    pub records: Vec<SearchRecord>,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

/// The SVG of what `draw` draws on a white area of `size` pixels.
fn render(size: (u32, u32), draw: impl for<'a> FnOnce(&Area<'a>) -> Drawn<'a>) -> Result<String, String> {
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

#[cfg(test)]
impl Course {
    /// A search of seed 1 that was planned for three epochs, which have so many live operations.
    fn example(name: &'static str, live: &[usize]) -> Self {
        Self { name, seed: 1, records: SearchRecord::examples(live, 3) }
    }
}
