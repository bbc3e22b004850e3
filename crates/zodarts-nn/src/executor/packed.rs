//! Convolution weights in the order the kernels read them, prepared once a pass.

use crate::graph::{Network, Op};
use crate::liveness::Liveness;
use rayon::prelude::*;
use zodarts_kernels::{Real, pack_forward, pack_input_gradient};

/// Packed weights of every convolution.
#[derive(Debug)]
pub struct Packed<T> {
    edges: Vec<PackedEdge<T>>,
}

#[derive(Clone, Debug, Default)]
struct PackedEdge<T> {
    forward: Vec<T>,
    backward: Vec<T>,
}

impl<T: Real> Packed<T> {
    pub fn new(network: &Network) -> Self {
        Self { edges: vec![PackedEdge::default(); network.edges.len()] }
    }

    /// Packs the live convolutions.
    pub fn update(&mut self, network: &Network, live: &Liveness, weights: &[T], backward: bool) {
        let work = self.edges.par_iter_mut().zip(&network.edges).zip(&live.edges);
        work.with_min_len(8).for_each(|((packed, edge), live)| {
            let Op::Conv { shape, weight, .. } = &edge.op else { return };
            if !live {
                return;
            }
            let source = &weights[weight.clone()];
            packed.forward.resize(shape.weights(), T::ZERO);
            pack_forward(shape, source, &mut packed.forward);
            if backward && edge.source > 0 {
                packed.backward.resize(shape.weights(), T::ZERO);
                pack_input_gradient(shape, source, &mut packed.backward);
            }
        });
    }

    /// Weights of the forward convolution of an edge.
    pub fn forward(&self, edge: usize) -> &[T] {
        &self.edges[edge].forward
    }

    /// Weights of the input gradient of an edge.
    pub fn backward(&self, edge: usize) -> &[T] {
        &self.edges[edge].backward
    }
}
