//! The confusion matrix as an image.

use super::canvas::{Canvas, Point, Rectangle};
use super::digits;
use crate::messages::Value;
use zodarts_nas::evaluate::Metrics;

/// Side of a cell in pixels, which has room for three digits.
const CELL: usize = 40;
/// Largest side of the image in pixels. Cells get smaller if there are many classes.
const MOST_PIXELS: usize = 2048;
/// Most classes that are drawn: a cell has at least 4 pixels a side.
const MOST_CLASSES: usize = MOST_PIXELS / 4;
/// Colour of the lines between cells.
const LINES: [u8; 3] = [190, 190, 190];
/// Colour of a cell with all images of its row.
const FULL: [u8; 3] = [8, 48, 107];
/// Colour of a cell without images.
const EMPTY: [u8; 3] = [255, 255, 255];

/// Returns the confusion matrix as an image: rows are true classes, columns predicted ones. Returns `None` if
/// the metrics have no confusion matrix or more than `MOST_CLASSES` classes.
pub fn confusion(metrics: &Metrics) -> Option<Value> {
    let counts = metrics.report.confusion.as_ref().filter(|rows| rows.len() <= MOST_CLASSES)?;
    let names: Vec<&str> = metrics.report.classes.iter().map(|class| class.name.as_str()).collect();
    let description = format!(
        "Rows are the true classes, columns the predicted ones. The darker a cell, the larger its \
         share of the row. Classes from top to bottom and from left to right: {}.",
        names.join(", ")
    );
    draw(counts).value(format!("{}/confusion", metrics.split), description)
}

fn draw(counts: &[Vec<u64>]) -> Canvas {
    let largest = counts.iter().flatten().copied().max().unwrap_or(0);
    let wanted = CELL.max(digits::size(largest).0 + 10);
    let side = wanted.min(MOST_PIXELS / counts.len().max(1));
    let whole = counts.len() * side + 1;
    let mut canvas = Canvas::new(whole, whole, LINES);
    for (row, counts) in counts.iter().enumerate() {
        let images: u64 = counts.iter().sum();
        for (column, &count) in counts.iter().enumerate() {
            let share = count as f64 / images.max(1) as f64;
            let at = Point { x: column * side, y: row * side };
            Cell { at, side, count, share }.paint(&mut canvas);
        }
    }
    canvas
}

/// A cell of the matrix.
struct Cell {
    /// Upper left corner, which belongs to the lines.
    at: Point,
    /// Side in pixels, lines included.
    side: usize,
    /// Number of images.
    count: u64,
    /// Share of the images of the row, from 0 to 1.
    share: f64,
}

impl Cell {
    /// Paints the cell, and its count if there is room for it.
    fn paint(&self, canvas: &mut Canvas) {
        let (Point { x, y }, side) = (self.at, self.side);
        let area = Rectangle { x: x + 1, y: y + 1, width: side - 1, height: side - 1 };
        canvas.fill(area, shade(self.share));
        let (width, height) = digits::size(self.count);
        if width + 2 < side && height + 2 < side {
            let corner = Point { x: x + (side - width) / 2, y: y + (side - height) / 2 };
            digits::write(canvas, corner, self.count, if self.share > 0.5 { EMPTY } else { FULL });
        }
    }
}

/// Returns the colour of a cell with this share of its row.
fn shade(share: f64) -> [u8; 3] {
    let blend = |empty: u8, full: u8| f64::from(empty) + share * (f64::from(full) - f64::from(empty));
    [0, 1, 2].map(|channel| blend(EMPTY[channel], FULL[channel]).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView, ImageFormat, Rgba, load_from_memory_with_format};

    fn pixels(counts: &[Vec<u64>]) -> image::DynamicImage {
        let image = draw(counts).value("x".into(), String::new()).unwrap().image.unwrap();
        load_from_memory_with_format(&image.encoded_image_string, ImageFormat::Png).unwrap()
    }

    #[test]
    fn a_cell_is_as_dark_as_its_share_of_the_truth_and_says_its_number() {
        let picture = pixels(&[vec![30, 10], vec![0, 7]]);
        assert_eq!(picture.dimensions(), (81, 81));
        let cell = |row: u32, column: u32| picture.view(column * 40 + 1, row * 40 + 1, 39, 39).to_image();
        for (row, column, share) in [(0, 0, 0.75), (0, 1, 0.25), (1, 0, 0.0), (1, 1, 1.0)] {
            let [r, g, b] = shade(share);
            assert_eq!(cell(row, column).get_pixel(0, 0), &Rgba([r, g, b, 255]), "{row} {column}");
        }
        // The strokes of a 7: three pixels, and one in each of the other four rows, each two by two.
        let strokes = cell(1, 1).pixels().filter(|pixel| pixel.0 == [255; 4]).count();
        assert_eq!(strokes, (3 + 4) * 4);
        assert_eq!(picture.get_pixel(40, 40).0[..3], LINES);
    }

    #[test]
    fn cells_grow_with_their_numbers_and_shrink_with_the_classes() {
        assert_eq!(pixels(&[vec![1_000_000]]).width(), 7 * 8 - 2 + 10 + 1);
        let many = vec![vec![1_000; MOST_CLASSES]; MOST_CLASSES];
        assert_eq!(pixels(&many).width() as usize, MOST_PIXELS + 1);
    }
}
