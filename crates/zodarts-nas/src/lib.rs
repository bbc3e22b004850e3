//! Architecture search, training, evaluation and explanation of small image classifiers.
//!
//! This crate computes. It knows no configuration file, no run folder and no chart: a stage keeps what it
//! computed through a [`store::Store`], which the crate `zodarts-run` implements with files.

pub mod bilevel;
pub mod budget;
mod diagnosis;
pub mod error;
pub mod evaluate;
pub mod explain;
pub mod files;
pub mod genotype;
pub mod memory;
pub mod methods;
pub mod model;
pub mod normaliser;
pub mod observer;
pub mod protocol;
pub mod records;
mod resume;
pub mod search;
pub mod settings;
pub mod store;
mod supernet_problem;
pub mod tensors;
mod times;
pub mod train;

pub use error::Error;
pub use supernet_problem::SupernetProblem;
