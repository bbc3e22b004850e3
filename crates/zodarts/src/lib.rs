//! Architecture search, training and evaluation of small medical image classifiers.

pub mod bilevel;
pub mod budget;
pub mod compare;
mod drawing;
pub mod error;
pub mod evaluate;
pub mod explain;
mod files;
pub mod genotype;
pub mod memory;
pub mod methods;
pub mod model;
pub mod normaliser;
pub mod observer;
pub mod pipeline;
pub mod protocol;
mod resume;
pub mod run;
pub mod search;
pub mod settings;
pub mod study;
mod supernet_problem;
pub mod text;
pub mod train;

pub use error::Error;
pub use supernet_problem::SupernetProblem;
pub use zodarts_data as data;
