//! Networks over one flat parameter vector.
pub mod optim;
pub mod space;
