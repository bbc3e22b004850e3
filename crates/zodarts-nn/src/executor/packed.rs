//! Convolution weights in the order that the kernels read, prepared once per pass.

use super::live_network::LiveNetwork;
use super::plan::ConvPath;
use crate::graph::{Network, Op};
use rayon::prelude::*;
use zodarts_kernels::winograd::{WinogradFilter, filter_len};
use zodarts_kernels::{ConvShape, Kernels, Pixel, Real, pack_forward, pack_input_gradient};

/// Packed weights of every convolution.
#[derive(Debug)]
pub struct Packed<T> {
    edges: Vec<PackedEdge<T>>,
}

/// Packed weights of one convolution. Buffers that it does not need stay empty.
#[derive(Clone, Debug, Default)]
struct PackedEdge<T> {
    /// Weights of the forward convolution.
    forward: Vec<T>,
    /// Weights of the input gradient.
    backward: Vec<T>,
    /// The filter, transformed by Winograd.
    filter: Vec<Pixel<T>>,
}

impl<T: Real> Packed<T> {
    /// Creates empty buffers.
    pub fn new(network: &Network) -> Self {
        Self { edges: vec![PackedEdge::default(); network.edges.len()] }
    }

    /// Packs the weights of the live convolutions; those of input gradients only if `backward`.
    pub fn update(&mut self, net: &LiveNetwork, kernels: Kernels<T>, weights: &[T], backward: bool) {
        let LiveNetwork { network, plan, live } = net;
        let work = self.edges.par_iter_mut().zip(&network.edges).zip(&live.edges).zip(&plan.paths);
        work.with_min_len(8).for_each(|(((packed, edge), live), path)| {
            let Op::Conv { shape, weight, .. } = &edge.op else { return };
            if !live {
                return;
            }
            let weights = &weights[weight.clone()];
            if *path == ConvPath::Winograd {
                packed.transform(kernels, shape, weights);
            } else {
                packed.reorder(shape, weights, backward && edge.source > 0);
            }
        });
    }

    /// Returns the packed weights of the forward convolution of an edge.
    pub fn forward(&self, edge: usize) -> &[T] {
        &self.edges[edge].forward
    }

    /// Returns the packed weights of the input gradient of an edge.
    pub fn backward(&self, edge: usize) -> &[T] {
        &self.edges[edge].backward
    }

    /// Returns the transformed filter of an edge on the Winograd path.
    pub fn filter(&self, edge: usize) -> &[Pixel<T>] {
        &self.edges[edge].filter
    }
}

impl<T: Real> PackedEdge<T> {
    fn reorder(&mut self, shape: &ConvShape, weights: &[T], backward: bool) {
        self.forward.resize(shape.weights(), T::ZERO);
        pack_forward(shape, weights, &mut self.forward);
        if backward {
            self.backward.resize(shape.weights(), T::ZERO);
            pack_input_gradient(shape, weights, &mut self.backward);
        }
    }

    fn transform(&mut self, kernels: Kernels<T>, shape: &ConvShape, weights: &[T]) {
        let ConvShape { inputs, outputs, .. } = *shape;
        self.filter.resize(filter_len(inputs, outputs), Pixel::ZERO);
        kernels.run(WinogradFilter { weights, inputs, outputs, filter: &mut self.filter });
    }
}
