//! The edges of a network that have to be computed for a given mixture.
//!
//! An operation with `p = 0` adds nothing. Liveness is more than that: an operation that reads a node which
//! is always zero, or that feeds a node which reaches no output, is dead as well.

use crate::graph::Network;
use crate::space::Mixture;
use serde::{Deserialize, Serialize};
use zodarts_kernels::Real;

/// The edges and nodes to compute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Liveness {
    /// For each edge, true if it is computed.
    pub edges: Vec<bool>,
    /// For each node, true if its value is needed.
    pub nodes: Vec<bool>,
}

/// The part of a mixture that a pass computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// The operations that can influence the result: the default.
    #[default]
    Support,
    /// Every operation of every edge, also those with weight 0: for comparisons, it only takes longer.
    All,
}

/// Returns the weight of an edge: its entry of the mixture, or 1.
pub fn weight<T: Real>(network: &Network, edge: usize, mixture: Option<&Mixture<T>>) -> T {
    match (network.edges[edge].choice, mixture) {
        (Some((row, column)), Some(mixture)) => mixture[row][column],
        _ => T::ONE,
    }
}

impl Liveness {
    /// Finds the live part of `network` under `mixture`, reusing the vectors of `self`.
    pub fn update<T: Real>(&mut self, network: &Network, mixture: Option<&Mixture<T>>, extent: Extent) {
        self.edges.clear();
        self.edges.resize(network.edges.len(), true);
        self.nodes.clear();
        self.nodes.resize(network.nodes.len(), true);
        if extent == Extent::Support {
            self.drop_zeros(network, mixture);
            self.drop_dead_ends(network);
        }
    }

    /// Marks dead edges forward: those with weight 0, and those that map a zero node to zero.
    fn drop_zeros<T: Real>(&mut self, network: &Network, mixture: Option<&Mixture<T>>) {
        let fed = &mut self.nodes;
        fed[1..].fill(false);
        for (index, edge) in network.edges.iter().enumerate() {
            let weightless = weight(network, index, mixture) == T::ZERO;
            let live = !weightless && (fed[edge.source] || !edge.op.keeps_zero());
            self.edges[index] = live;
            fed[edge.target] |= live;
        }
    }

    /// Marks dead edges backward: those into a node that no live edge reads. A zero node may still be needed.
    fn drop_dead_ends(&mut self, network: &Network) {
        self.nodes.fill(false);
        self.nodes[network.output()] = true;
        for (index, edge) in network.edges.iter().enumerate().rev() {
            self.edges[index] &= self.nodes[edge.target];
            self.nodes[edge.source] |= self.edges[index];
        }
    }

    /// Returns, for each entry of the mixture, true if it is computed in some cell.
    ///
    /// # Panics
    /// If the network has no search space.
    pub fn choices(&self, network: &Network) -> Mixture<bool> {
        let mut live = Mixture::filled(network.space.expect("a supernet"), false);
        for (edge, is_live) in network.edges.iter().zip(&self.edges) {
            if let (Some((row, column)), true) = (edge.choice, is_live) {
                live[row][column] = true;
            }
        }
        live
    }

    /// Returns the number of entries of the mixture that are computed in some cell.
    ///
    /// # Panics
    /// If the network has no search space.
    pub fn operations(&self, network: &Network) -> usize {
        self.choices(network).values().iter().filter(|live| **live).count()
    }
}
