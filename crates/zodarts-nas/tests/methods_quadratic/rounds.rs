//! Tests of the order of updates in a round, and of its report and cost.

use crate::problem::{D, MethodSettings, Scene, W, defaults, names};
use zodarts_nas::bilevel::{BilevelProblem, Gradients, Want};
use zodarts_nas::methods::{Difference, SearchState};

/// Returns the scene's state after one weight step at `alpha`.
fn weights_stepped(scene: &Scene, settings: &MethodSettings, alpha: &[f32]) -> SearchState {
    let mut state = scene.state.clone();
    let mut g = Gradients { weights: vec![0.0; W], alpha: vec![0.0; D] };
    let chain = &mut state.chain;
    scene.problem.evaluate(&mut 0, &chain.weights, alpha, &scene.training[0], Want::Weights, &mut g);
    settings.sgd.step(&mut chain.sgd, &mut chain.weights, &g.weights, scene.learning_rate);
    state
}

#[test]
fn alpha_takes_one_adam_step_along_the_estimate() {
    let settings = defaults();
    for kind in names() {
        let scene = Scene::new(1);
        let (state, report, g) = scene.play(kind, &settings);
        let mut expected = scene.state.clone();
        settings.adam.step(&mut expected.adam, &mut expected.alpha, &g);
        assert_eq!((&state.alpha, &state.adam), (&expected.alpha, &expected.adam), "{kind}");
        assert_ne!(state.alpha, scene.state.alpha, "{kind}");
        let norm = g.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
        assert!((report.hypergradient_norm - norm).abs() <= 1e-12 * norm, "{kind}");
    }
}

#[test]
fn darts_moves_alpha_first_and_milenas_weights_first() {
    let (scene, settings) = (Scene::new(1), defaults());
    for kind in ["darts-v1", "darts-v2"] {
        let (state, ..) = scene.play(kind, &settings);
        assert_eq!(state.chain, weights_stepped(&scene, &settings, &state.alpha).chain, "{kind}");
    }
    let (state, _, g) = scene.play("milenas", &settings);
    let stepped = weights_stepped(&scene, &settings, &scene.state.alpha);
    assert_eq!(state.chain, stepped.chain);
    let after = Scene { state: stepped, ..Scene::new(1) };
    let mut method = settings.build("milenas");
    let mut unused = rand_chacha::rand_core::SeedableRng::seed_from_u64(0);
    let mut round = after.round(&mut unused);
    method.estimate(&after.problem, &mut [0], &mut after.state.clone(), &mut round);
    assert_eq!(method.hypergradient(), g, "the estimate is taken at the new weights");
}

#[test]
fn ten_weight_steps_cost_what_the_method_says() {
    // Passes of ten weight steps, and the number of validation batches that a round evaluates: one for each
    // of eight chains, for four directions.
    let costs = [(20, 1), (50, 1), (30, 1), (21, 1), (21, 1), (98, 8), (21, 1)];
    for (kind, (cost, validated)) in names().into_iter().zip(costs) {
        let mut method = defaults().build(kind);
        let scene = Scene::new(method.steps_per_round());
        let (mut state, mut workers, mut passes) = (scene.state.clone(), vec![0; method.workers()], 0);
        for round in 0..10 / method.steps_per_round() {
            let report = scene.play_on(method.as_mut(), &mut state, &mut workers, round as u64);
            passes += report.passes;
            assert_eq!(report.training.images, 2 * method.steps_per_round(), "{kind}");
            assert_eq!(report.validation.images, 2 * validated, "{kind}");
            assert!(report.training.loss > 0.0 && report.validation.loss > 0.0, "{kind}");
        }
        assert_eq!(passes, cost, "{kind}");
        assert_eq!(workers.iter().sum::<usize>(), passes, "{kind} reports the passes it makes");
    }
}

#[test]
fn differences_cost_their_chains_and_evaluations() {
    for (difference, cost) in
        [(Difference::Central, 31), (Difference::ForwardLoss, 22), (Difference::CentralLoss, 32)]
    {
        let mut settings = defaults();
        settings.zo.difference = difference;
        assert_eq!(Scene::new(10).play("zo-darts", &settings).1.passes, cost);
    }
}

#[test]
fn every_validation_batch_is_a_pass_of_every_chain_that_is_judged_by_it() {
    // One weight step and four validation batches. Besides the step, second-order DARTS takes three passes
    // over the training batch; ZO-DARTS-wide has eight perturbed chains.
    let costs = [1 + 4, 1 + 3 + 4, 2 + 4, 2 + 4, 2 + 4, 9 + 8 * 4, 2 + 4];
    for (kind, cost) in names().into_iter().zip(costs) {
        let (_, report, _) = Scene::new(1).validated_by(4).play(kind, &defaults());
        assert_eq!(report.passes, cost, "{kind}");
    }
}

#[test]
fn the_short_round_at_the_end_of_an_epoch_works_with_what_it_has() {
    let (_, report, _) = Scene::new(3).play("zo-darts", &defaults());
    assert_eq!((report.training.images, report.passes), (6, 7));
}

#[test]
#[should_panic(expected = "0 batches for rounds of 10 steps")]
fn a_round_without_training_is_refused() {
    Scene::new(0).play("zo-darts", &defaults());
}

#[test]
#[should_panic(expected = "one training batch per round, found 2")]
fn a_round_too_long_is_refused() {
    Scene::new(2).play("darts-v2", &defaults());
}
