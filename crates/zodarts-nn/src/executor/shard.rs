//! A fixed part of a batch and its partial sums.

use super::BatchView;
use super::block::Block;
use super::plan::Plan;
use crate::graph::{Network, Op};
use crate::liveness::Liveness;
use std::ops::Range;
use zodarts_kernels::{Moments2, Real};

/// Consecutive blocks of a batch; one thread works on a shard at a time.
#[derive(Debug)]
pub struct Shard<T> {
    /// Blocks in use come first.
    pub blocks: Vec<Block<T>>,
    /// Blocks in use.
    pub active: usize,
    /// Partial gradient of the live convolutions and the classifier, laid out as the weights; empty until a pass goes
    /// backward, and without meaning elsewhere.
    pub gradient: Vec<T>,
    /// Partial per-channel sums; see [`Plan`].
    pub sums: Vec<f64>,
    /// Partial moments of each normalised edge; see [`Plan`].
    pub moments: Vec<Moments2>,
    /// Sum of losses.
    pub loss: f64,
    /// Correct images.
    pub correct: f64,
}

impl<T: Real> Shard<T> {
    pub fn new(plan: &Plan) -> Self {
        Self {
            blocks: Vec::new(),
            active: 0,
            gradient: Vec::new(),
            sums: vec![0.0; plan.sums],
            moments: vec![Moments2::default(); plan.sums],
            loss: 0.0,
            correct: 0.0,
        }
    }

    /// Takes over blocks `range` of a batch.
    pub fn begin(
        &mut self,
        parts: (&Network, &Plan, &Liveness),
        range: Range<usize>,
        batch: BatchView<'_>,
        backward: bool,
    ) {
        let (network, plan, _) = parts;
        self.active = range.len();
        while self.blocks.len() < self.active {
            self.blocks.push(Block::new(network, plan));
        }
        for (block, index) in self.blocks.iter_mut().zip(range) {
            block.load(network, index, batch);
            if backward {
                block.prepare_backward(plan);
            }
        }
        if backward {
            self.gradient.resize(network.weights.len(), T::ZERO);
            for range in summed_ranges(parts) {
                self.gradient[range].fill(T::ZERO);
            }
        }
        self.sums.fill(0.0);
        self.moments.fill(Moments2::default());
        self.loss = 0.0;
        self.correct = 0.0;
    }
}

/// Where a shard's partial gradient means something: at live convolutions that are not broad, and at the classifier.
pub fn summed_ranges<'a>(
    (network, plan, live): (&'a Network, &'a Plan, &'a Liveness),
) -> impl Iterator<Item = Range<usize>> + 'a {
    let convolutions = network.edges.iter().enumerate().filter_map(|(number, edge)| match &edge.op {
        Op::Conv { weight, .. } if live.edges[number] && plan.broad[edge.source].is_none() => {
            Some(weight.clone())
        }
        _ => None,
    });
    convolutions.chain([network.linear.clone(), network.bias.clone()])
}
