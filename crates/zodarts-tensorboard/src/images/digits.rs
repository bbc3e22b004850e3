//! Numbers in a picture.

use super::picture::Picture;

/// Rows of each digit, from above; the highest of three bits is the left pixel.
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
/// Side of what stands for a pixel of a digit.
const SCALE: usize = 2;
/// From one digit to the next.
const ADVANCE: usize = 4 * SCALE;

/// Width and height of a number.
pub fn size(number: u64) -> (usize, usize) {
    (number.to_string().len() * ADVANCE - SCALE, 5 * SCALE)
}

/// Writes a number whose upper left corner is at `x`, `y`.
///
/// # Panics
/// If part of it is not in the picture.
pub fn write(picture: &mut Picture, (x, y): (usize, usize), number: u64, colour: [u8; 3]) {
    for (place, digit) in number.to_string().bytes().enumerate() {
        let rows = DIGITS[usize::from(digit - b'0')];
        let lit = (0..5).flat_map(|row| (0..3).map(move |column| (row, column)));
        for (row, column) in lit.filter(|(row, column)| rows[*row] >> (2 - column) & 1 == 1) {
            let corner = (x + place * ADVANCE + column * SCALE, y + row * SCALE);
            picture.fill(corner, (SCALE, SCALE), colour);
        }
    }
}
