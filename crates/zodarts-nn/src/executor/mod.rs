//! Runs a network on a batch: loss, gradients, predictions.
//!
//! Work advances node by node. Going forward, one sweep writes a node as the sum of its incoming edges and
//! then runs all its outgoing convolutions; going backward, one gradient of a node serves all its incoming
//! edges. Between nodes stands a barrier, because batch normalisation needs the whole batch.
//!
//! **Determinism.** A batch is cut into blocks of eight images and the blocks into at most [`MAX_SHARDS`]
//! shards, both by the number of images alone. Threads take whole shards; partial sums are added in block and
//! shard order. So results do not depend on the number of threads, bit for bit.

mod backward;
mod block;
mod broad;
mod coefficients;
mod context;
mod cutter;
mod forward;
mod head;
mod memory;
mod packed;
mod plan;
mod scratch;
mod shard;

use crate::graph::{Network, NodeId};
use crate::liveness::{Extent, Liveness};
use crate::loss::Loss;
use crate::scalar::Scalar;
use crate::space::Mixture;
use broad::{Broad, Frequencies};
use coefficients::Coefficients;
use context::Context;
use packed::Packed;
use plan::Plan;
use rayon::prelude::*;
use scratch::{Scratch, Scratches};
use shard::Shard;
use std::sync::Arc;
use zodarts_kernels::{Kernels, LANES, Real};

pub use memory::bytes_needed;
pub use plan::Convolutions;

/// Most shards of a batch, and so the most threads one executor can use.
pub const MAX_SHARDS: usize = 8;

/// A point to evaluate a network at.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a, T> {
    /// The flat weights.
    pub weights: &'a [T],
    /// The mixture of a supernet.
    pub mixture: Option<&'a Mixture<T>>,
}

/// Images and what they should be taken for.
#[derive(Clone, Copy, Debug)]
pub struct BatchView<'a> {
    /// `n×C×H×W` values.
    pub images: &'a [f32],
    /// `n×classes` targets; empty for predictions.
    pub targets: &'a [f32],
    /// Images n.
    pub count: usize,
}

/// What a pass measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Mean loss of the batch.
    pub loss: f64,
    /// Images classified correctly.
    pub correct: f64,
    /// Images in the batch.
    pub images: usize,
}

/// Where a pass leaves the gradients that are wanted.
#[derive(Debug, Default)]
pub struct Wanted<'a, T> {
    /// ∂L/∂w, overwritten.
    pub weights: Option<&'a mut [T]>,
    /// ∂L/∂p, overwritten. Entries of operations that were not computed are 0.
    pub mixture: Option<&'a mut Mixture<T>>,
}

/// Where normalisations take their statistics from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Statistics {
    Batch,
    Running,
}

/// The buffers of one pass at a time over one network.
#[derive(Debug)]
pub struct Executor<T> {
    network: Arc<Network>,
    kernels: Kernels<T>,
    extent: Extent,
    plan: Plan,
    live: Liveness,
    coefficients: Coefficients<T>,
    packed: Packed<T>,
    shards: Vec<Shard<T>>,
    scratches: Scratches<T>,
    frequencies: Frequencies<T>,
    active: usize,
    images: usize,
    reversed: bool,
}

impl<T: Real> Executor<T> {
    /// An executor on the fastest kernels of this machine. Buffers grow with the batches it is given.
    pub fn new(network: Arc<Network>) -> Self {
        Self::with_kernels(network, Kernels::detect(), Convolutions::default())
    }

    /// An executor on given kernels.
    pub fn with_kernels(network: Arc<Network>, kernels: Kernels<T>, convolutions: Convolutions) -> Self {
        Self {
            plan: Plan::new(&network, convolutions),
            coefficients: Coefficients::new(&network),
            packed: Packed::new(&network),
            network,
            kernels,
            extent: Extent::Support,
            live: Liveness::default(),
            shards: Vec::new(),
            scratches: Scratches::default(),
            frequencies: Frequencies::default(),
            active: 0,
            images: 0,
            reversed: false,
        }
    }

    /// Chooses how much of a mixture to compute.
    pub fn set_extent(&mut self, extent: Extent) {
        self.extent = extent;
    }

    /// The network.
    pub fn network(&self) -> &Arc<Network> {
        &self.network
    }

    /// What the last pass computed.
    pub fn live(&self) -> &Liveness {
        &self.live
    }

