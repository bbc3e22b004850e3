//! Networks against numbers from `PyTorch` in f64; see `golden/README.md`.

mod common;

use common::{Case, choice, close, near, same_order};
use std::sync::Arc;
use zodarts_kernels::Kernels;
use zodarts_nn::executor::{BatchView, Convolutions, Executor, GradientTargets, Parameters};
use zodarts_nn::graph::Network;
use zodarts_nn::inference::Compiled;
use zodarts_nn::loss::{Loss, LossKind};
use zodarts_nn::networks::{MacroShape, discrete, resnet18, supernet};
use zodarts_nn::optim::{Sgd, SgdState};
use zodarts_nn::scalar::Scalar;
use zodarts_nn::space::{Mixture, NAS_BENCH_201};

const SUPERNET: &[u8] = include_bytes!("../golden/supernet.safetensors");
const DISCRETE: &[u8] = include_bytes!("../golden/discrete.safetensors");
const RESNET: &[u8] = include_bytes!("../golden/resnet18.safetensors");
const COUNTS: &str = include_str!("../golden/counts.json");

/// The largest relative error allowed: the project's promise for f32, rounding of stored f32 for f64.
fn tolerance<T: Scalar>() -> f64 {
    if size_of::<T>() == 4 { 1e-4 } else { 1e-6 }
}

/// Below this, a gradient is measured absolutely: some are zero but for rounding, such as that of a shift in
/// front of a normalisation.
const FLOOR: f64 = 1e-2;

struct Golden<'a, T> {
    case: Case<'a>,
    network: Arc<Network>,
    executor: Executor<T>,
    weights: Vec<T>,
    images: Vec<f32>,
    targets: Vec<f32>,
    loss: Loss,
}

impl<'a, T: Scalar> Golden<'a, T> {
    fn new(case: Case<'a>, network: Network, kernels: Kernels<T>) -> Self {
        same_order(&network.weights, &case);
        let network = Arc::new(network);
        Self {
            executor: Executor::with_kernels(network.clone(), kernels, Convolutions::default()),
            weights: case.flat(&network.weights, "weights"),
            images: case.values("images"),
            targets: case.values("targets"),
            loss: Loss::new(LossKind::CrossEntropy),
            network,
            case,
        }
    }

    fn pass(&mut self, mixture: Option<&Mixture<T>>, buffers: GradientTargets<'_, T>) -> f64 {
        let count = self.case.size("batch");
        let batch = BatchView { images: &self.images, targets: &self.targets, count };
        let parameters = Parameters { weights: &self.weights, mixture };
        self.executor.pass(parameters, &self.loss, batch, buffers).loss
    }

    fn check_loss(loss: f64, expected: f64) {
        assert!((loss - expected).abs() <= tolerance::<T>() * expected, "loss {loss}, expected {expected}");
    }
}

fn mixture<T: Scalar>(values: &[T]) -> Mixture<T> {
    Mixture::new(&NAS_BENCH_201, values.to_vec())
}

fn supernet_case<T: Scalar>(kernels: Kernels<T>, name: &str) -> Golden<'static, T> {
    let case = Case::open(SUPERNET, name);
    let shape = MacroShape {
        input: case.input(),
        classes: case.size("classes"),
        channels: case.size("c"),
        cells: case.size("n"),
    };
    Golden::new(case, supernet(&NAS_BENCH_201, &shape), kernels)
}

fn supernet_gradients<T: Scalar>(kernels: Kernels<T>) {
    for name in ["case0", "case1", "case2"] {
        let mut golden = supernet_case(kernels, name);
        let p = mixture(&golden.case.values("mixture"));
        let mut gradient = vec![T::ZERO; golden.weights.len()];
        let mut choices = Mixture::filled(&NAS_BENCH_201, T::ZERO);
        let buffers = GradientTargets { weights: Some(&mut gradient), mixture: Some(&mut choices) };
        let loss = golden.pass(Some(&p), buffers);
        Golden::<T>::check_loss(loss, golden.case.values::<f64>("loss")[0]);
        let expected: Vec<T> = golden.case.flat(&golden.network.weights, "gradients");
        close(&golden.network.weights, &gradient, &expected, tolerance::<T>(), FLOOR);
        // Off the support, ∂L/∂p is not computed: sparsemax multiplies it by zero.
        let expected: Vec<T> = golden.case.values("gradient_mixture");
        let support = p.values().iter().map(|&p| if p > T::ZERO { T::ONE } else { T::ZERO });
        let expected: Vec<T> = expected.into_iter().zip(support).map(|(g, on)| g * on).collect();
        near("mixture", choices.values(), &expected, tolerance::<T>(), FLOOR);
    }
}

#[test]
fn supernet_loss_and_gradients() {
    supernet_gradients(Kernels::<f32>::detect());
    supernet_gradients(Kernels::<f32>::portable());
    supernet_gradients(Kernels::<f64>::portable());
}

