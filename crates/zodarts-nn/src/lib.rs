//! Networks over one flat parameter vector: supernet, discrete network, `ResNet-18`; losses, optimisers,
//! schedules.
//!
//! A network is a [`graph::Network`]: nodes that are sums of edges. One [`executor::Executor`] runs any of
//! them in `f32`, or in `f64` to check gradients against finite differences with the very same code.
//!
//! ```
//! use std::sync::Arc;
//! use rand_chacha::ChaCha8Rng;
//! use rand_chacha::rand_core::SeedableRng;
//! use zodarts_nn::executor::{BatchView, Executor, GradientTargets, Parameters};
//! use zodarts_nn::graph::Shape;
//! use zodarts_nn::init::initial_values;
//! use zodarts_nn::loss::Loss;
//! use zodarts_nn::networks::{MacroShape, supernet};
//! use zodarts_nn::space::{Mixture, NAS_BENCH_201};
//!
//! let input = Shape { channels: 1, height: 8, width: 8 };
//! let shape = MacroShape { input, classes: 2, channels: 4, cells: 1 };
//! let network = Arc::new(supernet(&NAS_BENCH_201, &shape));
//! let weights = initial_values(&network.weights, &mut ChaCha8Rng::seed_from_u64(0));
//! let mixture = Mixture::filled(&NAS_BENCH_201, 0.2);
//!
//! let images: Vec<f32> = (0..2 * 8 * 8).map(|at| (at as f32).sin()).collect();
//! let batch = BatchView { images: &images, targets: &[1.0, 0.0, 0.0, 1.0], count: 2 };
//! let mut gradient = Mixture::filled(&NAS_BENCH_201, 0.0);
//! let outcome = Executor::new(network).pass(
//!     Parameters { weights: &weights, mixture: Some(&mixture) },
//!     &Loss::default(),
//!     batch,
//!     GradientTargets { mixture: Some(&mut gradient), ..GradientTargets::default() },
//! );
//! assert!(outcome.loss > 0.0 && gradient.values().iter().any(|slope| *slope != 0.0));
//! ```

mod buffer_pool;
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
pub mod scalar;
pub mod space;
