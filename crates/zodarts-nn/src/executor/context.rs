//! What all shards share during a phase.

use super::coefficients::Coefficients;
use super::packed::Packed;
use crate::graph::{Network, NodeId, Op};
use crate::liveness::Liveness;
use zodarts_kernels::{ConvWeights, Kernels, Layout, Real};

/// Read-only view of the executor.
pub struct Context<'a, T> {
    pub network: &'a Network,
    pub plan: &'a Plan,
    pub live: &'a Liveness,
    pub coefficients: &'a Coefficients<T>,
    pub packed: &'a Packed<T>,
    pub kernels: Kernels<T>,
    pub weights: &'a [T],
    /// Images of the whole batch.
    pub images: usize,
}

impl<T: Real> Context<'_, T> {
    /// Indices of the live edges into a node.
    pub fn incoming(&self, node: NodeId) -> impl Iterator<Item = usize> + '_ {
        self.network.incoming(node).filter(|&edge| self.live.edges[edge])
    }

    /// Indices of the live edges out of a node.
    pub fn outgoing(&self, node: NodeId) -> impl Iterator<Item = usize> + '_ {
        self.network.outgoing(node).filter(|&edge| self.live.edges[edge])
    }

    /// Layout of a node's value.
    pub fn layout(&self, node: NodeId) -> Layout {
        let shape = self.network.nodes[node];
        Layout::dense(shape.height, shape.width)
    }

    /// Layout of a node's value with a margin.
    pub fn padded(&self, node: NodeId) -> Layout {
        let shape = self.network.nodes[node];
        Layout::padded(shape.height, shape.width)
    }
}

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
            partial: convolutions().map(|(_, shape)| ConvWeights::<f32>::scratch(shape)).max().unwrap_or(0),
            sums,
        }
    }
}