    /// Loss of a batch under batch statistics, and the wanted gradients.
    ///
    /// # Panics
    /// If the lengths of weights, images or targets do not fit the network.
    pub fn pass(
        &mut self,
        point: Point<'_, T>,
        loss: &Loss,
        batch: BatchView<'_>,
        wanted: Wanted<'_, T>,
    ) -> Outcome
    where
        T: Scalar,
    {
        // Once into the pool for all phases: called from outside, each of them would wake its threads by itself.
        rayon::scope(|_| T::pass(self, point, loss, batch, wanted))
    }

    pub(crate) fn run_pass(
        &mut self,
        point: Point<'_, T>,
        loss: &Loss,
        batch: BatchView<'_>,
        wanted: Wanted<'_, T>,
    ) -> Outcome {
        assert_eq!(batch.targets.len(), batch.count * self.network.classes, "targets");
        let backward = wanted.weights.is_some() || wanted.mixture.is_some();
        self.begin(point, batch, backward);
        self.frequencies.prepare(&self.plan.broad, batch.count.div_ceil(LANES));
        for node in 0..self.network.nodes.len() {
            self.forward(point, node);
        }
        let outcome = self.finish_forward(point, loss, batch);
        if backward {
            self.backward(point, wanted);
        }
        outcome
    }

    /// Logits of a batch under running statistics, `n×classes` values. Targets are not read.
    ///
    /// A supernet has no running statistics, and liveness counts on batch statistics (a normalised zero is zero),
    /// so there must be no mixture.
    ///
    /// # Panics
    /// If there is a mixture, or the lengths of weights, statistics or images do not fit the network.
    pub fn predict(&mut self, point: Point<'_, T>, statistics: &[T], batch: BatchView<'_>) -> Vec<f64>
    where
        T: Scalar,
    {
        T::predict(self, point, statistics, batch)
    }

    pub(crate) fn run_prediction(
        &mut self,
        point: Point<'_, T>,
        statistics: &[T],
        batch: BatchView<'_>,
    ) -> Vec<f64> {
        assert!(point.mixture.is_none(), "predictions of a supernet");
        self.begin(point, batch, false);
        self.coefficients.take_running(&self.network, &self.live, point, statistics);
        self.run(point, |context, shard, scratch| {
            for block in 0..shard.active {
                for node in 0..context.network.nodes.len() {
                    forward::node(context, (&mut *shard, &mut *scratch), block, node, Statistics::Running);
                }
            }
        });
        let mut logits = Vec::with_capacity(batch.count * self.network.classes);
        for shard in &self.shards[..self.active] {
            for block in &shard.blocks[..shard.active] {
                head::logits(&self.network, self.kernels, point.weights, block, &mut logits);
            }
        }
        logits
    }

