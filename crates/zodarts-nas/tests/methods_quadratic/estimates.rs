//! Tests of each estimate against the formula that defines it.

use crate::problem::{Batch, D, MethodSettings, Scene, W, defaults, widen};
use crate::reference::{hypergradient, relative_error};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use zodarts_nas::methods::{Difference, Method, Mu, PerturbedChain, ZerothOrder};
use zodarts_nn::optim::Sgd;

const DIFFERENCES: [Difference; 4] =
    [Difference::Forward, Difference::Central, Difference::ForwardLoss, Difference::CentralLoss];
const OPTIMISERS: [Sgd; 3] = [
    Sgd { momentum: 0.0, weight_decay: 0.0, nesterov: false, clip: None },
    Sgd { momentum: 0.9, weight_decay: 0.05, nesterov: false, clip: None },
    Sgd { momentum: 0.9, weight_decay: 0.05, nesterov: true, clip: None },
];

fn settings(sgd: Sgd, difference: Difference, mu: f64) -> MethodSettings {
    let mut settings = MethodSettings { sgd, ..defaults() };
    settings.zo.difference = difference;
    settings.zo.mu = Mu::Absolute(mu);
    settings
}

/// Returns the method's own estimate at the scene's state.
fn estimate(scene: &Scene, kind: &str, settings: &MethodSettings) -> Vec<f64> {
    let mut method = settings.build(kind);
    let mut directions = ChaCha8Rng::seed_from_u64(0);
    let mut round = scene.round(&mut directions);
    method.estimate(&scene.problem, &mut [0], &mut scene.state.clone(), &mut round);
    widen(method.hypergradient())
}

/// Returns the vector of the zeroth-order estimates along every axis.
fn estimate_by_axes(scene: &Scene, settings: &MethodSettings) -> [f64; D] {
    let mut method = ZerothOrder::new(&settings.optimisers(), settings.zo);
    std::array::from_fn(|j| {
        let mut axis = [0.0; D];
        axis[j] = 1.0;
        method.estimate_along(
            &scene.problem,
            &mut [0, 0],
            &mut scene.state.clone(),
            &scene.batches(),
            &[axis.to_vec()],
        );
        f64::from(Method::<crate::problem::Quadratic>::hypergradient(&method)[j])
    })
}

#[test]
fn darts_v1_is_the_validation_gradient() {
    let scene = Scene::new(1);
    let alpha = widen(&scene.state.alpha);
    let expected: Vec<f64> = alpha.iter().zip(scene.problem.target).map(|(a, t)| a - t).collect();
    let found = estimate(&scene, "darts-v1", &defaults());
    assert!(relative_error(&found, &expected) < 1e-6, "{found:?} {expected:?}");
}

#[test]
fn milenas_adds_the_training_gradient() {
    let scene = Scene::new(1);
    let (w, alpha) = (widen(&scene.state.chain.weights), widen(&scene.state.alpha));
    let Batch::Training(b) = &scene.training[0] else { panic!("a training batch") };
    let training = scene.problem.minus_a_transposed(&scene.problem.training_slope(&w, &alpha, b));
    for lambda in [0.0, 1.0, 2.5] {
        let expected: Vec<f64> =
            (0..D).map(|j| training[j] + lambda * (alpha[j] - scene.problem.target[j])).collect();
        let settings = MethodSettings { milenas_lambda: lambda, ..defaults() };
        let found = estimate(&scene, "milenas", &settings);
        assert!(relative_error(&found, &expected) < 1e-6, "{found:?} {expected:?}");
    }
}

