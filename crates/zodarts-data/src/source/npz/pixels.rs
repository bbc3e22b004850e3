//! Pixel values of arrays, and the one scale of a whole file.

use super::element::{Element, Integer};
use crate::store::Pixels;

/// The smallest largest value of floating-point numbers that are taken for 0 to 255 without being whole.
const BRIGHT: f64 = 128.0;

/// Pixel values as read. They stay as narrow as in the file.
pub(super) struct PixelArray {
    pub element: Element,
    pub bytes: Vec<u8>,
}

/// The values of some arrays.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueRange {
    low: f64,
    high: f64,
    /// True if all values are whole numbers.
    whole: bool,
    /// True if all values are numbers and finite.
    finite: bool,
}

/// The scale from values to pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum PixelScale {
    /// The bytes are pixels.
    Bytes,
    /// Whole numbers up to 255 are pixels of 8 bits.
    Narrow,
    /// This value is white in pixels of 16 bits.
    White(f64),
}

impl PixelScale {
    /// Returns the value of white.
    pub fn white(self) -> u32 {
        match self {
            PixelScale::Bytes | PixelScale::Narrow => 255,
            PixelScale::White(white) => white as u32,
        }
    }
}

impl ValueRange {
    const NOTHING: Self = Self { low: f64::INFINITY, high: f64::NEG_INFINITY, whole: true, finite: true };

    fn with(self, value: f64) -> Self {
        Self {
            low: self.low.min(value),
            high: self.high.max(value),
            whole: self.whole && value.fract() == 0.0,
            finite: self.finite && value.is_finite(),
        }
    }

    /// Returns the range of the values of some arrays.
    pub fn of<'a>(arrays: impl IntoIterator<Item = &'a PixelArray>) -> Self {
        arrays.into_iter().fold(Self::NOTHING, |range, array| array.fold(range, Self::with))
    }

    /// Returns the scale of values of a type, if it can be told: 0 to 1, 0 to 255, or the whole numbers of
    /// 10, 12, 14 or 16 bits.
    pub fn scale(self, element: Element) -> Option<PixelScale> {
        let Self { low, high, whole, finite } = self;
        if !finite || low < 0.0 {
            return None;
        }
        match element {
            Element::Float(_) if high <= 1.0 => Some(PixelScale::White(1.0)),
            _ if whole && high <= 255.0 => Some(PixelScale::Narrow),
            Element::Float(_) if (BRIGHT..=255.0).contains(&high) => Some(PixelScale::White(255.0)),
            Element::Float(_) => None,
            Element::Integer(_) => {
                let whites = [10, 12, 14, 16].map(|bits| f64::from((1_u32 << bits) - 1));
                whites.into_iter().find(|white| high <= *white).map(PixelScale::White)
            }
        }
    }

    /// Returns the range in words.
    pub fn text(self) -> String {
        let [low, high] = [self.low, self.high].map(|value| (value * 1e4).round() / 1e4);
        if self.finite { format!("from {low} to {high}") } else { "that are no numbers".into() }
    }
}

impl PixelArray {
    /// Tells if the bytes are pixels.
    pub fn is_plain(&self) -> bool {
        matches!(self.element, Element::Integer(Integer { width: 1, signed: false, .. }))
    }

    fn fold<T>(&self, start: T, mut with: impl FnMut(T, f64) -> T) -> T {
        let elements = self.bytes.chunks_exact(self.element.width());
        match self.element {
            Element::Integer(integer) => {
                elements.fold(start, |folded, element| with(folded, integer.decode(element) as f64))
            }
            Element::Float(float) => {
                elements.fold(start, |folded, element| with(folded, float.decode(element)))
            }
        }
    }

    /// Returns the values as pixels.
    pub fn into_pixels(self, scale: PixelScale) -> Pixels {
        let count = self.bytes.len() / self.element.width();
        match scale {
            PixelScale::Bytes => Pixels::U8(self.bytes),
            PixelScale::Narrow => Pixels::U8(self.fold(Vec::with_capacity(count), |mut pixels, value| {
                pixels.push(value as u8);
                pixels
            })),
            PixelScale::White(white) => {
                Pixels::U16(self.fold(Vec::with_capacity(count), |mut pixels, value| {
                    pixels.push((value / white * f64::from(u16::MAX)).round() as u16);
                    pixels
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(descr: &str, values: &[f64]) -> Option<PixelScale> {
        let range = values.iter().fold(ValueRange::NOTHING, |range, value| range.with(*value));
        range.scale(Element::parse(descr).unwrap())
    }

    #[test]
    fn the_scale_follows_the_range() {
        for (descr, values, expected) in [
            ("<f4", [0.0, 1.0], Some(PixelScale::White(1.0))),
            ("<f4", [0.0, 255.0], Some(PixelScale::Narrow)),
            ("<f8", [0.5, 254.5], Some(PixelScale::White(255.0))),
            ("<f4", [0.0, 1.2], None),
            ("<f4", [-0.1, 1.0], None),
            ("<f4", [0.0, f64::NAN], None),
            ("<f4", [0.0, 300.0], None),
            ("<u2", [0.0, 255.0], Some(PixelScale::Narrow)),
            ("<u2", [0.0, 1023.0], Some(PixelScale::White(1023.0))),
            ("<u2", [0.0, 1024.0], Some(PixelScale::White(4095.0))),
            ("<u2", [0.0, 65535.0], Some(PixelScale::White(65535.0))),
            ("<i2", [-1.0, 7.0], None),
            ("<i8", [0.0, 200.0], Some(PixelScale::Narrow)),
            ("<u4", [0.0, 70000.0], None),
        ] {
            assert_eq!(scale(descr, &values), expected, "{descr} {values:?}");
        }
    }
}
