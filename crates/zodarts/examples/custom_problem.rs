//! A bilevel problem of one's own: the penalties of a ridge regression, chosen by the loss on held-out data.
//!
//! The methods know nothing of networks. Here the weights w are those of a regression, and the architecture
//! parameters α are the logarithms of its penalties, one for each weight. The second of two features is
//! noise, so its penalty has to grow.
//!
//! ```sh
//! cargo run --release --package zodarts --example custom_problem
//! ```

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use zodarts::nas::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use zodarts::nas::methods::{Round, RoundBatches, SearchState, all};
use zodarts::run::settings::SearchSettings;

const FEATURES: usize = 2;

/// Features and targets, and whether the penalty counts: it does where weights are fitted.
struct Sample {
    rows: Vec<([f32; FEATURES], f32)>,
    penalised: bool,
}

struct Ridge;

impl BilevelProblem for Ridge {
    type Batch = Sample;
    type Worker = ();

    fn weight_count(&self) -> usize {
        FEATURES
    }

    fn alpha_count(&self) -> usize {
        FEATURES
    }

    fn worker(&self) {}

    /// ½·mean((x·w − y)²) + ½·Σ exp(α)·w², and its gradients.
    fn evaluate(
        &self,
        (): &mut (),
        weights: &[f32],
        alpha: &[f32],
        batch: &Sample,
        want: Want,
        gradients: &mut Gradients,
    ) -> Evaluation {
        let count = batch.rows.len() as f32;
        let (mut loss, mut slope) = (0.0, [0.0; FEATURES]);
        for (features, target) in &batch.rows {
            let error = features.iter().zip(weights).map(|(x, w)| x * w).sum::<f32>() - target;
            loss += f64::from(error * error / 2.0 / count);
            slope.iter_mut().zip(features).for_each(|(slope, x)| *slope += error * x / count);
        }
        let penalties: [f32; FEATURES] =
            std::array::from_fn(|at| if batch.penalised { alpha[at].exp() } else { 0.0 });
        for at in 0..FEATURES {
            loss += f64::from(penalties[at] * weights[at] * weights[at] / 2.0);
            if want.weights() {
                gradients.weights[at] = slope[at] + penalties[at] * weights[at];
            }
            if want.alpha() {
                gradients.alpha[at] = penalties[at] * weights[at] * weights[at] / 2.0;
            }
        }
        Evaluation { loss, correct: 0.0, images: batch.rows.len() }
    }
}

/// Few points to fit and many to judge by: y = x₀ and some noise, x₁ is noise alone.
fn samples(count: usize, first: usize, penalised: bool) -> Sample {
    let wave = |seed: usize, factor: f32| (seed as f32 * factor).sin();
    let row = |n: usize| ([wave(n, 12.9), wave(n, 78.2)], wave(n, 12.9) + 0.5 * wave(n, 37.7));
    Sample { rows: (first..first + count).map(row).collect(), penalised }
}

fn main() {
    let settings = SearchSettings { alpha_learning_rate: 0.05, ..SearchSettings::default() };
    let training: Vec<Sample> = (0..10).map(|_| samples(6, 0, true)).collect();
    let validation = [samples(200, 1000, false)];
    for kind in all::<Ridge>() {
        let name = kind.card().name;
        if !["darts-v1", "darts-v2", "zo-darts", "darts-unrolled"].contains(&name) {
            continue;
        }
        let mut method = kind.build(&settings.optimisers());
        let mut state = SearchState::new(vec![0.0; FEATURES], vec![-3.0; FEATURES]);
        let mut directions = ChaCha8Rng::seed_from_u64(0);
        let mut workers = vec![(); method.workers()];
        for _ in 0..300 {
            let batches = RoundBatches {
                training: &training[..method.steps_per_round()],
                validation: &validation,
                learning_rate: 0.1,
            };
            let mut round = Round { batches, directions: &mut directions };
            method.round(&Ridge, &mut workers, &mut state, &mut round);
        }
        let Evaluation { loss, .. } = Ridge.evaluate(
            &mut (),
            &state.chain.weights,
            &state.alpha,
            &validation[0],
            Want::Loss,
            &mut Gradients::default(),
        );
        println!(
            "{:14}  α {:.2?}  w {:.2?}  validation loss {loss:.4}",
            name, state.alpha, state.chain.weights
        );
    }
}

#[test]
fn it_runs() {
    main();
}
