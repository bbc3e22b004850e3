//! Memory of an executor, computed in advance.

use super::block::{backward_lengths, forward_lengths};
use super::convolutions::Convolutions;
use super::frequency_buffers::frequency_lengths;
use super::plan::{ConvPath, ExecutionPlan};
use super::scratch::scratch_lengths;
use super::workers::MAX_SHARDS;
use crate::graph::{MAX_EDGES, Network, Op};
use std::mem::size_of;
use zodarts_kernels::winograd::filter_len;
use zodarts_kernels::{Arena, Buffer, LANES, Pixel, Real, SampleMoments};

/// Returns the bytes that an [`Executor`](super::Executor) takes for a pass with gradients over `batch`
/// images with every operation live. The batch itself and the caller's weights and gradients are not counted.
pub fn bytes_needed<T: Real>(network: &Network, convolutions: Convolutions, batch: usize) -> u64 {
    let plan = ExecutionPlan::new(network, convolutions);
    let blocks = batch.div_ceil(LANES);
    let shards = blocks.min(MAX_SHARDS) as u64;
    coefficients::<T>(&plan)
        + packed::<T>(network, &plan)
        + shards * shard::<T>(network, &plan)
        + shards.min(rayon::current_num_threads() as u64) * scratch::<T>(network, &plan)
        + blocks as u64 * block::<T>(network, &plan)
        + frequencies::<T>(&plan, blocks)
}

/// Returns the bytes of `count` values.
fn bytes<T>(count: usize) -> u64 {
    count as u64 * size_of::<T>() as u64
}

/// Returns the bytes of six factors and the moments of each channel of each edge.
fn coefficients<T: Real>(plan: &ExecutionPlan) -> u64 {
    bytes::<[T; 6]>(plan.sums) + bytes::<SampleMoments>(plan.sums)
}

/// Returns the bytes of the packed weights of the convolutions.
fn packed<T: Real>(network: &Network, plan: &ExecutionPlan) -> u64 {
    let edges = network.edges.iter().zip(&plan.paths).filter_map(|(edge, path)| {
        let Op::Conv { shape, .. } = &edge.op else { return None };
        if *path == ConvPath::Winograd {
            return Some(bytes::<Pixel<T>>(filter_len(shape.inputs, shape.outputs)));
        }
        let copies = if edge.source > 0 { 2 } else { 1 };
        Some(copies * bytes::<T>(shape.weights()))
    });
    edges.sum()
}

/// Returns the bytes of the sums of a shard and its partial gradient of all weights.
fn shard<T: Real>(network: &Network, plan: &ExecutionPlan) -> u64 {
    bytes::<T>(network.weights.len()) + bytes::<f64>(plan.sums) + bytes::<SampleMoments>(plan.sums)
}

/// Returns the bytes of the temporaries of one thread.
fn scratch<T: Real>(network: &Network, plan: &ExecutionPlan) -> u64 {
    let channels = network.nodes.iter().map(|shape| shape.channels).max().unwrap_or(0);
    bytes::<Pixel<T>>(Arena::<T>::pixels(scratch_lengths(plan)))
        + bytes::<f64>((1 + MAX_EDGES) * channels)
        + bytes::<SampleMoments>(channels)
}

/// Returns the bytes of the buffers of batched convolutions.
fn frequencies<T: Real>(plan: &ExecutionPlan, blocks: usize) -> u64 {
    let lengths = frequency_lengths(&plan.batched, blocks);
    bytes::<Pixel<T>>(Arena::<T>::pixels(lengths))
}

/// Returns the bytes of a block: values of nodes, results of convolutions, and gradients held at the same
/// time.
fn block<T: Real>(network: &Network, plan: &ExecutionPlan) -> u64 {
    let forward = Arena::<T>::pixels(forward_lengths(network, plan));
    let backward = Arena::<T>::pixels(backward_lengths(plan));
    let features = 2 * network.nodes[network.output()].channels;
    let buffers = network.nodes.len() + network.edges.len();
    bytes::<Pixel<T>>(forward + backward + features)
        + bytes::<f64>(2 * LANES * network.classes)
        + bytes::<Buffer<T>>(buffers)
}
