//! Execution of a network on a batch: loss, gradients, statistics.
//!
//! Work advances node by node. Forward, one sweep writes a node as the sum of its incoming edges and then
//! runs all its outgoing convolutions. Backward, one gradient of a node serves all its incoming edges.
//! Between nodes is a barrier, because batch normalisation needs the whole batch.
//!
//! **Determinism.** A batch is divided into blocks of eight images, and the blocks into at most
//! [`MAX_SHARDS`] shards. Both divisions depend on the number of images alone. Threads take whole shards;
//! partial sums are added in block and shard order. So the result does not depend on the number of threads,
//! to the bit.

mod backward;
mod batched_conv;
mod batched_winograd;
mod block;
mod block_pass;
mod classifier;
mod coefficients;
mod compiled_pass;
mod context;
mod convolutions;
mod disjoint_slices;
mod engine;
mod forward;
mod frequency_buffers;
mod live_network;
mod memory;
mod packed;
mod partial_sums;
mod pass;
mod phase;
mod plan;
mod scratch;
mod shard;
mod workers;

pub use compiled_pass::CompiledPass;
pub use convolutions::Convolutions;
pub use engine::Executor;
pub use memory::bytes_needed;
pub use pass::{BatchView, GradientTargets, Parameters, PassOutcome};
pub use workers::MAX_SHARDS;
