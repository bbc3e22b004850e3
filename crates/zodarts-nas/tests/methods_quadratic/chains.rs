//! Tests that the chains of a zeroth-order round are exact copies, independent of each other and of threads.

use crate::problem::{D, MethodSettings, Quadratic, Scene, W, defaults, names};
use zodarts_nas::bilevel::{BilevelProblem, Gradients, Want};
use zodarts_nas::methods::{Chain, Difference, Method, Mu, PerturbedChain, ZerothOrder};
use zodarts_nn::optim::dot;

const DIFFERENCES: [Difference; 4] =
    [Difference::Forward, Difference::Central, Difference::ForwardLoss, Difference::CentralLoss];

/// Returns the optimiser of a search with a clipping norm that takes effect in some steps of a scene and not
/// in others.
fn settings(difference: Difference) -> MethodSettings {
    let mut settings = defaults();
    settings.sgd.clip = Some(10.0);
    settings.zo.difference = difference;
    settings.wide.difference = difference;
    settings
}

fn gradients() -> Gradients {
    Gradients { weights: vec![0.0; W], alpha: vec![0.0; D] }
}

/// Returns the chain of the scene after all its batches, stepped by hand, and the number of clipped steps.
fn stepped(scene: &Scene, settings: &MethodSettings) -> (Chain, usize) {
    let (mut chain, mut clipped) = (scene.state.chain.clone(), 0);
    let mut g = gradients();
    for batch in &scene.training {
        scene.problem.evaluate(&mut 0, &chain.weights, &scene.state.alpha, batch, Want::Weights, &mut g);
        clipped +=
            usize::from(settings.sgd.clip.is_some_and(|clip| dot(&g.weights, &g.weights) > clip * clip));
        settings.sgd.step(&mut chain.sgd, &mut chain.weights, &g.weights, scene.learning_rate);
    }
    (chain, clipped)
}

#[test]
fn the_main_chain_takes_the_steps_it_would_take_alone() {
    let scene = Scene::new(10);
    for difference in DIFFERENCES {
        let (expected, clipped) = stepped(&scene, &settings(difference));
        assert!(0 < clipped && clipped < 10, "{clipped} steps are clipped");
        assert_eq!(scene.play("zo-darts", &settings(difference)).0.chain, expected);
    }
}

/// Returns the factor of u in the estimate, with a perturbation too small to change α.
fn slope_at_rest(settings: &mut MethodSettings, scene: &Scene, axis: &[f32; D]) -> f32 {
    settings.zo.mu = Mu::Absolute(1e-20);
    let mut method = ZerothOrder::new(&settings.optimisers(), settings.zo);
    let report = method.estimate_along(
        &scene.problem,
        &mut [0, 0],
        &mut scene.state.clone(),
        &scene.batches(),
        &[axis.to_vec()],
    );
    assert!(report.perturbed_alphas.iter().all(|alpha| *alpha == scene.state.alpha));
    Method::<Quadratic>::hypergradient(&method)[0]
}

#[test]
fn without_a_perturbation_the_chains_coincide_to_the_last_bit() {
    let scene = Scene::new(10);
    let axis = [1.0, 0.0, 0.0, 0.0];
    let (chain, _) = stepped(&scene, &settings(Difference::Forward));
    let mut g = gradients();
    let alpha = &scene.state.alpha;
    scene.problem.evaluate(&mut 0, &chain.weights, alpha, &scene.validation[0], Want::Alpha, &mut g);
    for (difference, expected) in DIFFERENCES.into_iter().zip([g.alpha[0], g.alpha[0], 0.0, 0.0]) {
        // A difference of a single bit between the weights of two chains would be divided by 1e-20.
        assert_eq!(slope_at_rest(&mut settings(difference), &scene, &axis), expected, "{difference:?}");
    }
    let mut fresh = settings(Difference::Forward);
    fresh.zo.perturbed_chain = PerturbedChain::Fresh;
    assert!(slope_at_rest(&mut fresh, &scene, &axis).abs() > 1e15, "a fresh chain goes elsewhere");
}

