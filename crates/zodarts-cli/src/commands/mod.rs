//! One file a command.

pub mod compare;
pub mod completions;
pub mod data;
pub mod evaluate;
pub mod export;
pub mod fit;
pub mod predict;
pub mod presets;
pub mod search;
pub mod study;
pub mod train;
