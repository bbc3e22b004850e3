//! Decisions that depend on the network alone: positions of sums, shared buffers, sizes of temporaries, and
//! the algorithm of each convolution.

use super::batched_conv::BatchedConv;
use super::convolutions::Convolutions;
use crate::buffer_pool::BufferPool;
use crate::graph::{Network, NodeId, Op, Shape};
use zodarts_kernels::pointwise::pointwise_scratch;
use zodarts_kernels::winograd::batched::{products_len, tiles_of};
use zodarts_kernels::winograd::{backward_scratch, filter_len, forward_scratch};
use zodarts_kernels::{ConvShape, LANES, Pixel};

/// Least ratio of products saved that makes Winograd worth its transforms: see the table in
/// `docs/performance.md`.
const WORTHWHILE: f64 = 1.5;

/// Positions of the sums per channel in a shard's flat vectors, buffers of gradients, algorithms of
/// convolutions, and sizes of temporaries.
#[derive(Debug)]
pub struct ExecutionPlan {
    /// Start of each node's Σ d, the sum of its gradient.
    pub node_sums: Vec<usize>,
    /// Start of each edge's Σ d·x, and of its batch moments.
    pub edge_sums: Vec<usize>,
    /// Number of sums.
    pub sums: usize,
    /// Buffers of the nodes' gradients. Nodes whose gradients are not needed at the same time share one.
    pub gradients: GradientSlots,
    /// Path of the convolution of each edge.
    pub paths: Vec<ConvPath>,
    /// The batched convolution out of each node.
    pub batched: Vec<Option<BatchedConv>>,
    /// Pixels of the largest products of a block at a batched convolution.
    pub products: usize,
    /// Pixels of the largest padded block.
    pub padded: usize,
    /// Pixels of the largest dense block.
    pub dense: usize,
    /// Pixels of the largest scratch of convolutions that run together.
    pub strips: usize,
}

/// Algorithm of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConvPath {
    /// By itself, by its definition.
    Alone,
    /// By Winograd, together with others out of the same node.
    Winograd,
    /// As a 1×1 convolution, together with others out of the same node.
    Pointwise,
}

impl ExecutionPlan {
    /// Plans the execution of a network.
    pub fn new(network: &Network, convolutions: Convolutions) -> Self {
        let mut sums = 0;
        let mut reserve = |channels: usize| {
            sums += channels;
            sums - channels
        };
        let node_sums = network.nodes.iter().map(|shape| reserve(shape.channels)).collect();
        let edge_sums =
            network.edges.iter().map(|edge| reserve(network.nodes[edge.target].channels)).collect();
        let paths = paths(network, convolutions);
        let padded = network.edges.iter().filter_map(|edge| match &edge.op {
            Op::Conv { shape, .. } => {
                let (from, to) = (network.nodes[edge.source], network.nodes[edge.target]);
                Some(from.padded().len(shape.inputs).max(to.padded().len(shape.outputs)))
            }
            _ => None,
        });
        let dense = network.nodes.iter().map(|shape| shape.dense().len(shape.channels));
        let batched: Vec<_> = (0..network.nodes.len()).map(|node| batched(network, &paths, node)).collect();
        Self {
            node_sums,
            edge_sums,
            products: products(network, &batched),
            gradients: GradientSlots::new(network),
            padded: padded.max().unwrap_or(0),
            dense: dense.max().unwrap_or(0),
            strips: scratch(network, &paths, &batched),
            batched,
            paths,
            sums,
        }
    }
}

/// Returns the path of every edge. Of the convolutions out of a node, those with as many outputs as the first
/// run together.
fn paths(network: &Network, convolutions: Convolutions) -> Vec<ConvPath> {
    let mut paths = vec![ConvPath::Alone; network.edges.len()];
    for node in 0..network.nodes.len() {
        for path in [ConvPath::Winograd, ConvPath::Pointwise] {
            let mut first = None;
            for edge in network.outgoing(node) {
                if let Op::Conv { shape, norm: Some(_), .. } = &network.edges[edge].op
                    && suits(path, shape, network.nodes[node], convolutions)
                    && *first.get_or_insert(shape.outputs) == shape.outputs
                {
                    paths[edge] = path;
                }
            }
        }
    }
    paths
}

/// Returns true if a convolution can be computed on `path`.
fn suits(path: ConvPath, shape: &ConvShape, image: Shape, convolutions: Convolutions) -> bool {
    match path {
        ConvPath::Alone => true,
        ConvPath::Winograd => convolutions == Convolutions::Fast && worthwhile(shape, image),
        ConvPath::Pointwise => (shape.kernel, shape.stride) == (1, 1),
    }
}

/// Returns true if Winograd is faster than the definition.
fn worthwhile(shape: &ConvShape, image: Shape) -> bool {
    let lanes = shape.inputs.is_multiple_of(LANES) && shape.outputs.is_multiple_of(LANES);
    let direct = 9 * image.height * image.width;
    let tiles = image.height.div_ceil(4) * image.width.div_ceil(4);
    let saved = direct as f64 / (36 * tiles) as f64;
    shape.kernel == 3 && shape.stride == 1 && lanes && saved >= WORTHWHILE
}

/// Bytes of a pixel in `f32`.
const PIXEL: usize = size_of::<Pixel<f32>>();

/// Bytes of a transformed filter that the caches of a core keep from one block to the next.
const CACHED: usize = 1 << 20;