    /// Logits of the last [`Executor::pass`], under the statistics of its batch: `n×classes` values.
    pub fn logits(&self) -> impl Iterator<Item = f64> + '_ {
        let blocks = self.shards[..self.active].iter().flat_map(|shard| &shard.blocks[..shard.active]);
        blocks.flat_map(|block| block.logits.iter().copied())
    }

    /// Moves running statistics towards those of the last [`Executor::pass`], `r ← (1 − m)·r + m·batch` with the unbiased
    /// variance, as `PyTorch` does.
    pub fn update_statistics(&self, running: &mut [T], momentum: f64) {
        self.coefficients.update_running(&self.network, &self.live, running, momentum);
    }

    /// Lays the batch out over the shards.
    fn begin(&mut self, point: Point<'_, T>, batch: BatchView<'_>, backward: bool) {
        let input = self.network.input();
        let image = input.channels * input.height * input.width;
        assert!(batch.count > 0, "an empty batch");
        assert_eq!(point.weights.len(), self.network.weights.len(), "weights");
        assert_eq!(batch.images.len(), batch.count * image, "images");
        self.live.update(&self.network, point.mixture, self.extent);
        self.coefficients.begin(&self.network, point);
        let parts = (&*self.network, &self.plan, &self.live);
        self.packed.update(parts, self.kernels, point.weights, backward);
        let blocks = batch.count.div_ceil(LANES);
        self.images = batch.count;
        self.active = blocks.min(MAX_SHARDS);
        while self.shards.len() < self.active {
            self.shards.push(Shard::new(&self.plan));
        }
        let active = self.active;
        self.shards[..active].par_iter_mut().enumerate().for_each(|(index, shard)| {
            let (first, last) = (index * blocks / active, (index + 1) * blocks / active);
            shard.begin(parts, first..last, batch, backward);
        });
    }

    /// Runs `work` on every shard, on as many threads as the current pool has. Every other time the last shards come first, for
    /// what was touched last may still be in cache.
    fn run(
        &mut self,
        point: Point<'_, T>,
        work: impl Fn(&Context<'_, T>, &mut Shard<T>, &mut Scratch<T>) + Sync,
    ) {
        self.reversed = !self.reversed;
        let context = Context {
            network: &self.network,
            plan: &self.plan,
            live: &self.live,
            coefficients: &self.coefficients,
            packed: &self.packed,
            kernels: self.kernels,
            weights: point.weights,
            images: self.images,
        };
        let parts = (&*self.network, &self.plan);
        let with_scratch =
            |shard: &mut Shard<T>| self.scratches.lend(parts, |scratch| work(&context, shard, scratch));
        match &mut self.shards[..self.active] {
            [only] => with_scratch(only),
            shards if self.reversed => shards.par_iter_mut().rev().for_each(with_scratch),
            shards => shards.par_iter_mut().for_each(with_scratch),
        }
    }

    /// The live broad convolution out of a node, if there is one.
    fn broad(&self, node: NodeId) -> Option<Broad> {
        self.plan.broad[node].filter(|broad| self.live.edges[broad.edge])
    }

    fn forward(&mut self, point: Point<'_, T>, node: NodeId) {
        if !self.live.nodes[node] {
            return;
        }
        self.coefficients.sum_shifts(&self.network, &self.live, node);
        if let Some(broad) = self.broad(node) {
            self.forward_broad(point, node, broad);
        } else {
            self.run(point, |context, shard, scratch| {
                for block in 0..shard.active {
                    forward::node(context, (&mut *shard, &mut *scratch), block, node, Statistics::Batch);
                }
            });
        }
        let shards = &self.shards[..self.active];
        self.coefficients.take_batch(&self.network, &self.plan, &self.live, point, shards, node);
    }

    fn finish_forward(&mut self, point: Point<'_, T>, loss: &Loss, batch: BatchView<'_>) -> Outcome {
        self.run(point, |context, shard, _| head::losses(context, shard, loss, batch));
        let shards = &self.shards[..self.active];
        let total: f64 = shards.iter().map(|shard| shard.loss).sum();
        let correct = shards.iter().map(|shard| shard.correct).sum();
        Outcome { loss: total / batch.count as f64, correct, images: batch.count }
    }

    fn backward(&mut self, point: Point<'_, T>, mut wanted: Wanted<'_, T>) {
        let want = backward::Want { weights: wanted.weights.is_some(), mixture: wanted.mixture.is_some() };
        if let Some(gradient) = wanted.weights.as_deref_mut() {
            assert_eq!(gradient.len(), self.network.weights.len(), "weight gradient");
            gradient.fill(T::ZERO);
        }
        self.run(point, |context, shard, _| head::backward(context, shard, want.weights));
        for node in (0..self.network.nodes.len()).rev() {
            if !self.live.nodes[node] || (node == 0 && !want.weights) {
                continue;
            }
            if let Some(broad) = self.broad(node) {
                self.backward_broad(point, (node, broad), want, wanted.weights.as_deref_mut());
            } else {
                self.run(point, |context, shard, scratch| {
                    for block in 0..shard.active {
                        backward::node(context, (&mut *shard, &mut *scratch), block, node, want);
                    }
                });
            }
            let shards = &self.shards[..self.active];
            self.coefficients.backward(
                &self.network,
                &self.plan,
                &self.live,
                point,
                (shards, self.images),
                node,
                wanted.weights.as_deref_mut(),
            );
        }
        if let Some(gradient) = wanted.weights {
            let shards = &self.shards[..self.active];
            backward::add_shards((&self.network, &self.plan, &self.live), shards, gradient);
        }
        if let Some(mixture) = wanted.mixture {
            let shards = &self.shards[..self.active];
            let choices =
                self.coefficients.choice_gradients(&self.network, &self.plan, &self.live, point, shards);
            *mixture = choices.map(|row| row.map(T::from_f64));
        }
    }
}
