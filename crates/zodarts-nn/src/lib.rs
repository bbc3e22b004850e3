//! Networks over one flat parameter vector: supernet, discrete network, `ResNet-18`; losses, optimisers,
//! schedules.
//!
//! A network is a [`graph::Network`]: nodes that are sums of edges. One [`executor::Executor`] runs any of them
//! in `f32`, or in `f64` to check gradients against finite differences with the very same code.

pub mod count;
pub mod executor;
pub mod graph;
pub mod inference;
pub mod init;
pub mod liveness;
pub mod loss;
pub mod networks;
pub mod optim;
pub mod parameters;
mod pool;
pub mod scalar;
pub mod space;
