//! A supernet with weights and images to take steps on.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use zodarts_nn::executor::{BatchView, Executor, GradientTargets, Parameters, PassOutcome};
use zodarts_nn::graph::{Network, Shape};
use zodarts_nn::init::initial_values;
use zodarts_nn::loss::{Loss, LossKind};
use zodarts_nn::networks::{MacroShape, supernet};
use zodarts_nn::optim::{Sgd, SgdState};
use zodarts_nn::space::{Mixture, NAS_BENCH_201};

/// A training step of the supernet: forward, backward with ∂L/∂p, stochastic gradient descent.
#[derive(Debug)]
pub struct SupernetStep {
    executor: Executor<f32>,
    loss: Loss,
    sgd: Sgd,
    state: SgdState,
    weights: Vec<f32>,
    gradient: Vec<f32>,
    mixture: Mixture<f32>,
    mixture_gradient: Mixture<f32>,
    images: Vec<f32>,
    targets: Vec<f32>,
    batch: usize,
}

/// The supernet of the paper on one-channel images of two classes: C = 16, N = 3.
pub fn paper_supernet(side: usize) -> Network {
    let input = Shape { channels: 1, height: side, width: side };
    supernet(&NAS_BENCH_201, &MacroShape { input, classes: 2, channels: 16, cells: 3 })
}

/// A mixture with every operation live and equally heavy, as a search begins.
pub fn uniform_mixture() -> Mixture<f32> {
    Mixture::filled(&NAS_BENCH_201, 1.0 / NAS_BENCH_201.columns() as f32)
}

impl SupernetStep {
    /// A step on `batch` images of `side` × `side` pixels.
    pub fn new(network: Network, mixture: Mixture<f32>, batch: usize) -> Self {
        let network = Arc::new(network);
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let weights = initial_values(&network.weights, &mut random);
        let input = network.input();
        let pixels = batch * input.channels * input.height * input.width;
        let images = (0..pixels).map(|_| random.random_range(0.0..1.0)).collect();
        let classes = network.classes;
        let one_hot = |i: usize| f32::from(u8::from((i / classes) % classes == i % classes));
        let targets = (0..batch * classes).map(one_hot).collect();
        Self {
            loss: Loss::new(LossKind::CrossEntropy),
            sgd: Sgd::default(),
            state: SgdState::new(weights.len()),
            gradient: vec![0.0; weights.len()],
            mixture_gradient: Mixture::filled(&NAS_BENCH_201, 0.0),
            executor: Executor::new(network),
            weights,
            mixture,
            images,
            targets,
            batch,
        }
    }

    /// Takes one step.
    pub fn step(&mut self) -> PassOutcome {
        let parameters = Parameters { weights: &self.weights, mixture: Some(&self.mixture) };
        let batch = BatchView { images: &self.images, targets: &self.targets, count: self.batch };
        let targets =
            GradientTargets { weights: Some(&mut self.gradient), mixture: Some(&mut self.mixture_gradient) };
        let outcome = self.executor.pass(parameters, &self.loss, batch, targets);
        self.sgd.step(&mut self.state, &mut self.weights, &self.gradient, 0.025);
        outcome
    }
}
