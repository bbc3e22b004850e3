//! Every gradient against finite differences, in f64 and with the very code that trains.
//!
//! A `ReLU` that changes sign within the step spoils a difference quotient, so images are small and the seeds
//! are such that no sign flips: a quotient that disagrees at one step size must agree at a smaller one.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use zodarts_kernels::Kernels;
use zodarts_nn::executor::{BatchView, Convolutions, Executor, GradientTargets, Parameters};
use zodarts_nn::graph::{Builder, Network, Shape};
use zodarts_nn::init::initial_values;
use zodarts_nn::liveness::Extent;
use zodarts_nn::loss::{Loss, LossKind};
use zodarts_nn::networks::{MacroShape, discrete, resnet18, supernet};
use zodarts_nn::space::{Choice, Mixture, NAS_BENCH_201, Operation};

const COUNT: usize = 11;
const SHAPE: MacroShape =
    MacroShape { input: Shape { channels: 2, height: 7, width: 5 }, classes: 3, channels: 3, cells: 1 };

/// Wide enough for Winograd, in f64 as well.
const WIDE: MacroShape = MacroShape { channels: 8, ..SHAPE };

/// A network whose second convolution runs batched: its channels make more than a megabyte of transformed
/// filter.
fn batched() -> Network {
    let mut builder = Builder::new(SHAPE.input);
    let [first, last] = [136, 144].map(|channels| builder.node(Shape { channels, ..SHAPE.input }));
    builder.conv_norm(0, first, 3, false, ("stem.conv", "stem.bn"));
    builder.conv_norm(first, last, 3, true, ("conv", "bn"));
    builder.finish(SHAPE.classes)
}

struct Subject {
    executor: Executor<f64>,
    weights: Vec<f64>,
    mixture: Option<Mixture<f64>>,
    images: Vec<f32>,
    targets: Vec<f32>,
    loss: Loss,
}

impl Subject {
    fn new(network: Network, mixture: Option<Mixture<f64>>, kind: LossKind) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let mut weights: Vec<f64> =
            initial_values(&network.weights, &mut random).into_iter().map(f64::from).collect();
        // Scales of 1 and shifts of 0 would hide mistakes.
        for weight in &mut weights {
            *weight += random.random_range(-0.2..0.2);
        }
        let pixels = COUNT * SHAPE.input.channels * SHAPE.input.height * SHAPE.input.width;
        let images = (0..pixels).map(|_| random.random_range(0.0..1.0)).collect();
        let targets = (0..COUNT * SHAPE.classes).map(|i| if i % 4 == 0 { 1.0 } else { 0.25 }).collect();
        let loss = Loss { kind, smoothing: 0.1, class_weights: Some(vec![0.5, 1.0, 1.5]) };
        Self { executor: Executor::new(Arc::new(network)), weights, mixture, images, targets, loss }
    }

    fn pass(&mut self, buffers: GradientTargets<'_, f64>) -> f64 {
        let batch = BatchView { images: &self.images, targets: &self.targets, count: COUNT };
        let parameters = Parameters { weights: &self.weights, mixture: self.mixture.as_ref() };
        self.executor.pass(parameters, &self.loss, batch, buffers).loss
    }

    fn gradients(&mut self) -> (Vec<f64>, Mixture<f64>) {
        let mut weights = vec![f64::NAN; self.weights.len()];
        let mut mixture = Mixture::filled(&NAS_BENCH_201, f64::NAN);
        self.pass(GradientTargets { weights: Some(&mut weights), mixture: Some(&mut mixture) });
        (weights, mixture)
    }

    /// Central difference of the loss along one value.
    fn slope(&mut self, value: impl Fn(&mut Self) -> &mut f64, step: f64) -> f64 {
        let start = *value(self);
        *value(self) = start + step;
        let up = self.pass(GradientTargets::default());
        *value(self) = start - step;
        let down = self.pass(GradientTargets::default());
        *value(self) = start;
        (up - down) / (2.0 * step)
    }

    fn check(&mut self, name: &str, gradient: f64, value: impl Fn(&mut Self) -> &mut f64) {
        let slopes = [1e-5, 1e-6, 1e-7, 1e-8].map(|step| self.slope(&value, step));
        let error = slopes.map(|slope| (slope - gradient).abs()).into_iter().fold(f64::INFINITY, f64::min);
        assert!(error < 2e-7 * (1.0 + gradient.abs()), "{name}: gradient {gradient}, slopes {slopes:?}");
    }

    fn check_weights(&mut self) {
        let (gradient, _) = self.gradients();
        for tensor in self.executor.network().clone().weights.tensors() {
            // First, last and a middle value of each tensor.
            let range = tensor.range.clone();
            for index in [range.start, range.start + range.len() / 2, range.end - 1] {
                self.check(&tensor.name, gradient[index], |subject| &mut subject.weights[index]);
            }
        }
    }
}

