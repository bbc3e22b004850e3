//! The confusion matrix as an image.

use super::digits;
use super::picture::Picture;
use crate::messages::Value;
use zodarts_nas::evaluate::Metrics;

/// Side of a cell with room for a number of three digits.
const CELL: usize = 40;
/// Most pixels of a side: with many classes cells get smaller.
const MOST_PIXELS: usize = 2048;
/// Most classes that are drawn.
const MOST_CLASSES: usize = MOST_PIXELS / 4;
/// What lies between cells.
const LINES: [u8; 3] = [190, 190, 190];
/// A cell with all images of its row.
const FULL: [u8; 3] = [8, 48, 107];
/// A cell without any.
const EMPTY: [u8; 3] = [255, 255, 255];

/// Images by truth and by what was said of them; none without a confusion matrix, or with too many classes to draw.
pub fn confusion(metrics: &Metrics) -> Option<Value> {
    let counts = metrics.report.confusion.as_ref().filter(|rows| rows.len() <= MOST_CLASSES)?;
    let names: Vec<&str> = metrics.report.classes.iter().map(|class| class.name.as_str()).collect();
    let description = format!(
        "Rows are the truth, columns what was said, the darker the larger the share of the row. Classes from above \
         and from the left: {}.",
        names.join(", ")
    );
    draw(counts).value(format!("{}/confusion", metrics.split), description)
}

fn draw(counts: &[Vec<u64>]) -> Picture {
    let largest = counts.iter().flatten().copied().max().unwrap_or(0);
    let wanted = CELL.max(digits::size(largest).0 + 10);
    let cell = wanted.min(MOST_PIXELS / counts.len().max(1));
    let side = counts.len() * cell + 1;
    let mut picture = Picture::new(side, side, LINES);
    for (row, counts) in counts.iter().enumerate() {
        let images: u64 = counts.iter().sum();
        for (column, &count) in counts.iter().enumerate() {
            let share = count as f64 / images.max(1) as f64;
            paint(&mut picture, (column * cell, row * cell), cell, (count, share));
        }
    }
    picture
}

/// Paints a cell, with its number where it has room.
fn paint(picture: &mut Picture, (x, y): (usize, usize), cell: usize, (count, share): (u64, f64)) {
    picture.fill((x + 1, y + 1), (cell - 1, cell - 1), shade(share));
    let (width, height) = digits::size(count);
    if width + 2 < cell && height + 2 < cell {
        let corner = (x + (cell - width) / 2, y + (cell - height) / 2);
        digits::write(picture, corner, count, if share > 0.5 { EMPTY } else { FULL });
    }
}

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
