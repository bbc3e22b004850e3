//! The errors of settings.

use thiserror::Error;
use zodarts_nn::optim::OptimiserError;

/// An error in the settings.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidSettings {
    /// A value that its setting does not accept.
    #[error("`{key}` is {found}, expected {expected}")]
    OutOfRange {
        /// The setting, by section and key.
        key: String,
        /// The value that was found.
        found: String,
        /// The values that are accepted.
        expected: String,
    },
    /// A key that no setting has.
    #[error("`{key}` is not a setting{}", of.as_ref().map(|of| format!(" of {of}")).unwrap_or_default())]
    Unknown {
        /// The key that was found.
        key: String,
        /// The method whose settings were searched; `None` for settings that do not depend on the method.
        of: Option<String>,
        /// Advice for the user.
        hint: Option<String>,
    },
    /// A name that no method has.
    #[error("unknown method {found:?}, expected one of {known}")]
    UnknownMethod {
        /// The name that was found.
        found: String,
        /// The names of all methods.
        known: String,
        /// Advice that names the nearest one.
        hint: Option<String>,
    },
    /// A network too large to run.
    #[error(
        "`{section}.input_size` is {side} pixels: with {channels} channels an image would take {} values \
         at a time, expected at most {most}",
        channels * side * side
    )]
    TooLarge {
        /// Section of the configuration.
        section: &'static str,
        /// Side of the network's input.
        side: usize,
        /// Channels of its first stage.
        channels: usize,
        /// The largest number of values.
        most: usize,
    },
    /// Values of an optimiser that contradict each other.
    #[error("in section `{section}`: {source}")]
    Optimiser {
        /// Section of the configuration.
        section: &'static str,
        /// The fault.
        source: OptimiserError,
    },
}

impl InvalidSettings {
    /// Returns advice for the user, if there is any.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { hint, .. } | Self::UnknownMethod { hint, .. } => hint.clone(),
            Self::TooLarge { .. } => Some("give a smaller input_size or image_size".into()),
            _ => None,
        }
    }
}
