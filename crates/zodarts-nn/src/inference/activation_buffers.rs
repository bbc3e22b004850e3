//! Assignment of buffers to activations. Activations that are not needed at the same time share one.

use crate::buffer_pool::BufferPool;
use crate::graph::{Network, NodeId, Op};
use zodarts_kernels::planes;

/// The buffers of all activations.
#[derive(Debug)]
pub struct ActivationBuffers {
    /// Buffer of each node's value.
    pub values: Vec<usize>,
    /// Buffer of each node's copy with a margin, for nodes with a convolution that reads one.
    pub copies: Vec<Option<usize>>,
    /// Pixels of each buffer.
    pub sizes: Vec<usize>,
}

impl ActivationBuffers {
    /// Assigns to each node, in the order of computation, the first buffer that is free.
    pub fn new(network: &Network) -> Self {
        let mut pool = BufferPool::default();
        let (mut values, mut copies) = (Vec::new(), Vec::new());
        for (node, &shape) in network.nodes.iter().enumerate() {
            let channels = planes(shape.channels);
            let last = last_reader(network, node, |op| !reads_copy(op)).unwrap_or(node);
            values.push(pool.take(shape.dense().len(channels), node, last));
            let last = last_reader(network, node, reads_copy);
            copies.push(last.map(|last| pool.take(shape.padded().len(channels), node, last)));
        }
        Self { values, copies, sizes: pool.sizes }
    }
}

/// Returns true if an edge reads its source's copy: if it needs the margin or the `ReLU`.
pub fn reads_copy(op: &Op) -> bool {
    matches!(op, Op::Conv { shape, relu, .. } if *relu || shape.kernel == 3)
}

/// Returns the last node that reads `node` through an operation for which `reads` is true.
fn last_reader(network: &Network, node: NodeId, reads: impl Fn(&Op) -> bool) -> Option<NodeId> {
    let edges = network.outgoing(node).filter(|&edge| reads(&network.edges[edge].op));
    edges.map(|edge| network.edges[edge].target).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Shape;
    use crate::networks::{MacroShape, discrete, resnet18};
    use crate::space::{Choice, NAS_BENCH_201, Operation};

    fn networks() -> [Network; 2] {
        let input = Shape { channels: 1, height: 9, width: 9 };
        let shape = MacroShape { input, classes: 2, channels: 8, cells: 3 };
        let all = Choice::new(&NAS_BENCH_201, &[Operation::Conv3x3; 6]);
        [discrete(&shape, all).expect("a path"), resnet18(input, 2, 8)]
    }

    #[test]
    fn nothing_is_overwritten_before_its_last_reader() {
        for network in networks() {
            let buffers = ActivationBuffers::new(&network);
            // (buffer, written at, read until) of everything.
            let mut spans = Vec::new();
            for node in 0..network.nodes.len() {
                let last = last_reader(&network, node, |op| !reads_copy(op)).unwrap_or(node);
                spans.push((buffers.values[node], node, last));
                let last = last_reader(&network, node, reads_copy);
                spans.extend(buffers.copies[node].zip(last).map(|(buffer, last)| (buffer, node, last)));
            }
            for (i, a) in spans.iter().enumerate() {
                for b in &spans[i + 1..] {
                    assert!(a.0 != b.0 || a.2 < b.1 || b.2 < a.1, "{a:?} and {b:?} share a buffer");
                }
            }
        }
    }

    #[test]
    fn few_buffers_serve_many_nodes() {
        for network in networks() {
            assert!(ActivationBuffers::new(&network).sizes.len() <= 6);
        }
    }
}
