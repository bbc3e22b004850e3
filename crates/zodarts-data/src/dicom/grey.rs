//! Conversion of grey values: rescaling, table or window, and inversion.

use super::bits::{Bits, NumberKind};
use super::fault::DicomFault;
use super::fields::Fields;
use super::groups::GreyFields;
use super::padding::Padding;
use super::rescaling::Rescaling;
use super::view::View;
use super::window::{VoiFunction, Window};

/// The meaning of a file's grey values.
#[derive(Debug)]
pub(super) struct Grey {
    /// The rescaling of frames that have none of their own.
    rescaling: Rescaling,
    common: GreyFields,
    /// The fields of each frame's own, up to the last frame that has some.
    frames: Vec<Option<Box<GreyFields>>>,
    /// A window in place of the views of the file.
    wanted: Option<Window>,
    padding: Option<Padding>,
    /// True if the smallest value is white.
    inverted: bool,
}

/// The scale of values that no view turns into grey.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scale {
    /// From 0 to the largest value of the bits.
    Plain { white: f64 },
    /// From the smallest value of all to the largest.
    Range { low: f64, high: f64 },
}

/// The meaning of the grey values of a file, beside its fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct GreyOptions {
    pub bits: Bits,
    pub frames: usize,
    /// True if the smallest value is white.
    pub inverted: bool,
}

impl Grey {
    /// Reads the meaning from a header.
    pub fn new(fields: &Fields, options: GreyOptions) -> Result<Self, DicomFault> {
        let mut common = GreyFields::common(fields)?;
        let mut frames = Vec::new();
        for frame in 0..options.frames.min(GreyFields::count(fields)) {
            if let Some(own) = GreyFields::of_frame(fields, frame)? {
                frames.resize_with(frame, || None);
                frames.push(Some(own));
            }
        }
        Ok(Self {
            rescaling: common.rescaling.take().unwrap_or(Rescaling::NONE),
            common,
            frames,
            wanted: None,
            padding: Padding::read(fields, options.bits),
            inverted: options.inverted,
        })
    }

    /// Takes a window in place of the views of the file.
    pub fn look_through(&mut self, window: Option<Window>) {
        self.wanted = window;
    }

    /// Tells if the stored values are the grey, as in a PNG: of at most 8 bits, with no rescaling and no
    /// view.
    pub fn is_plain(&self, bits: Bits) -> bool {
        let rescaled = |own: &GreyFields| own.rescaling.as_ref().is_some_and(|own| !own.is_none());
        bits.number == NumberKind::Integer
            && bits.stored <= 8
            && !bits.signed
            && self.wanted.is_none()
            && self.common.view.is_none()
            && self.rescaling.is_none()
            && !self.frames.iter().flatten().any(|own| rescaled(own) || own.view.is_some())
    }

    /// Tells if a window or a table turns the values of a frame into grey.
    pub fn has_view(&self, frame: usize) -> bool {
        self.wanted.is_some() || self.view(frame).is_some()
    }

    /// Returns the smallest and the largest of the values of a frame, rescaled; padding does not count.
    pub fn range(&self, frame: usize, values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
        let rescaling = self.rescaling(frame);
        values
            .filter(|value| !self.padding.is_some_and(|padding| padding.covers(*value)))
            .map(|value| rescaling.of(value))
            .filter(|value| value.is_finite())
            .fold(None, |range, value| {
                let (low, high) = range.unwrap_or((value, value));
                Some((value.min(low), value.max(high)))
            })
    }

    /// Returns the plane of a frame, values in [0, 1]. `scale` is for frames without a view.
    pub fn plane(&self, frame: usize, values: impl Iterator<Item = f64>, scale: Scale) -> Vec<f32> {
        let rescaling = self.rescaling(frame);
        let wanted = self.wanted.map(|window| View::Window(window, self.function(frame)));
        let view = wanted.as_ref().or(self.view(frame));
        let grey = |value: f64| {
            let value = rescaling.of(value);
            let grey = view.map_or_else(|| scale.grey(value), |view| view.grey(value));
            // What is no number is black.
            let grey = if grey >= 0.0 { grey.min(1.0) } else { 0.0 };
            (if self.inverted { 1.0 - grey } else { grey }) as f32
        };
        values.map(grey).collect()
    }

    fn own(&self, frame: usize) -> Option<&GreyFields> {
        self.frames.get(frame)?.as_deref()
    }

    fn rescaling(&self, frame: usize) -> &Rescaling {
        self.own(frame).and_then(|own| own.rescaling.as_ref()).unwrap_or(&self.rescaling)
    }

    fn view(&self, frame: usize) -> Option<&View> {
        self.own(frame).and_then(|own| own.view.as_ref()).or(self.common.view.as_ref())
    }

    fn function(&self, frame: usize) -> VoiFunction {
        let own = self.own(frame).and_then(|own| own.function);
        own.or(self.common.function).unwrap_or_default()
    }
}

impl Scale {
    fn grey(self, value: f64) -> f64 {
        match self {
            Self::Plain { white } => value / white,
            Self::Range { low, high } if high > low => (value - low) / (high - low),
            Self::Range { .. } => 0.0,
        }
    }
}
