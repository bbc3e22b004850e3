//! From the values of a grey image to grey: rescaling, window, and which end is black.

use super::elements::Tag;
use super::fault::Fault;
use super::fields::Fields;
use super::rescaling::Rescaling;
use super::values::Bits;
use super::window::{Function, Window};

const PADDING: Tag = (0x0028, 0x0120);
const CENTER: Tag = (0x0028, 0x1050);
const WIDTH: Tag = (0x0028, 0x1051);
const FUNCTION: Tag = (0x0028, 0x1056);

/// What a file says about the meaning of grey values.
#[derive(Debug)]
pub(super) struct Grey {
    rescaling: Rescaling,
    window: Option<Window>,
    function: Function,
    /// What stands for no value.
    padding: Option<i32>,
    /// Whether the smallest value is white.
    inverted: bool,
    /// Whether rescaling may be told where it is not read.
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
        let signed = fields.is_signed();
        Ok(Self {
            rescaling: Rescaling::new(fields)?,
            // A window that makes no sense is none.
            window: fields.number(CENTER).zip(fields.number(WIDTH)).and_then(|(c, w)| Window::new(c, w)),
            function: fields.bytes(FUNCTION).map_or(Function::Linear, Function::parse),
            padding: fields
                .word(PADDING)
                .map(|word| if signed { i32::from(word as i16) } else { word.into() }),
            inverted,
            grouped: Rescaling::is_elsewhere(fields),
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
        bits.stored <= 8 && !bits.signed && self.rescaling.is_none() && window.is_none()
    }

    /// The smallest and the largest of some values, rescaled; padding does not count.
    pub fn range(&self, words: &[u16], bits: Bits) -> Option<(f64, f64)> {
        let values = words.iter().map(|word| bits.value(*word)).filter(|value| Some(*value) != self.padding);
        values.map(|value| self.rescaling.of(value)).fold(None, |range, value| {
            let (low, high) = range.unwrap_or((value, value));
            Some((value.min(low), value.max(high)))
        })
    }

    /// The plane of an image.
    pub fn plane(&self, words: &[u16], bits: Bits, scale: Scale) -> Vec<f32> {
        let grey = |word: &u16| {
            let value = self.rescaling.of(bits.value(*word));
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
}
