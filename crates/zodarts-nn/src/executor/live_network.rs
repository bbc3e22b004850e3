//! A network, its plan, and the part of it that the current pass computes.

use super::plan::{ConvPath, ExecutionPlan};
use crate::graph::{Edge, Network, NodeId, Op};
use crate::liveness::Liveness;
use std::sync::Arc;
use zodarts_kernels::{BlockLayout, ConvShape};

/// A network with its plan and its live part.
#[derive(Debug)]
pub struct LiveNetwork {
    /// The network.
    pub network: Arc<Network>,
    /// The plan.
    pub plan: ExecutionPlan,
    /// The edges and nodes that the current pass computes.
    pub live: Liveness,
}

impl LiveNetwork {
    /// Returns the indices of the live edges into a node.
    pub fn incoming(&self, node: NodeId) -> impl Iterator<Item = usize> + '_ {
        self.network.incoming(node).filter(|&edge| self.live.edges[edge])
    }

    /// Returns the indices of the live edges out of a node.
    pub fn outgoing(&self, node: NodeId) -> impl Iterator<Item = usize> + '_ {
        self.network.outgoing(node).filter(|&edge| self.live.edges[edge])
    }

    /// Returns the indices of the live convolutions out of a node that are computed on `path`.
    pub fn outgoing_on(&self, path: ConvPath, node: NodeId) -> impl Iterator<Item = usize> + '_ {
        self.outgoing(node).filter(move |&edge| self.plan.paths[edge] == path)
    }

    /// Returns true if the node's live convolutions read it through a `ReLU`, and `None` if it has no
    /// convolutions.
    pub fn rectifies(&self, node: NodeId) -> Option<bool> {
        self.outgoing(node).find_map(|edge| match self.network.edges[edge].op {
            Op::Conv { relu, .. } => Some(relu),
            _ => None,
        })
    }

    /// Returns true if the edge is one of the node's live convolutions on `path`.
    pub fn takes(&self, path: ConvPath, node: NodeId, edge: usize) -> bool {
        self.plan.paths[edge] == path && self.live.edges[edge] && self.network.edges[edge].source == node
    }

    /// Returns the shape of the node's live convolutions that run together on `path`, if there are any.
    pub fn shape_on(&self, path: ConvPath, node: NodeId) -> Option<ConvShape> {
        self.outgoing(node).find_map(|edge| match self.network.edges[edge].op {
            Op::Conv { shape, .. } if self.plan.paths[edge] == path => Some(shape),
            _ => None,
        })
    }

    /// Returns the dense layout of a node's value.
    pub fn layout(&self, node: NodeId) -> BlockLayout {
        self.network.nodes[node].dense()
    }

    /// Returns the padded layout of a node's value.
    pub fn padded(&self, node: NodeId) -> BlockLayout {
        self.network.nodes[node].padded()
    }

    /// Returns (index, edge) of every live edge.
    pub fn live_edges(&self) -> impl Iterator<Item = (usize, &Edge)> + '_ {
        self.network.edges.iter().enumerate().filter(|(index, _)| self.live.edges[*index])
    }

    /// Returns the number of channels of a node.
    pub fn channels(&self, node: NodeId) -> usize {
        self.network.nodes[node].channels
    }

    /// Returns the operation of an edge.
    pub fn op(&self, edge: usize) -> &Op {
        &self.network.edges[edge].op
    }
}