#[test]
fn darts_v2_is_its_formula() {
    let scene = Scene::new(1);
    let (problem, rate) = (&scene.problem, scene.learning_rate);
    let (w, alpha) = (widen(&scene.state.chain.weights), widen(&scene.state.alpha));
    let buffer = widen(&scene.state.chain.sgd.momentum_buffer);
    let (Batch::Training(b), Batch::Validation(c)) = (&scene.training[0], &scene.validation[0]) else {
        panic!("a training and a validation batch")
    };
    for sgd in OPTIMISERS {
        let slope = problem.training_slope(&w, &alpha, b);
        let unrolled: [f64; W] = std::array::from_fn(|i| {
            w[i] - rate * (sgd.momentum * buffer[i] + slope[i] + sgd.weight_decay * w[i])
        });
        let v = problem.validation_slope(&unrolled, c);
        // ∂²L_train/∂α∂w = −AᵀH.
        let hv: [f64; W] = std::array::from_fn(|i| crate::problem::dot(&problem.h[i], &v));
        let second = problem.minus_a_transposed(&hv);
        let expected: Vec<f64> = (0..D).map(|j| alpha[j] - problem.target[j] - rate * second[j]).collect();
        let found = estimate(&scene, "darts-v2", &settings(sgd, Difference::Forward, 1.0));
        // The probes are 0.02 apart and rounded to 1e-7; measured 1.2e-6.
        assert!(relative_error(&found, &expected) < 5e-6, "{found:?} {expected:?}");
        let first_order = estimate(&scene, "darts-v1", &defaults());
        assert!(relative_error(&first_order, &expected) > 0.02, "the second term is there to be missed");
    }
}

#[test]
fn darts_v2_is_the_one_step_hypergradient_when_the_virtual_step_is_the_real_one() {
    let scene = Scene::new(1);
    for sgd in [OPTIMISERS[0], OPTIMISERS[1]] {
        let found = estimate(&scene, "darts-v2", &settings(sgd, Difference::Forward, 1.0));
        assert!(relative_error(&found, &hypergradient(&scene, &sgd)) < 5e-6);
    }
}

#[test]
fn zeroth_order_along_all_axes_is_the_unrolled_hypergradient() {
    for steps in [1, 3, 10] {
        let scene = Scene::new(steps);
        for (sgd, difference) in OPTIMISERS.into_iter().flat_map(|s| DIFFERENCES.map(|d| (s, d))) {
            let found = estimate_by_axes(&scene, &settings(sgd, difference, 0.25));
            let expected = hypergradient(&scene, &sgd);
            let error = relative_error(&found, &expected);
            if difference == Difference::ForwardLoss {
                // Half of the curvature times μ remains; `as_many_directions_as_dimensions…` checks that it
                // vanishes.
                assert!(error < 1.0, "{steps} steps, {sgd:?}: {error}");
                continue;
            }
            // Rounding of w, 1e-7 a step, over μ = 0.25; measured below 1e-6.
            assert!(error < 4e-6, "{steps} steps, {sgd:?}, {difference:?}: {error}");
        }
    }
}

#[test]
fn going_back_through_the_steps_is_the_unrolled_hypergradient() {
    for (steps, batches) in [(1, 1), (3, 1), (10, 1), (3, 3)] {
        let scene = Scene::new(steps).validated_by(batches);
        for sgd in OPTIMISERS {
            let found = estimate(&scene, "darts-unrolled", &settings(sgd, Difference::Forward, 1.0));
            let error = relative_error(&found, &hypergradient(&scene, &sgd));
            // Rounding of w, 1e-7, over the probe radius 0.1.
            assert!(error < 4e-6, "{steps} steps, {sgd:?}: {error}");
        }
    }
}

#[test]
fn going_back_through_clipped_steps_is_what_differences_of_whole_chains_say() {
    for nesterov in [false, true] {
        let sgd = Sgd { momentum: 0.9, weight_decay: 0.05, nesterov, clip: Some(10.0) };
        let scene = Scene::new(10);
        let settings = settings(sgd, Difference::Central, 0.01);
        let expected = estimate_by_axes(&scene, &settings);
        let found = estimate(&scene, "darts-unrolled", &settings);
        assert!(relative_error(&found, &expected) < 1e-3, "{found:?} {expected:?}");
        let unclipped = hypergradient(&scene, &Sgd { clip: None, ..sgd });
        assert!(relative_error(&unclipped, &expected) > 0.02, "the clip is there to be missed");
    }
}

