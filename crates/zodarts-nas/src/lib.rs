//! Architecture search, training, evaluation and explanation of small image classifiers.
//!
//! This crate only computes. It knows no configuration file, no run folder and no chart: a stage keeps its
//! results through a [`stage::store::Store`], which the crate `zodarts-run` implements with files.

pub mod bilevel;
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
pub mod profile;
pub mod protocol;
pub mod records;
pub mod search;
pub mod settings;
pub mod stage;
mod supernet_problem;
pub mod tensors;
pub mod train;

pub use error::Error;
pub use supernet_problem::SupernetProblem;
pub use zodarts_nn::optim;
