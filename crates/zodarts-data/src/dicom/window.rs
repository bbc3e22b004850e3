//! Windows: the grey of a value, between black and white.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A range of values of a grey DICOM image, in the units of its modality (Hounsfield units in CT): values
/// below are black, values above white. Its text is `CENTRE,WIDTH`, such as `40,400`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    center: f64,
    width: f64,
}

/// The error of a text that is no window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("window is `{0}`, expected CENTRE,WIDTH with a width above 0, such as 40,400")]
pub struct BadWindow(String);

impl Window {
    /// Returns a window if both numbers are finite and the width is above 0.
    pub fn new(center: f64, width: f64) -> Option<Self> {
        (center.is_finite() && width.is_finite() && width > 0.0).then_some(Self { center, width })
    }

    /// Returns the grey of a value, from 0 for black to 1 for white (DICOM PS3.3, C.11.2.1.2).
    pub(super) fn grey(self, value: f64, function: VoiFunction) -> f64 {
        let Self { center, width } = self;
        let grey = match function {
            // The standard counts whole steps: its formula has no meaning for a width of 1 or less.
            VoiFunction::Linear if width > 1.0 => (value - (center - 0.5)) / (width - 1.0) + 0.5,
            VoiFunction::Linear | VoiFunction::LinearExact => (value - center) / width + 0.5,
            VoiFunction::Sigmoid => 1.0 / (1.0 + (-4.0 * (value - center) / width).exp()),
        };
        grey.clamp(0.0, 1.0)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.center, self.width)
    }
}

impl FromStr for Window {
    type Err = BadWindow;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadWindow(text.chars().take(40).collect());
        let (center, width) = text.split_once(',').ok_or_else(bad)?;
        let number = |text: &str| text.trim().parse::<f64>().map_err(|_| bad());
        Window::new(number(center)?, number(width)?).ok_or_else(bad)
    }
}

impl TryFrom<String> for Window {
    type Error = BadWindow;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}

/// The curve of grey within a window (VOI LUT Function).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum VoiFunction {
    /// From the middle of the first value to that of the last.
    #[default]
    Linear,
    /// From end to end.
    LinearExact,
    /// Smoothly, and beyond the ends.
    Sigmoid,
}

impl VoiFunction {
    /// Returns the function of a name in a file. Any other text is linear, the standard's default.
    pub fn parse(text: &[u8]) -> Self {
        match &*text.to_ascii_uppercase() {
            b"LINEAR_EXACT" => Self::LinearExact,
            b"SIGMOID" => Self::Sigmoid,
            _ => Self::Linear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_window_is_a_centre_and_a_width() {
        assert_eq!("40,400".parse(), Ok(Window { center: 40.0, width: 400.0 }));
        assert_eq!(" -600.5, 1500 ".parse::<Window>().unwrap().to_string(), "-600.5,1500");
        for bad in ["40", "a,b", "40,", "40,0", "40,-3", "40,400,1", "nan,1", "1,inf", ""] {
            let text = bad.parse::<Window>().unwrap_err().to_string();
            assert!(text.contains(&format!("window is `{bad}`, expected CENTRE,WIDTH")), "{text}");
        }
    }

    #[test]
    fn grey_follows_the_formulae_of_the_standard() {
        // The example of the standard: centre 2048, width 4096 maps 0 to black and 4095 to white.
        let window = Window { center: 2048.0, width: 4096.0 };
        let linear = |value| window.grey(value, VoiFunction::Linear);
        assert_eq!((linear(-1.0), linear(0.0), linear(4095.0), linear(5000.0)), (0.0, 0.0, 1.0, 1.0));
        assert!((linear(2047.5) - 0.5).abs() < 1e-12);
        let exact = |value| window.grey(value, VoiFunction::LinearExact);
        assert_eq!((exact(0.0), exact(2048.0), exact(4096.0)), (0.0, 0.5, 1.0));
        let sigmoid = |value| window.grey(value, VoiFunction::Sigmoid);
        assert_eq!(sigmoid(2048.0), 0.5);
        assert!((sigmoid(4096.0) - 1.0 / (1.0 + (-2.0f64).exp())).abs() < 1e-12);
        // Centre 2048, width 1: below 2047.5 is black, the rest white.
        let step = |value| Window { center: 2048.0, width: 1.0 }.grey(value, VoiFunction::Linear);
        assert_eq!((step(2047.0), step(2049.0)), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn grey_is_between_black_and_white(center: f64, width: f64, value: f64) {
            let Some(window) = Window::new(center, width) else { return Ok(()) };
            for function in [VoiFunction::Linear, VoiFunction::LinearExact, VoiFunction::Sigmoid] {
                let grey = window.grey(value, function);
                prop_assert!((0.0..=1.0).contains(&grey) || value.is_nan(), "{grey}");
            }
        }

        #[test]
        fn a_window_survives_its_text(center in -1e6f64..1e6, width in 1e-3f64..1e6) {
            let window = Window::new(center, width).unwrap();
            prop_assert_eq!(window.to_string().parse(), Ok(window));
        }

        #[test]
        fn any_text_is_refused_or_read(text in ".{0,60}") {
            let _ = text.parse::<Window>();
        }
    }
}