#[test]
fn a_zero_direction_has_a_zero_estimate() {
    let scene = Scene::new(3);
    let mut method = ZerothOrder::new(&defaults().optimisers(), settings(Difference::Central).zo);
    let mut state = scene.state.clone();
    let report =
        method.estimate_along(&scene.problem, &mut [0], &mut state, &scene.batches(), &[vec![0.0; D]]);
    assert_eq!(report.hypergradient_norm, 0.0);
    assert_eq!(Method::<Quadratic>::hypergradient(&method), [0.0; D]);
    assert_eq!(state.alpha, scene.state.alpha, "an estimate leaves α alone");
    assert_eq!(state.adam, scene.state.adam);
}

#[test]
fn zero_alpha_still_has_a_perturbation() {
    let mut scene = Scene::new(2);
    scene.state.alpha.fill(0.0);
    let (_, report, g) = scene.play("zo-darts", &defaults());
    let perturbed = &report.perturbed_alphas[0];
    assert!((dot(perturbed, perturbed).sqrt() - 0.005).abs() < 1e-8, "{perturbed:?}");
    assert!(g.iter().all(|g| g.is_finite()));
}

#[test]
fn perturbed_alphas_lie_mu_from_alpha_on_both_sides() {
    let scene = Scene::new(2);
    let mut settings = settings(Difference::Central);
    settings.zo.mu = Mu::Absolute(0.5);
    let (_, report, g) = scene.play("zo-darts-plus", &settings);
    let [plus, minus] = &report.perturbed_alphas[..] else { panic!("two perturbed chains") };
    let difference: Vec<f32> = plus.iter().zip(minus).map(|(p, m)| p - m).collect();
    assert!((dot(&difference, &difference).sqrt() - 1.0).abs() < 1e-6);
    let cosine = dot(&difference, &g) / dot(&g, &g).sqrt();
    assert!((cosine.abs() - 1.0).abs() < 1e-6, "the estimate lies along the direction");
    for ((p, m), a) in plus.iter().zip(minus).zip(&scene.state.alpha) {
        assert!((p + m - 2.0 * a).abs() < 1e-6);
    }
}

#[test]
fn threads_and_workers_do_not_change_a_bit() {
    let scene = Scene::new(10);
    for (kind, difference) in ["zo-darts-plus", "zo-darts-wide"]
        .into_iter()
        .flat_map(|kind| DIFFERENCES.map(|difference| (kind, difference)))
    {
        let run = |threads: usize, workers: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| {
                let mut method = settings(difference).build(kind);
                let mut state = scene.state.clone();
                let mut workers = vec![0; workers];
                let reports: Vec<_> = (0..5)
                    .map(|round| scene.play_on(method.as_mut(), &mut state, &mut workers, round))
                    .collect();
                let passes: usize = reports.iter().map(|report| report.passes).sum();
                assert_eq!(workers.iter().sum::<usize>(), passes);
                (state, reports)
            })
        };
        let alone = run(1, 1);
        for (threads, workers) in [(1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 2), (3, 3), (3, 4)] {
            assert_eq!(run(threads, workers), alone, "{threads} threads, {workers} workers");
        }
    }
}

#[test]
fn a_method_carries_nothing_from_round_to_round() {
    let scene = Scene::new(1);
    for kind in names() {
        let settings = settings(Difference::Central);
        let (mut kept, mut state) = (settings.build(kind), scene.state.clone());
        let mut resumed = state.clone();
        for round in 0..4 {
            let report = scene.play_on(kept.as_mut(), &mut state, &mut [0, 0], round);
            let mut anew = settings.build(kind);
            assert_eq!(scene.play_on(anew.as_mut(), &mut resumed, &mut [0, 0], round), report, "{kind}");
            assert_eq!(state, resumed, "{kind}");
        }
    }
}