/// Returns the node's convolution if it is its only one and runs batched. This pays where the transformed
/// filter does not stay in cache and reading it for every block costs more than moving the products of a
/// block to the frequencies and back.
fn batched(network: &Network, paths: &[ConvPath], node: NodeId) -> Option<BatchedConv> {
    let is_convolution = |edge: &usize| matches!(network.edges[*edge].op, Op::Conv { .. });
    let mut convolutions = network.outgoing(node).filter(is_convolution);
    let (edge, None) = (convolutions.next()?, convolutions.next()) else { return None };
    let Op::Conv { shape: ConvShape { inputs, outputs, .. }, .. } = network.edges[edge].op else {
        return None;
    };
    if node == 0 || paths[edge] != ConvPath::Winograd {
        return None;
    }
    let layout = network.nodes[node].dense();
    let filter = filter_len(inputs, outputs) * PIXEL;
    // To the frequencies and back: each written and read.
    let moved = 2 * (products_len(&layout, inputs) + products_len(&layout, outputs)) * PIXEL;
    let tiles = tiles_of(&layout);
    (filter > CACHED.max(moved)).then_some(BatchedConv { edge, inputs, outputs, tiles })
}

/// Returns the pixels of the largest products of a block at a batched convolution.
fn products(network: &Network, batched: &[Option<BatchedConv>]) -> usize {
    let products = network.nodes.iter().zip(batched).filter_map(|(shape, conv)| {
        conv.map(|conv| products_len(&shape.dense(), conv.inputs.max(conv.outputs)))
    });
    products.max().unwrap_or(0)
}

/// Returns the pixels of the largest scratch of convolutions that run together.
fn scratch(network: &Network, paths: &[ConvPath], batched: &[Option<BatchedConv>]) -> usize {
    let of_node = |node: NodeId| {
        let outgoing = || network.outgoing(node);
        let of_path = |path: ConvPath| {
            let mut shapes = outgoing().filter(move |&edge| paths[edge] == path).filter_map(|edge| {
                let Op::Conv { shape, .. } = &network.edges[edge].op else { return None };
                Some(*shape)
            });
            shapes.next().map(|first| (first, 1 + shapes.count()))
        };
        let layout = network.nodes[node].dense();
        let winograd = of_path(ConvPath::Winograd).map(|(ConvShape { inputs, outputs, .. }, count)| {
            if batched[node].is_some() {
                products_len(&layout, inputs.max(outputs))
            } else {
                let forward = forward_scratch(&layout, inputs, outputs);
                forward.max(backward_scratch(&layout, inputs, outputs, count))
            }
        });
        let pointwise = of_path(ConvPath::Pointwise).map(|(shape, _)| pointwise_scratch(shape.outputs));
        winograd.max(pointwise).unwrap_or(0)
    };
    (0..network.nodes.len()).map(of_node).max().unwrap_or(0)
}

/// Buffers that the nodes' gradients share. A node keeps its buffer from its own turn in the backward pass to
/// that of the last node that reads it.
#[derive(Debug)]
pub struct GradientSlots {
    /// The buffer of each node.
    pub of: Vec<usize>,
    /// Pixels of each buffer.
    pub sizes: Vec<usize>,
}

impl GradientSlots {
    /// Assigns a buffer to each node.
    fn new(network: &Network) -> Self {
        let last_reader = |node| network.incoming(node).map(|edge| network.edges[edge].source).min();
        let mut slots = Self { of: vec![0; network.nodes.len()], sizes: Vec::new() };
        let mut pool = BufferPool::default();
        for node in (0..network.nodes.len()).rev() {
            let Some(last) = last_reader(node) else { continue };
            let shape = network.nodes[node];
            // Turns come from the last node to the first.
            let turn = |node: NodeId| network.nodes.len() - node;
            slots.of[node] = pool.take(shape.dense().len(shape.channels), turn(node), turn(last));
        }
        slots.sizes = pool.sizes;
        slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::{MacroShape, resnet18, supernet};
    use crate::space::NAS_BENCH_201;

    #[test]
    fn a_buffer_is_free_before_it_is_taken_again() {
        let input = Shape { channels: 1, height: 9, width: 9 };
        let shape = MacroShape { input, classes: 2, channels: 8, cells: 2 };
        for network in [supernet(&NAS_BENCH_201, &shape), resnet18(input, 2, 8)] {
            let slots = GradientSlots::new(&network);
            for later in 1..network.nodes.len() {
                let readers = network.incoming(later).map(|edge| network.edges[edge].source);
                let last = readers.min().expect("every node but the first has a source");
                for earlier in last..later {
                    let shared = earlier > 0 && slots.of[earlier] == slots.of[later];
                    assert!(!shared, "{earlier} overwrites {later}");
                }
            }
        }
    }

    #[test]
    fn stages_of_resnet18_are_batched_and_supernets_are_not() {
        let count = |network: Network| {
            ExecutionPlan::new(&network, Convolutions::Fast).batched.iter().flatten().count()
        };
        let square = |side| Shape { channels: 1, height: side, width: side };
        let shape = MacroShape { input: square(28), classes: 2, channels: 16, cells: 3 };
        assert_eq!(count(supernet(&NAS_BENCH_201, &shape)), 0);
        // The two convolutions of a block, but for the first of a stage, which halves the image.
        assert_eq!(count(resnet18(square(28), 2, 64)), 3 + 3);
        for side in [9, 13] {
            assert_eq!(count(resnet18(square(side), 2, 24)), 3, "side {side}");
        }
    }

    #[test]
    fn the_gradients_of_a_supernet_need_few_buffers() {
        let input = Shape { channels: 1, height: 8, width: 8 };
        let shape = MacroShape { input, classes: 2, channels: 8, cells: 3 };
        let network = supernet(&NAS_BENCH_201, &shape);
        assert!(GradientSlots::new(&network).sizes.len() <= 5);
    }
}
