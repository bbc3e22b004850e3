//! Runs: their settings, their folder with its checkpoints and its lock, and the jobs that fill it.

pub mod error;
pub mod folder;
pub mod job;
pub mod lock;
pub mod settings;

pub use error::Error;
