//! How well the supernet does when the search is over.

use super::batches::Batches;
use super::epoch::EpochRunner;
use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::genotype::Genotype;
use crate::methods::combined;
use crate::supernet_problem::SupernetProblem;
use serde::{Deserialize, Serialize};
use zodarts_data::Batch;
use zodarts_nn::executor::Executor;
use zodarts_nn::space::{ALPHAS, OPERATIONS};

/// ACC of the supernet on the architecture half, with the weights of the search and statistics of the batch, without augmentation.
///
/// What lies between the two, and between the second and a network trained from scratch, is the supernet's gap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SupernetAccuracy {
    /// With the mixture that the search ended with; none if it mixed nothing.
    pub mixed: Option<f64>,
    /// With the genotype's operations alone.
    pub discrete: f64,
}

/// Measures the supernet at the end of a search.
pub fn supernet_accuracy(
    problem: &SupernetProblem,
    runner: &mut EpochRunner<'_>,
    (weights, alpha): (&[f32], &[f32]),
    genotype: Genotype,
) -> SupernetAccuracy {
    let (worker, batches) = runner.bench();
    let mut accuracy = |alpha: &[f32]| {
        let evaluation = evaluate(problem, worker, (weights, alpha), batches);
        evaluation.correct / evaluation.images as f64
    };
    let discrete = one_hot(genotype, problem.temperature);
    SupernetAccuracy { mixed: Some(accuracy(alpha)), discrete: accuracy(&discrete) }
}

/// Loss and correct answers over the whole architecture half.
pub fn evaluate(
    problem: &SupernetProblem,
    worker: &mut Executor<f32>,
    (weights, alpha): (&[f32], &[f32]),
    batches: &Batches<'_>,
) -> Evaluation {
    let (mut batch, mut gradients) = (Batch::new(), Gradients::default());
    let mut total = Evaluation::default();
    for index in 0..batches.plain() {
        batches.load_plain(index, &mut batch);
        let part = problem.evaluate(worker, weights, alpha, &batch, Want::Loss, &mut gradients);
        total = combined(total, part);
    }
    total
}

/// α of a genotype: so far apart that every normaliser gives exactly one and zero.
pub fn one_hot(genotype: Genotype, temperature: f64) -> Vec<f32> {
    const APART: f64 = 1e4;
    let mut alpha = vec![0.0; ALPHAS];
    for (row, operation) in alpha.chunks_exact_mut(OPERATIONS).zip(genotype.0) {
        row[operation.index()] = (APART * temperature) as f32;
    }
    alpha
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normaliser::{Mixing, Normaliser};

    #[test]
    fn every_normaliser_makes_a_genotype_of_it() {
        let genotype = Genotype::from_index(7_777).unwrap();
        for normaliser in [Normaliser::Softmax, Normaliser::Sparsemax] {
            for temperature in [1.5, 0.1] {
                let mixture = normaliser.mixture(&one_hot(genotype, temperature), temperature);
                for (row, operation) in mixture.iter().zip(genotype.0) {
                    let expected: [f32; OPERATIONS] =
                        std::array::from_fn(|index| f32::from(u8::from(index == operation.index())));
                    assert_eq!(row, &expected);
                }
            }
        }
    }
}
