//! What all shards share during a phase.

use super::coefficients::Coefficients;
use super::packed::Packed;
use super::plan::Plan;
use crate::graph::{Network, NodeId};
use crate::liveness::Liveness;
use zodarts_kernels::{Kernels, Layout, Real};

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
