//! Comparisons of search methods over data sets and seeds, studies of their hypergradients, and
//! cross-validations of a network.

pub mod compare;
pub mod cross_validation;
mod drawing;
pub mod error;
mod resumable_folder;
pub mod study;
pub mod text;

pub use error::Error;
