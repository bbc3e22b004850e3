//! Architecture search, training and evaluation of small medical image classifiers.
pub mod bilevel;
pub mod evaluate;
pub mod genotype;
pub mod methods;
pub mod normaliser;
