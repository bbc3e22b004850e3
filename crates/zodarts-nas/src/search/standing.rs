//! How well the supernet does when the search is over.

use super::batches::Batches;
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

/// The architecture half without augmentation, and a supernet to evaluate on it.
pub struct AlphaHalf<'s, 'a> {
    pub problem: &'s SupernetProblem,
    pub worker: &'s mut Executor<f32>,
    pub batches: &'s Batches<'a>,
}

impl AlphaHalf<'_, '_> {
    /// Returns loss and correct answers over the whole half.
    pub fn evaluate(&mut self, weights: &[f32], alpha: &[f32]) -> Evaluation {
        let (mut batch, mut gradients) = (Batch::new(), Gradients::default());
        let mut total = Evaluation::default();
        for index in 0..self.batches.plain() {
            self.batches.load_plain(index, &mut batch);
            let part = self.problem.evaluate(self.worker, weights, alpha, &batch, Want::Loss, &mut gradients);
            total = combined(total, part);
        }
        total
    }

    /// Measures the supernet at the end of a search.
    pub fn accuracy(&mut self, weights: &[f32], alpha: &[f32], genotype: Genotype) -> SupernetAccuracy {
        let discrete = one_hot(genotype, self.problem.temperature());
        let mut accuracy = |alpha: &[f32]| {
            let evaluation = self.evaluate(weights, alpha);
            evaluation.correct / evaluation.images as f64
        };
        SupernetAccuracy { mixed: Some(accuracy(alpha)), discrete: accuracy(&discrete) }
    }
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
