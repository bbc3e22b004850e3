//! Architecture search, training and evaluation of small medical image classifiers.

pub use zodarts_data as data;
pub use zodarts_lab as lab;
pub use zodarts_nas as nas;
pub use zodarts_run as run;

/// The examples of `docs/extending.md`.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/extending.md")]
mod extending {}
