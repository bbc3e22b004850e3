//! What an executor takes, before it takes it.

use super::MAX_SHARDS;
use super::block::{backward_lengths, forward_lengths};
use super::broad::frequency_lengths;
use super::plan::{Convolutions, Path, Plan};
use super::scratch::scratch_lengths;
use crate::graph::{MAX_EDGES, Network, Op};
use std::mem::size_of;
use zodarts_kernels::winograd::filter_len;
use zodarts_kernels::{Arena, Buffer, LANES, Moments2, Pixel, Real};

/// Bytes an [`Executor`](super::Executor) takes for a pass over `batch` images with every operation live: with gradients
/// if `backward`, else for predictions. The batch itself and the caller's weights and gradients are not counted.
pub fn bytes_needed<T: Real>(
    network: &Network,
    convolutions: Convolutions,
    batch: usize,
    backward: bool,
) -> u64 {
    let plan = Plan::new(network, convolutions);
    let blocks = batch.div_ceil(LANES);
    let shards = blocks.min(MAX_SHARDS) as u64;
    coefficients::<T>(&plan)
        + packed::<T>(network, &plan, backward)
        + shards * shard::<T>(network, &plan, backward)
        + shards.min(rayon::current_num_threads() as u64) * scratch::<T>(network, &plan)
        + blocks as u64 * block::<T>(network, &plan, backward)
        + if backward { frequencies::<T>(&plan, blocks) } else { 0 }
}

fn bytes<T>(count: usize) -> u64 {
    count as u64 * size_of::<T>() as u64
}

/// Six factors and the moments of each channel of each edge.
fn coefficients<T: Real>(plan: &Plan) -> u64 {
    bytes::<[T; 6]>(plan.sums) + bytes::<Moments2>(plan.sums)
}

/// Reordered or transformed weights of the convolutions.
fn packed<T: Real>(network: &Network, plan: &Plan, backward: bool) -> u64 {
    let edges = network.edges.iter().zip(&plan.paths).filter_map(|(edge, path)| {
        let Op::Conv { shape, .. } = &edge.op else { return None };
        if *path == Path::Winograd {
            return Some(bytes::<Pixel<T>>(filter_len(shape.inputs, shape.outputs)));
        }
        let copies = if backward && edge.source > 0 { 2 } else { 1 };
        Some(copies * bytes::<T>(shape.weights()))
    });
    edges.sum()
}

/// Sums and, going backward, a partial gradient of all weights.
fn shard<T: Real>(network: &Network, plan: &Plan, backward: bool) -> u64 {
    let gradient = if backward { network.weights.len() } else { 0 };
    bytes::<T>(gradient) + bytes::<f64>(plan.sums) + bytes::<Moments2>(plan.sums)
}

/// Temporaries of one thread.
fn scratch<T: Real>(network: &Network, plan: &Plan) -> u64 {
    let channels = network.nodes.iter().map(|shape| shape.channels).max().unwrap_or(0);
    bytes::<Pixel<T>>(Arena::<T>::pixels(scratch_lengths(plan)))
        + bytes::<f64>((1 + MAX_EDGES) * channels)
        + bytes::<Moments2>(channels)
}

/// What the frequencies of broad convolutions hold.
fn frequencies<T: Real>(plan: &Plan, blocks: usize) -> u64 {
    let lengths = frequency_lengths(&plan.broad, blocks);
    bytes::<Pixel<T>>(Arena::<T>::pixels(lengths))
}

/// Values of nodes, results of convolutions and, going backward, the gradients that are held at a time.
fn block<T: Real>(network: &Network, plan: &Plan, backward: bool) -> u64 {
    let forward = Arena::<T>::pixels(forward_lengths(network, plan));
    let backward = if backward { Arena::<T>::pixels(backward_lengths(plan)) } else { 0 };
    let features = 2 * network.nodes[network.output()].channels;
    let buffers = network.nodes.len() + network.edges.len();
    bytes::<Pixel<T>>(forward + backward + features)
        + bytes::<f64>(2 * LANES * network.classes)
        + bytes::<Buffer<T>>(buffers)
}
