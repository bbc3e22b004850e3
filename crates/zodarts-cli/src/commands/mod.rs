//! The commands, one file each.

pub mod compare;
pub mod completions;
pub mod cross_validate;
pub mod data;
pub mod evaluate;
pub mod explain;
pub mod export;
mod files;
pub mod fit;
pub mod man;
pub mod predict;
pub mod presets;
pub mod reference;
pub mod report;
pub mod search;
pub mod settings;
pub mod study;
pub mod train;
mod unreadable;