fn dense_mixture() -> Mixture<f64> {
    let value = |at: usize| 0.1 + 0.05 * ((at / 5 * 3 + at % 5 * 7) % 5) as f64;
    Mixture::new(&NAS_BENCH_201, (0..30).map(value).collect())
}

/// Some edges with one operation, some with two, one with `none`, node 1 fed by a skip alone.
fn sparse_mixture() -> Mixture<f64> {
    Mixture::from([
        [0.0, 1.0, 0.0, 0.0, 0.0],
        [0.3, 0.0, 0.0, 0.7, 0.0],
        [0.0, 0.0, 0.4, 0.0, 0.6],
        [1.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 1.0, 0.0],
        [0.2, 0.3, 0.0, 0.5, 0.0],
    ])
}

#[test]
fn supernet_weights() {
    for mixture in [dense_mixture(), sparse_mixture()] {
        Subject::new(supernet(&NAS_BENCH_201, &SHAPE), Some(mixture.clone()), LossKind::CrossEntropy)
            .check_weights();
        Subject::new(supernet(&NAS_BENCH_201, &WIDE), Some(mixture), LossKind::CrossEntropy).check_weights();
    }
}

#[test]
fn batched_weights() {
    Subject::new(batched(), None, LossKind::CrossEntropy).check_weights();
}

#[test]
fn winograd_and_the_definition_agree() {
    agree(&Arc::new(supernet(&NAS_BENCH_201, &WIDE)), Some(&dense_mixture()));
    agree(&Arc::new(batched()), None);
}

fn agree(network: &Arc<Network>, mixture: Option<&Mixture<f64>>) {
    let run = |convolutions| {
        let mut subject = Subject::new((**network).clone(), mixture.cloned(), LossKind::CrossEntropy);
        subject.executor = Executor::with_kernels(network.clone(), Kernels::detect(), convolutions);
        subject.gradients()
    };
    let (fast, direct) = (run(Convolutions::Fast), run(Convolutions::Direct));
    assert!(fast.0 != direct.0, "both took the same path");
    let scale = direct.0.iter().fold(0.0, |scale: f64, g| scale.max(g.abs()));
    for (a, b) in fast.0.iter().zip(&direct.0) {
        assert!((a - b).abs() < 1e-12 * scale, "{a} {b}");
    }
}

#[test]
fn mixture_probabilities() {
    let mut subject = Subject::new(supernet(&NAS_BENCH_201, &SHAPE), Some(dense_mixture()), LossKind::Binary);
    let (_, gradient) = subject.gradients();
    for (edge, row) in gradient.rows().enumerate() {
        for (op, slope) in row.iter().copied().enumerate() {
            subject.check(&format!("p[{edge}][{op}]"), slope, |subject| {
                &mut subject.mixture.as_mut().expect("a supernet")[edge][op]
            });
        }
    }
}

#[test]
fn discrete_and_resnet_weights() {
    use Operation::{AvgPool3x3, Conv1x1, Conv3x3, None, SkipConnect};
    let choice = [Conv3x3, AvgPool3x3, SkipConnect, Conv1x1, None, Conv3x3];
    let choice = Choice::new(&NAS_BENCH_201, &choice);
    let network = discrete(&SHAPE, choice).expect("a path");
    Subject::new(network, Option::None, LossKind::Binary).check_weights();
    for width in [2, 8] {
        Subject::new(resnet18(SHAPE.input, SHAPE.classes, width), Option::None, LossKind::CrossEntropy)
            .check_weights();
    }
}

