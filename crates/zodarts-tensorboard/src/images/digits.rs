//! Numbers painted on a canvas, in digits of 3 × 5 pixels.

use super::canvas::{Canvas, Point, Rectangle};

/// Rows of each digit, from top to bottom. The highest of three bits is the left pixel.
const DIGITS: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b010, 0b010, 0b010],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];
/// Side of the square that stands for a pixel of a digit.
const SCALE: usize = 2;
/// Distance from one digit to the next in pixels.
const ADVANCE: usize = 4 * SCALE;

/// Returns the width and height of a number in pixels.
pub fn size(number: u64) -> (usize, usize) {
    (number.to_string().len() * ADVANCE - SCALE, 5 * SCALE)
}

/// Paints a number with its upper left corner at `corner`.
///
/// # Panics
/// If part of it lies outside the canvas.
pub fn write(canvas: &mut Canvas, corner: Point, number: u64, colour: [u8; 3]) {
    for (place, digit) in number.to_string().bytes().enumerate() {
        let rows = DIGITS[usize::from(digit - b'0')];
        let lit = (0..5).flat_map(|row| (0..3).map(move |column| (row, column)));
        for (row, column) in lit.filter(|(row, column)| rows[*row] >> (2 - column) & 1 == 1) {
            let (x, y) = (corner.x + place * ADVANCE + column * SCALE, corner.y + row * SCALE);
            canvas.fill(Rectangle { x, y, width: SCALE, height: SCALE }, colour);
        }
    }
}
