//! From the values of a grey image to grey: rescaling, window, and which end is black.

use super::elements::Tag;
use super::fault::Fault;
use super::fields::Fields;
use super::values::Bits;
use super::window::{Function, Window};

const PADDING: Tag = (0x0028, 0x0120);
const CENTER: Tag = (0x0028, 0x1050);
const WIDTH: Tag = (0x0028, 0x1051);
const INTERCEPT: Tag = (0x0028, 0x1052);
const SLOPE: Tag = (0x0028, 0x1053);
const FUNCTION: Tag = (0x0028, 0x1056);
/// A table in place of slope and intercept.
const MODALITY_TABLE: Tag = (0x0028, 0x3000);
/// Where files of several frames may keep slope and intercept of each.
const GROUPS: [Tag; 2] = [(0x5200, 0x9229), (0x5200, 0x9230)];

/// What a file says about the meaning of grey values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grey {
    slope: f64,
    intercept: f64,
    window: Option<Window>,
    function: Function,
    /// What stands for no value.
    padding: Option<i32>,
    /// Whether the smallest value is white.
    inverted: bool,
    /// Whether slope and intercept may stand where they are not read.
    grouped: bool,
}

/// From values to grey.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scale {
    /// From 0 to the largest that the bits can hold.
    Plain,
    /// Through a window of rescaled values.
    Window(Window),
    /// From the smallest value of all to the largest.
    Range { low: f64, high: f64 },
}

impl Grey {
    pub fn new(fields: &Fields, inverted: bool) -> Result<Self, Fault> {
        if fields.has(MODALITY_TABLE) {
            let (what, found) = ("rescaling", "by a table (Modality LUT Sequence)".to_owned());
            return Err(Fault::Unsupported { what, found, expected: "by slope and intercept" });
        }
        let number = |tag: Tag, otherwise: f64| match fields.bytes(tag) {
            None => Ok(otherwise),
            Some(_) => fields.number(tag).ok_or(Fault::Element(tag)),
        };
        let signed = fields.is_signed();
        let slope = number(SLOPE, 1.0)?;
        if slope == 0.0 {
            return Err(Fault::Element(SLOPE));
        }
        Ok(Self {
            slope,
            intercept: number(INTERCEPT, 0.0)?,
            // A window that makes no sense is none.
            window: fields.number(CENTER).zip(fields.number(WIDTH)).and_then(|(c, w)| Window::new(c, w)),
            function: fields.bytes(FUNCTION).map_or(Function::Linear, Function::parse),
            padding: fields
                .word(PADDING)
                .map(|word| if signed { i32::from(word as i16) } else { word.into() }),
            inverted,
            grouped: GROUPS.iter().any(|tag| fields.has(*tag)) && !fields.has(SLOPE),
        })
    }

    /// The window to look through: the one wanted, else the file's.
    ///
    /// # Errors
    /// If one is wanted in units that the file does not give here.
    pub fn window(&self, wanted: Option<Window>) -> Result<Option<Window>, Fault> {
        if wanted.is_some() && self.grouped {
            let (what, found) = ("rescaling", "of each frame (functional groups)".to_owned());
            return Err(Fault::Unsupported {
                what,
                found,
                expected: "one for the file where a window is given",
            });
        }
        Ok(wanted.or(self.window))
    }

    /// Whether the stored values are the grey, as in a PNG: of at most 8 bits, with no rescaling and no window.
    pub fn is_plain(&self, bits: Bits, window: Option<Window>) -> bool {
        let rescaled = self.slope != 1.0 || self.intercept != 0.0;
        bits.stored <= 8 && !bits.signed && !rescaled && window.is_none()
    }

    /// The smallest and the largest of some values, rescaled; padding does not count.
    pub fn range(&self, words: &[u16], bits: Bits) -> Option<(f64, f64)> {
        let counted =
            || words.iter().map(|word| bits.value(*word)).filter(|value| Some(*value) != self.padding);
        let ends = [counted().min()?, counted().max()?].map(|value| self.rescaled(value));
        Some((ends[0].min(ends[1]), ends[0].max(ends[1])))
    }

    /// The plane of an image.
    pub fn plane(&self, words: &[u16], bits: Bits, scale: Scale) -> Vec<f32> {
        let grey = |word: &u16| {
            let value = self.rescaled(bits.value(*word));
            let grey = match scale {
                Scale::Plain => value / f64::from((1u32 << bits.stored) - 1),
                Scale::Window(window) => window.grey(value, self.function),
                Scale::Range { low, high } if high > low => ((value - low) / (high - low)).clamp(0.0, 1.0),
                Scale::Range { .. } => 0.0,
            };
            (if self.inverted { 1.0 - grey } else { grey }) as f32
        };
        words.iter().map(grey).collect()
    }

    fn rescaled(&self, value: i32) -> f64 {
        self.slope * f64::from(value) + self.intercept
    }
}
