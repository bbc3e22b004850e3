//! Comparisons of search methods over data sets and seeds, and studies of their hypergradients.

pub mod compare;
mod drawing;
pub mod error;
pub mod study;
pub mod text;

pub use error::Error;
