//! Settings that make no sense.

use thiserror::Error;
use zodarts_nn::optim::OptimiserError;

/// A setting that makes no sense.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidSettings {
    /// A value that its setting does not accept.
    #[error("`{key}` is {found}, expected {expected}")]
    OutOfRange {
        /// The setting, by section and key.
        key: String,
        /// The value found.
        found: String,
        /// What is expected.
        expected: String,
    },
    /// A key that no setting has.
    #[error("`{key}` is not a setting{}", of.as_ref().map(|of| format!(" of {of}")).unwrap_or_default())]
    Unknown {
        /// The key found.
        key: String,
        /// The method whose settings were searched; `None` for those that do not depend on it.
        of: Option<String>,
        /// What a user can do about it.
        hint: Option<String>,
    },
    /// A name that no method has.
    #[error("unknown method {found:?}, expected one of {known}")]
    UnknownMethod {
        /// The name found.
        found: String,
        /// The methods there are.
        known: String,
        /// The nearest of them.
        hint: Option<String>,
    },
    /// A network too large to run.
    #[error(
        "`{section}.input_size` comes to {side} pixels: with {channels} channels an image would take {} values at \
         a time, expected at most {most}",
        channels * side * side
    )]
    TooLarge {
        /// Section of the configuration.
        section: &'static str,
        /// Side of the network's input.
        side: usize,
        /// Channels of its first stage.
        channels: usize,
        /// Most values.
        most: usize,
    },
    /// Values of an optimiser that do not go together.
    #[error("in section `{section}`: {source}")]
    Optimiser {
        /// Section of the configuration.
        section: &'static str,
        /// What is wrong.
        source: OptimiserError,
    },
}

impl InvalidSettings {
    /// Returns what a user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { hint, .. } | Self::UnknownMethod { hint, .. } => hint.clone(),
            Self::TooLarge { .. } => Some("give a smaller input_size or image_size".into()),
            _ => None,
        }
    }
}
