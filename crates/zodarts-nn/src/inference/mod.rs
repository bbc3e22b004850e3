//! Predictions by a network whose weights no longer change.
//!
//! [`Compiled`] is a network prepared for predictions: normalisations are folded into the convolutions before
//! them, weights are packed or transformed, and every activation has a buffer, which it shares with
//! activations that are no longer needed. A call allocates nothing.
//!
//! Images have *channels* in the SIMD lanes (see `zodarts_kernels`), so a single image uses the vector unit
//! as well as a thousand do. Threads share images. They share a single image, by output channels, only where
//! its layers are large enough. The division of layers depends on the network alone, so the scores of an
//! image depend neither on its neighbours in a batch nor on the number of threads, to the bit.

mod activation_buffers;
mod activations;
mod channel_affine;
mod compiled;
mod compiled_score;
mod compiler;
mod contributions;
mod conv_cost;
mod features;
mod image_queue;
mod node_sum;
mod program;
mod worker;

pub use compiled::Compiled;
pub use compiled_score::CompiledScore;
pub use compiler::TrainedParameters;
pub use contributions::Contributions;
pub use features::feature_count;