#[test]
fn supernet_three_steps_of_sgd() {
    for name in ["case0", "case1", "case2"] {
        let mut golden = supernet_case(Kernels::<f32>::detect(), name);
        let p = mixture(&golden.case.values("mixture"));
        let sgd =
            Sgd { momentum: 0.9, weight_decay: 3e-4, nesterov: true, clip: Some(5.0) }.validated().unwrap();
        let mut state = SgdState::new(golden.weights.len());
        let mut gradient = vec![0.0; golden.weights.len()];
        for expected in golden.case.values::<f64>("losses") {
            golden.pass(Some(&p), GradientTargets { weights: Some(&mut gradient), mixture: None });
            sgd.step(&mut state, &mut golden.weights, &gradient, 0.05);
            let loss = golden.pass(Some(&p), GradientTargets::default());
            Golden::<f32>::check_loss(loss, expected);
        }
        if name == "case0" {
            let expected: Vec<f32> = golden.case.flat(&golden.network.weights, "final");
            close(&golden.network.weights, &golden.weights, &expected, 1e-4, FLOOR);
        }
    }
}

/// Training-mode loss, gradients and running statistics, then logits under those statistics.
fn trained_once<T: Scalar>(mut golden: Golden<'_, T>) {
    let network = golden.network.clone();
    let mut gradient = vec![T::ZERO; golden.weights.len()];
    let loss = golden.pass(None, GradientTargets { weights: Some(&mut gradient), mixture: None });
    Golden::<T>::check_loss(loss, golden.case.values::<f64>("loss")[0]);
    let expected: Vec<T> = golden.case.flat(&network.weights, "gradients");
    close(&network.weights, &gradient, &expected, tolerance::<T>(), FLOOR);
    let mut running = zodarts_nn::init::constants(&network.statistics);
    golden.executor.update_statistics(&mut running, 0.1);
    let expected: Vec<T> = golden.case.flat(&network.statistics, "running");
    close(&network.statistics, &running, &expected, tolerance::<T>(), FLOOR);
    let logits = Compiled::new(&network, &golden.weights, &running).logits(&golden.images);
    near("logits", &logits, &golden.case.values::<f64>("logits_eval"), tolerance::<T>(), FLOOR);
}

fn discrete_networks<T: Scalar>(kernels: Kernels<T>) {
    for name in ["case0", "case1"] {
        let case = Case::open(DISCRETE, name);
        let shape = MacroShape {
            input: case.input(),
            classes: case.size("classes"),
            channels: case.size("c"),
            cells: case.size("n"),
        };
        let genotype = choice(case.sizes["genotype"].as_str().unwrap());
        trained_once(Golden::new(case, discrete(&shape, genotype).unwrap(), kernels));
    }
}

#[test]
fn discrete_network_in_training_and_evaluation() {
    discrete_networks(Kernels::<f32>::detect());
    discrete_networks(Kernels::<f64>::portable());
}

fn resnet<T: Scalar>(kernels: Kernels<T>) {
    let case = Case::open(RESNET, "case0");
    let network = resnet18(case.input(), case.size("classes"), case.size("width_parameter"));
    trained_once(Golden::new(case, network, kernels));
}

#[test]
fn resnet18_in_training_and_evaluation() {
    resnet(Kernels::<f32>::detect());
    resnet(Kernels::<f64>::portable());
}

#[test]
fn parameters_and_macs_match_pytorch() {
    let counts: serde_json::Value = serde_json::from_str(COUNTS).unwrap();
    let input = zodarts_nn::graph::Shape { channels: 1, height: 28, width: 28 };
    let shape = MacroShape { input, classes: 2, channels: 16, cells: 3 };
    let check = |network: Network, expected: &serde_json::Value| {
        let cost = network.cost();
        assert_eq!(Some(cost.params), expected["parameters"].as_u64(), "{expected}");
        assert_eq!(Some(cost.macs), expected["macs"].as_u64(), "{expected}");
    };
    check(resnet18(input, 2, 64), &counts["resnet18"]);
    check(supernet(&NAS_BENCH_201, &shape), &counts["supernet"]);
    for entry in counts["discrete"].as_array().unwrap() {
        let genotype = choice(entry["genotype"].as_str().unwrap());
        check(discrete(&shape, genotype).unwrap(), entry);
    }
}

#[test]
fn one_cell_counted_by_hand() {
    // 5×4 images, C = 2, N = 1: a 3×3 convolution on the edge 0→3 of each cell, nothing else.
    let genotype = choice("|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|");
    let input = zodarts_nn::graph::Shape { channels: 1, height: 5, width: 4 };
    let cost = discrete(&MacroShape { input, classes: 3, channels: 2, cells: 1 }, genotype).unwrap().cost();
    let norm = |c: u64| 2 * c;
    let stem = 9 * 2 + norm(2);
    let cells = [2, 4, 8].map(|c| 9 * c * c + norm(c)).iter().sum::<u64>();
    let reductions =
        [2, 4].map(|c| 9 * c * 2 * c + 9 * 4 * c * c + 2 * norm(2 * c) + 2 * c * c).iter().sum::<u64>();
    let head = norm(8) + 8 * 3 + 3;
    assert_eq!(cost.params, stem + cells + reductions + head);
    // Pixels: 5×4, then 3×2, then 2×1.
    let convolutions = 20 * (9 * 2 + 9 * 4) + 6 * (9 * 2 * 4 + 9 * 16 + 2 * 4 + 9 * 16);
    let last = 2 * (9 * 4 * 8 + 9 * 64 + 4 * 8 + 9 * 64);
    assert_eq!(cost.macs, convolutions + last + 8 * 3);
}