#[test]
fn idle_lanes_do_not_matter() {
    // 11 images are a full block and one of three; after a larger batch the idle lanes hold old images.
    for (network, mixture) in [(supernet(&NAS_BENCH_201, &SHAPE), Some(dense_mixture())), (batched(), None)] {
        after_a_larger_batch(Subject::new(network, mixture, LossKind::CrossEntropy));
    }
}

fn after_a_larger_batch(mut subject: Subject) {
    let fresh = subject.gradients();
    let (images, targets) = (subject.images.repeat(3), subject.targets.repeat(3));
    let batch = BatchView { images: &images, targets: &targets, count: 3 * COUNT };
    let weights = subject.weights.clone();
    let parameters = Parameters { weights: &weights, mixture: subject.mixture.as_ref() };
    subject.executor.pass(parameters, &subject.loss, batch, GradientTargets::default());
    assert_eq!(subject.gradients(), fresh);
}

#[test]
fn computing_the_support_loses_nothing() {
    let hopeless = {
        let mut mixture = sparse_mixture();
        for row in mixture.rows_mut().skip(4) {
            row.copy_from_slice(&[1.0, 0.0, 0.0, 0.0, 0.0]);
        }
        mixture
    };
    for (mixture, shape) in
        [(dense_mixture(), SHAPE), (sparse_mixture(), SHAPE), (hopeless, SHAPE), (sparse_mixture(), WIDE)]
    {
        let mut subject =
            Subject::new(supernet(&NAS_BENCH_201, &shape), Some(mixture.clone()), LossKind::CrossEntropy);
        let support = subject.gradients();
        let loss = subject.pass(GradientTargets::default());
        let few = subject.executor.live().edges.iter().filter(|live| **live).count();
        subject.executor.set_extent(Extent::All);
        let everything = subject.gradients();
        assert!((subject.pass(GradientTargets::default()) - loss).abs() < 1e-13);
        let all = subject.executor.live().edges.iter().filter(|live| **live).count();
        assert!(mixture == dense_mixture() || few < all, "{few} of {all} edges");
        for (a, b) in support.0.iter().zip(&everything.0) {
            assert!((a - b).abs() < 1e-13, "{a} {b}");
        }
        for (edge, row) in mixture.rows().enumerate() {
            for (op, _) in row.iter().enumerate().filter(|(_, p)| **p > 0.0) {
                let (a, b) = (support.1[edge][op], everything.1[edge][op]);
                assert!((a - b).abs() < 1e-12, "p[{edge}][{op}]: {a} {b}");
            }
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for (network, mixture) in [(supernet(&NAS_BENCH_201, &WIDE), Some(dense_mixture())), (batched(), None)] {
        same_bits(&Arc::new(network), mixture.as_ref());
    }
}

fn same_bits(network: &Arc<Network>, mixture: Option<&Mixture<f64>>) {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let mut random = ChaCha8Rng::seed_from_u64(9);
            let weights = initial_values(&network.weights, &mut random);
            let count = 43;
            let pixels = count * SHAPE.input.channels * SHAPE.input.height * SHAPE.input.width;
            let images: Vec<f32> = (0..pixels).map(|_| random.random_range(0.0..1.0)).collect();
            let targets: Vec<f32> = (0..count * 3).map(|i| f32::from(u8::from(i % 3 == 0))).collect();
            let rounded = |mixture: &Mixture<f64>| {
                Mixture::new(&NAS_BENCH_201, mixture.values().iter().map(|p| *p as f32).collect())
            };
            let mixture = mixture.map(rounded);
            let mut executor = Executor::<f32>::new(network.clone());
            let mut gradient = vec![0.0; weights.len()];
            let mut choices = Mixture::filled(&NAS_BENCH_201, 0.0);
            let buffers = GradientTargets { weights: Some(&mut gradient), mixture: Some(&mut choices) };
            let batch = BatchView { images: &images, targets: &targets, count };
            let parameters = Parameters { weights: &weights, mixture: mixture.as_ref() };
            let loss = executor.pass(parameters, &Loss::default(), batch, buffers).loss;
            (loss, gradient, choices)
        })
    };
    let one = run(1);
    assert!(one == run(2), "two threads differ from one");
    assert!(one == run(3), "three threads differ from one");
}
