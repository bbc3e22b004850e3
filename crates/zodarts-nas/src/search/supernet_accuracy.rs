//! The accuracy of the supernet at the end of a search.

use super::batches::Batches;
use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::genotype::Genotype;
use crate::methods::combined;
use crate::supernet_problem::SupernetProblem;
use serde::{Deserialize, Serialize};
use zodarts_data::Batch;
use zodarts_nn::executor::Executor;

/// ACC of the supernet on the architecture half, with the weights of the search and statistics of the batch,
/// without augmentation.
///
/// The two differences, between the fields and from `discrete` to a network trained from scratch, are the
/// supernet's gap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SupernetAccuracy {
    /// ACC with the final mixture; `None` if the search has no mixture.
    pub mixed: Option<f64>,
    /// ACC with the genotype's operations alone.
    pub discrete: f64,
}

/// The architecture half without augmentation, with a supernet to evaluate on it.
pub struct AlphaHalf<'s, 'a> {
    pub problem: &'s SupernetProblem,
    pub worker: &'s mut Executor<f32>,
    pub batches: &'s Batches<'a>,
}

impl AlphaHalf<'_, '_> {
    /// Returns loss and number of correct answers over the whole half.
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

    /// Returns the accuracy of the supernet at the end of a search.
    pub fn accuracy(&mut self, weights: &[f32], alpha: &[f32], genotype: Genotype) -> SupernetAccuracy {
        let discrete = one_hot(genotype, self.problem.temperature());
        let mut accuracy = |alpha: &[f32]| {
            let evaluation = self.evaluate(weights, alpha);
            evaluation.correct / evaluation.images as f64
        };
        SupernetAccuracy { mixed: Some(accuracy(alpha)), discrete: accuracy(&discrete) }
    }
}

/// Returns the α of a genotype, `(rows, operations)`, with values so far apart that every normaliser returns
/// exactly one and zero.
pub fn one_hot(genotype: Genotype, temperature: f64) -> Vec<f32> {
    const APART: f64 = 1e4;
    let space = genotype.space();
    let mut alpha = vec![0.0; space.alphas()];
    for (row, column) in alpha.chunks_exact_mut(space.columns()).zip(genotype.0.columns()) {
        row[column] = (APART * temperature) as f32;
    }
    alpha
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normaliser::{Mixing, Normaliser};
    use zodarts_nn::space::Space;

    #[test]
    fn every_normaliser_makes_a_genotype_of_it() {
        for space in Space::ALL {
            let genotype = Genotype::from_index(space, 7_777).unwrap();
            for normaliser in [Normaliser::Softmax, Normaliser::Sparsemax] {
                for temperature in [1.5, 0.1] {
                    let mixture = normaliser.mixture(space, &one_hot(genotype, temperature), temperature);
                    assert_eq!(mixture, zodarts_nn::space::one_hot(&genotype.0));
                }
            }
        }
    }
}
