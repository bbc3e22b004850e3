//! Conversion of grey values: rescaling, window, and inversion.

use super::bits::Bits;
use super::fault::DicomFault;
use super::fields::Fields;
use super::rescaling::Rescaling;
use super::tag::Tag;
use super::window::{VoiFunction, Window};

const PADDING: Tag = Tag(0x0028, 0x0120);
const CENTER: Tag = Tag(0x0028, 0x1050);
const WIDTH: Tag = Tag(0x0028, 0x1051);
const FUNCTION: Tag = Tag(0x0028, 0x1056);

/// The meaning of a file's grey values.
#[derive(Debug)]
pub(super) struct Grey {
    rescaling: Rescaling,
    window: Option<Window>,
    function: VoiFunction,
    /// The value that stands for no value.
    padding: Option<i32>,
    /// True if the smallest value is white.
    inverted: bool,
    /// True if the rescaling may be in functional groups, which are not read.
    grouped: bool,
}

/// The scale from values to grey.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scale {
    /// From 0 to the largest value of the bits.
    Plain,
    /// Through a window of rescaled values.
    Window(Window),
    /// From the smallest value of all to the largest.
    Range { low: f64, high: f64 },
}

impl Grey {
    /// Reads the meaning from a header. The smallest value is white if `inverted`.
    pub fn new(fields: &Fields, inverted: bool) -> Result<Self, DicomFault> {
        let signed = fields.is_signed();
        Ok(Self {
            rescaling: Rescaling::new(fields)?,
            // An invalid window is ignored.
            window: fields.number(CENTER).zip(fields.number(WIDTH)).and_then(|(c, w)| Window::new(c, w)),
            function: fields.bytes(FUNCTION).map_or(VoiFunction::Linear, VoiFunction::parse),
            padding: fields
                .word(PADDING)
                .map(|word| if signed { i32::from(word as i16) } else { word.into() }),
            inverted,
            grouped: Rescaling::is_elsewhere(fields),
        })
    }

    /// Returns the `wanted` window, else the file's.
    ///
    /// # Errors
    /// If a window is wanted and the file's rescaling is not read.
    pub fn window(&self, wanted: Option<Window>) -> Result<Option<Window>, DicomFault> {
        if wanted.is_some() && self.grouped {
            let (what, found) = ("rescaling", "of each frame (functional groups)".to_owned());
            return Err(DicomFault::Unsupported {
                what,
                found,
                expected: "one for the file where a window is given",
            });
        }
        Ok(wanted.or(self.window))
    }

    /// Tells if the stored values are the grey, as in a PNG: of at most 8 bits, with no rescaling and no
    /// window.
    pub fn is_plain(&self, bits: Bits, window: Option<Window>) -> bool {
        bits.stored <= 8 && !bits.signed && self.rescaling.is_none() && window.is_none()
    }

    /// Returns the smallest and the largest of some values, rescaled; padding does not count.
    pub fn range(&self, words: &[u16], bits: Bits) -> Option<(f64, f64)> {
        let values = words.iter().map(|word| bits.value(*word)).filter(|value| Some(*value) != self.padding);
        values.map(|value| self.rescaling.of(value)).fold(None, |range, value| {
            let (low, high) = range.unwrap_or((value, value));
            Some((value.min(low), value.max(high)))
        })
    }

    /// Returns the plane of an image, values in [0, 1].
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
