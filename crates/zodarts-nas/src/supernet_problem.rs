//! The supernet as a bilevel problem.

use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::normaliser::Mixing;
use std::sync::Arc;
use zodarts_data::Batch;
use zodarts_kernels::Kernels;
use zodarts_nn::executor::{BatchView, Convolutions, Executor, GradientTargets, Parameters};
use zodarts_nn::graph::Network;
use zodarts_nn::liveness::Extent;
use zodarts_nn::loss::Loss;
use zodarts_nn::space::{Mixture, Space};

/// A supernet whose edges are mixed by a normaliser of α/τ.
#[derive(Clone, Debug)]
pub struct SupernetProblem {
    network: Arc<Network>,
    mixing: Arc<dyn Mixing>,
    loss: Loss,
    convolutions: Convolutions,
    extent: Extent,
    /// Temperature τ.
    temperature: f64,
}

impl SupernetProblem {
    /// Returns the problem at a temperature.
    ///
    /// # Panics
    /// Panics if `network` is not a supernet.
    pub fn new(network: Arc<Network>, mixing: Arc<dyn Mixing>, loss: Loss, temperature: f64) -> Self {
        assert!(network.space.is_some(), "a supernet");
        let (convolutions, extent) = (Convolutions::default(), Extent::default());
        Self { network, mixing, loss, convolutions, extent, temperature }
    }

    /// Returns the same problem with other ways of computing it.
    #[must_use]
    pub fn computed(self, convolutions: Convolutions, extent: Extent) -> Self {
        Self { convolutions, extent, ..self }
    }

    /// Returns the same problem at another temperature. Both share the network and the normaliser.
    #[must_use]
    pub fn at_temperature(&self, temperature: f64) -> Self {
        Self { temperature, ..self.clone() }
    }

    /// Returns the supernet.
    pub fn network(&self) -> &Arc<Network> {
        &self.network
    }

    /// Returns the search space.
    ///
    /// # Panics
    /// Never: the network is a supernet.
    pub fn space(&self) -> &'static Space {
        self.network.space.expect("a supernet")
    }

    /// Returns the mixture `(rows, operations)` of α at this temperature.
    pub fn mixture(&self, alpha: &[f32]) -> Mixture<f32> {
        self.mixing.mixture(self.space(), alpha, self.temperature)
    }
}

impl BilevelProblem for SupernetProblem {
    type Batch = Batch;
    type Worker = Executor<f32>;

    fn weight_count(&self) -> usize {
        self.network.weights.len()
    }

    fn alpha_count(&self) -> usize {
        self.space().alphas()
    }

    fn alpha_row(&self) -> Option<usize> {
        Some(self.space().columns())
    }

    fn temperature(&self) -> f64 {
        self.temperature
    }

    fn worker(&self) -> Executor<f32> {
        let mut executor = Executor::with_kernels(self.network.clone(), Kernels::detect(), self.convolutions);
        executor.set_extent(self.extent);
        executor
    }

    fn evaluate(
        &self,
        worker: &mut Executor<f32>,
        weights: &[f32],
        alpha: &[f32],
        batch: &Batch,
        want: Want,
        gradients: &mut Gradients,
    ) -> Evaluation {
        let mixture = self.mixture(alpha);
        let mut choices = Mixture::filled(self.space(), 0.0);
        let targets = GradientTargets {
            weights: want.weights().then(|| sized(&mut gradients.weights, weights.len())),
            mixture: want.alpha().then_some(&mut choices),
        };
        let view = BatchView { images: &batch.images, targets: &batch.targets, count: batch.n };
        let parameters = Parameters { weights, mixture: Some(&mixture) };
        let outcome = worker.pass(parameters, &self.loss, view, targets);
        if want.alpha() {
            gradients.alpha = self.mixing.alpha_gradient(&mixture, self.temperature, &choices);
        }
        Evaluation { loss: outcome.loss, correct: outcome.correct, images: outcome.images }
    }
}

fn sized(buffer: &mut Vec<f32>, len: usize) -> &mut [f32] {
    buffer.resize(len, 0.0);
    buffer
}
