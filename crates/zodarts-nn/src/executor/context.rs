//! What all shards share during a phase.

use super::coefficients::Coefficients;
use super::packed::Packed;
use super::plan::{Path, Plan};
use crate::graph::{Network, NodeId, Op};
use crate::liveness::Liveness;
use zodarts_kernels::{ConvShape, Kernels, Layout, Real};

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

    /// Whether the node's live convolutions read it through a `ReLU`; `None` if it has none.
    pub fn rectifies(&self, node: NodeId) -> Option<bool> {
        self.outgoing(node).find_map(|edge| match self.network.edges[edge].op {
            Op::Conv { relu, .. } => Some(relu),
            _ => None,
        })
    }

    /// Whether the edge is one of the node's live convolutions that run together on `path`.
    pub fn takes(&self, path: Path, node: NodeId, edge: usize) -> bool {
        self.plan.paths[edge] == path && self.live.edges[edge] && self.network.edges[edge].source == node
    }

    /// Shape of the node's live convolutions that run together on `path`, if there are any.
    pub fn shape_on(&self, path: Path, node: NodeId) -> Option<ConvShape> {
        self.outgoing(node).find_map(|edge| match self.network.edges[edge].op {
            Op::Conv { shape, .. } if self.plan.paths[edge] == path => Some(shape),
            _ => None,
        })
    }

    /// Layout of a node's value.
    pub fn layout(&self, node: NodeId) -> Layout {
        self.network.nodes[node].dense()
    }

    /// Layout of a node's value with a margin.
    pub fn padded(&self, node: NodeId) -> Layout {
        self.network.nodes[node].padded()
    }
}
