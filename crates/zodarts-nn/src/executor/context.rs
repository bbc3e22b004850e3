//! The state that all blocks share during a phase.

use super::block::Block;
use super::coefficients::Coefficients;
use super::live_network::LiveNetwork;
use super::packed::Packed;
use crate::graph::{MAX_EDGES, NodeId};
use arrayvec::ArrayVec;
use zodarts_kernels::{AffineSum, BatchNormInputGrad, Kernels, Pixel, Real, Term};

/// Terms of a sum, without allocation: an edge adds two at most.
pub type Terms<'a, T> = ArrayVec<Term<'a, T>, { 2 * MAX_EDGES }>;

/// Read-only view of the executor.
pub struct PassContext<'a, T> {
    /// The network and its live part.
    pub net: &'a LiveNetwork,
    /// Factors of the edges.
    pub coefficients: &'a Coefficients<T>,
    /// Packed weights of the convolutions.
    pub packed: &'a Packed<T>,
    /// The kernels.
    pub kernels: Kernels<T>,
    /// The flat weights.
    pub weights: &'a [T],
    /// Images of the whole batch.
    pub images: usize,
}

impl<T: Real> PassContext<'_, T> {
    /// Returns the gradient of the edge's target, `[channel][y][x][lane]`.
    pub fn gradient_of<'b>(&self, block: &'b Block<T>, edge: usize) -> &'b [Pixel<T>] {
        &block.gradients[self.net.plan.gradients.of[self.net.network.edges[edge].target]]
    }

    /// Returns the gradient of a convolution's result, through its normalisation.
    pub fn result_gradient<'b>(&'b self, block: &'b Block<T>, edge: usize) -> BatchNormInputGrad<'b, T> {
        let factors = self.coefficients.backward_factors(edge);
        BatchNormInputGrad {
            output_gradient: self.gradient_of(block, edge),
            values: &block.raws[edge],
            gradient_scale: factors.gradient,
            value_scale: factors.value,
            constant: factors.constant,
        }
    }

    /// Writes the sum of `terms`, blocks of the node's size, to `output`.
    pub fn add_up(&self, node: NodeId, terms: &Terms<'_, T>, output: &mut [Pixel<T>]) {
        let layout = self.net.layout(node);
        let bias = &self.coefficients.zeros()[..self.net.channels(node)];
        self.kernels.run(AffineSum { terms, bias, from: layout, output, to: layout });
    }
}