#[test]
fn as_many_directions_as_dimensions_are_the_whole_hypergradient() {
    let scene = Scene::new(10);
    let mut settings = MethodSettings { sgd: OPTIMISERS[2], ..defaults() };
    (settings.wide.directions, settings.wide.mu) = (D, Mu::Absolute(2.0));
    // The central difference of a parabola is exact at any width; a one-sided difference is off by half the
    // curvature.
    let exact = hypergradient(&scene, &settings.sgd);
    let error = relative_error(&estimate(&scene, "zo-darts-wide", &settings), &exact);
    assert!(error < 4e-6, "{error}");
    settings.wide.difference = Difference::ForwardLoss;
    let wide = relative_error(&estimate(&scene, "zo-darts-wide", &settings), &exact);
    settings.wide.mu = Mu::Absolute(0.02);
    let narrow = relative_error(&estimate(&scene, "zo-darts-wide", &settings), &exact);
    assert!(narrow < 0.02 * wide, "{narrow} against {wide}");
}

#[test]
fn several_validation_batches_are_judged_together() {
    for difference in DIFFERENCES {
        let settings = settings(OPTIMISERS[2], difference, 0.25);
        let scene = Scene::new(3).validated_by(3);
        let expected = hypergradient(&scene, &settings.sgd);
        let error = relative_error(&estimate_by_axes(&scene, &settings), &expected);
        let alone = relative_error(&estimate_by_axes(&Scene::new(3).validated_by(1), &settings), &expected);
        assert!(alone > 0.01, "one batch alone is not right: {alone}");
        assert!(
            error < if difference == Difference::ForwardLoss { 1.0 } else { 4e-6 },
            "{difference:?}: {error}"
        );
    }
}

#[test]
fn the_papers_small_mu_is_noisier_but_right() {
    let scene = Scene::new(10);
    let mut settings = MethodSettings { sgd: OPTIMISERS[2], ..defaults() };
    settings.zo.mu = Mu::Relative(0.005);
    let error = relative_error(&estimate_by_axes(&scene, &settings), &hypergradient(&scene, &settings.sgd));
    // Measured 3e-5.
    assert!(error < 3e-4, "{error}");
}

#[test]
fn zeroth_order_averages_to_the_hypergradient_over_the_dimension() {
    const DRAWS: usize = 4000;
    let scene = Scene::new(10);
    let settings = settings(OPTIMISERS[2], Difference::Forward, 0.25);
    let mut method = ZerothOrder::new(&settings.optimisers(), settings.zo);
    let mut directions = ChaCha8Rng::seed_from_u64(5);
    let mut mean = [0.0; D];
    for _ in 0..DRAWS {
        let mut round = scene.round(&mut directions);
        method.estimate(&scene.problem, &mut [0], &mut scene.state.clone(), &mut round);
        let estimate = Method::<crate::problem::Quadratic>::hypergradient(&method);
        for (m, g) in mean.iter_mut().zip(estimate) {
            *m += f64::from(*g) / DRAWS as f64;
        }
    }
    let expected = hypergradient(&scene, &settings.sgd).map(|g| g / D as f64);
    // One estimate is off by √(d − 1) times the mean, 4000 by 0.027.
    let error = relative_error(&mean, &expected);
    assert!(error < 0.08, "{error}: {mean:?} {expected:?}");
}

#[test]
fn a_fresh_chain_is_biased_and_the_more_the_smaller_mu() {
    let scene = Scene::new(10);
    let error = |mu| {
        let mut settings = settings(OPTIMISERS[2], Difference::Forward, mu);
        settings.zo.perturbed_chain = PerturbedChain::Fresh;
        relative_error(&estimate_by_axes(&scene, &settings), &hypergradient(&scene, &settings.sgd))
    };
    let (wide, narrow) = (error(0.1), error(0.001));
    // Measured 26 times the true length.
    assert!(wide > 5.0, "{wide}");
    assert!(narrow > 50.0 * wide, "{narrow} against {wide}: the mismatch is divided by μ");
}
