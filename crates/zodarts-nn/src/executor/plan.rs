//! Where per-channel sums are, and how large temporaries get.

use crate::graph::{Network, Op};
use zodarts_kernels::{Layout, weight_scratch};

/// Positions of per-channel sums in a shard's flat vectors, and sizes of its scratch.
#[derive(Debug)]
pub struct Plan {
    /// Where Σ d of a node's gradient starts.
    pub node_sums: Vec<usize>,
    /// Where an edge's Σ d·x (or its batch moments) starts.
    pub edge_sums: Vec<usize>,
    /// Sums in all.
    pub sums: usize,
    /// Pixels of the largest padded block.
    pub padded: usize,
    /// Pixels of the largest dense block.
    pub dense: usize,
    /// Pixels of the widest row.
    pub row: usize,
    /// Pixels of the largest weight-gradient scratch.
    pub partial: usize,
}

impl Plan {
    pub fn new(network: &Network) -> Self {
        let mut sums = 0;
        let mut reserve = |channels: usize| {
            sums += channels;
            sums - channels
        };
        let node_sums = network.nodes.iter().map(|shape| reserve(shape.channels)).collect();
        let edge_sums =
            network.edges.iter().map(|edge| reserve(network.nodes[edge.target].channels)).collect();
        let convolutions = || {
            network.edges.iter().filter_map(|edge| match &edge.op {
                Op::Conv { shape, .. } => Some((edge, shape)),
                _ => None,
            })
        };
        let padded = convolutions().map(|(edge, shape)| {
            let from = network.nodes[edge.source];
            Layout::padded(from.height, from.width).len(shape.inputs.max(shape.outputs))
        });
        let dense = network.nodes.iter().map(|n| Layout::dense(n.height, n.width).len(n.channels));
        Self {
            node_sums,
            edge_sums,
            padded: padded.max().unwrap_or(0),
            dense: dense.max().unwrap_or(0),
            row: network.nodes.iter().map(|shape| shape.width).max().unwrap_or(0),
            partial: convolutions().map(|(_, shape)| weight_scratch(shape)).max().unwrap_or(0),
            sums,
        }
    }
}
