//! The executor: the order of the phases of a pass.

use super::batched_conv::BatchedConv;
use super::coefficients::{BatchSums, Coefficients};
use super::context::PassContext;
use super::convolutions::Convolutions;
use super::frequency_buffers::FrequencyBuffers;
use super::live_network::LiveNetwork;
use super::packed::Packed;
use super::pass::{BatchView, GradientTargets, Parameters, PassOutcome};
use super::phase::Phase;
use super::plan::ExecutionPlan;
use super::shard::add_gradients;
use super::workers::Workers;
use crate::graph::{Network, NodeId};
use crate::liveness::{Extent, Liveness};
use crate::loss::Loss;
use std::sync::Arc;
use zodarts_kernels::{Kernels, LANES, Real};

/// The buffers of one network. An executor runs one pass at a time.
#[derive(Debug)]
pub struct Executor<T> {
    net: LiveNetwork,
    kernels: Kernels<T>,
    extent: Extent,
    coefficients: Coefficients<T>,
    packed: Packed<T>,
    workers: Workers<T>,
    frequencies: FrequencyBuffers<T>,
}

impl<T: Real> Executor<T> {
    /// Creates an executor with the fastest kernels of this machine. Its buffers grow with the batches.
    pub fn new(network: Arc<Network>) -> Self {
        Self::with_kernels(network, Kernels::detect(), Convolutions::default())
    }

    /// Creates an executor with given kernels.
    pub fn with_kernels(network: Arc<Network>, kernels: Kernels<T>, convolutions: Convolutions) -> Self {
        Self {
            kernels,
            extent: Extent::Support,
            coefficients: Coefficients::new(&network),
            packed: Packed::new(&network),
            workers: Workers::new(),
            frequencies: FrequencyBuffers::default(),
            net: LiveNetwork {
                plan: ExecutionPlan::new(&network, convolutions),
                network,
                live: Liveness::default(),
            },
        }
    }

    /// Sets the part of a mixture that passes compute.
    pub fn set_extent(&mut self, extent: Extent) {
        self.extent = extent;
    }

    /// Returns the network.
    pub fn network(&self) -> &Arc<Network> {
        &self.net.network
    }

    /// Returns the edges and nodes that the last pass computed.
    pub fn live(&self) -> &Liveness {
        &self.net.live
    }

    /// Returns the logits of the last [`Executor::pass`] under the statistics of its batch, `(images,
    /// classes)`.
    pub fn logits(&self) -> impl Iterator<Item = f64> + '_ {
        self.workers.blocks().flat_map(|block| block.logits.iter().copied())
    }

    /// Moves running statistics towards those of the last [`Executor::pass`]: `r ← (1 − m)·r + m·batch`, with
    /// the unbiased variance, as `PyTorch` does.
    pub fn update_statistics(&self, running: &mut [T], momentum: f64) {
        self.coefficients.update_running(&self.net, running, momentum);
    }

    /// Runs a pass; see [`Executor::pass`].
    pub(super) fn run_pass(
        &mut self,
        parameters: Parameters<'_, T>,
        loss: &Loss,
        batch: BatchView<'_>,
        targets: GradientTargets<'_, T>,
    ) -> PassOutcome {
        let backward = targets.selection().any();
        self.begin(parameters, batch, backward);
        for node in 0..self.net.network.nodes.len() {
            self.forward(parameters, node);
        }
        let outcome = self.finish_forward(parameters, loss, batch);
        if backward {
            self.backward(parameters, targets);
        }
        outcome
    }

    /// Prepares the buffers and distributes the batch over the shards.
    fn begin(&mut self, parameters: Parameters<'_, T>, batch: BatchView<'_>, backward: bool) {
        let network = &self.net.network;
        let input = network.input();
        let image = input.channels * input.height * input.width;
        assert_eq!(batch.targets.len(), batch.count * network.classes, "targets");
        assert!(batch.count > 0, "an empty batch");
        assert_eq!(parameters.weights.len(), network.weights.len(), "weights");
        assert_eq!(batch.images.len(), batch.count * image, "images");
        self.net.live.update(network, parameters.mixture, self.extent);
        self.coefficients.begin(&self.net.network, parameters);
        self.packed.update(&self.net, self.kernels, parameters.weights, backward);
        self.workers.begin(&self.net, batch, backward);
        self.frequencies.prepare(&self.net.plan.batched, batch.count.div_ceil(LANES));
    }

    fn phase<'a>(&'a mut self, weights: &'a [T]) -> Phase<'a, T> {
        let cx = PassContext {
            net: &self.net,
            coefficients: &self.coefficients,
            packed: &self.packed,
            kernels: self.kernels,
            weights,
            images: self.workers.images(),
        };
        Phase { cx, workers: &mut self.workers, frequencies: &mut self.frequencies }
    }

    /// Returns the live batched convolution out of a node, if there is one.
    fn batched(&self, node: NodeId) -> Option<BatchedConv> {
        self.net.plan.batched[node].filter(|conv| self.net.live.edges[conv.edge])
    }

    fn forward(&mut self, parameters: Parameters<'_, T>, node: NodeId) {
        if !self.net.live.nodes[node] {
            return;
        }
        self.coefficients.sum_shifts(&self.net, node);
        let batched = self.batched(node);
        let mut phase = self.phase(parameters.weights);
        if let Some(conv) = batched {
            phase.forward_batched(node, conv);
        } else {
            phase.for_blocks(|mut pass| pass.forward(node));
        }
        self.coefficients.take_batch(&self.net, parameters, self.workers.shards(), node);
    }

    fn finish_forward(
        &mut self,
        parameters: Parameters<'_, T>,
        loss: &Loss,
        batch: BatchView<'_>,
    ) -> PassOutcome {
        self.phase(parameters.weights).for_blocks(|mut pass| pass.losses(loss, batch));
        let partials = || self.workers.shards().iter().map(|shard| &shard.partial);
        let total: f64 = partials().map(|partial| partial.loss).sum();
        let correct = partials().map(|partial| partial.correct).sum();
        PassOutcome { loss: total / batch.count as f64, correct, images: batch.count }
    }

    fn backward(&mut self, parameters: Parameters<'_, T>, mut targets: GradientTargets<'_, T>) {
        let selection = targets.selection();
        if let Some(gradient) = targets.weights.as_deref_mut() {
            assert_eq!(gradient.len(), self.net.network.weights.len(), "weight gradient");
            gradient.fill(T::ZERO);
        }
        self.phase(parameters.weights).for_blocks(|mut pass| pass.classifier_gradients(selection.weights));
        for node in (0..self.net.network.nodes.len()).rev() {
            if !self.net.live.nodes[node] || (node == 0 && !selection.weights) {
                continue;
            }
            let batched = self.batched(node);
            let mut phase = self.phase(parameters.weights);
            if let Some(conv) = batched {
                phase.backward_batched(node, conv, selection, targets.weights.as_deref_mut());
            } else {
                phase.for_blocks(|mut pass| pass.backward(node, selection));
            }
            let sums = BatchSums { shards: self.workers.shards(), images: self.workers.images() };
            let gradient = targets.weights.as_deref_mut();
            self.coefficients.backward(&self.net, parameters, sums, node, gradient);
        }
        let shards = self.workers.shards();
        if let Some(gradient) = targets.weights {
            add_gradients(&self.net, shards, gradient);
        }
        if let Some(mixture) = targets.mixture {
            self.coefficients.mixture_gradients(&self.net, parameters, shards, mixture);
        }
    }
}
