//! Scores of genotypes with shared weights.

use crate::bilevel::BilevelProblem;
use crate::error::Error;
use crate::genotype::Genotype;
use crate::observer::{Event, Observer, StageKind, Step};
use crate::search::stage::share;
use crate::search::supernet_accuracy::{AlphaHalf, one_hot};
use serde::{Deserialize, Serialize};

/// A genotype with the accuracy and loss of the shared weights on the architecture half, under statistics of
/// the batch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoredGenotype {
    /// The genotype.
    pub genotype: Genotype,
    /// Share of the images classified correctly.
    pub acc: f64,
    /// Mean loss.
    pub loss: f64,
}

/// Scores each genotype with `weights` on the whole architecture half.
///
/// # Errors
/// Returns [`Error::Interrupted`] if the observer asks for a stop before the last is scored.
pub fn score(
    half: &mut AlphaHalf<'_, '_>,
    weights: &[f32],
    genotypes: &[Genotype],
    observer: &mut dyn Observer,
) -> Result<Vec<ScoredGenotype>, Error> {
    let mut sample: Vec<ScoredGenotype> = Vec::with_capacity(genotypes.len());
    for genotype in genotypes.iter().copied() {
        let alpha = one_hot(genotype, half.problem.temperature());
        let total = half.evaluate(weights, &alpha);
        sample.push(ScoredGenotype { genotype, acc: share(total), loss: total.loss });
        observer.event(Event::Step(scoring(&sample, genotypes.len())));
        if sample.len() < genotypes.len() && observer.stop_requested() {
            return Err(Error::Interrupted);
        }
    }
    Ok(sample)
}

/// Returns the best of a sample, or `None` if no loss is finite.
pub fn best(sample: &[ScoredGenotype]) -> Option<ScoredGenotype> {
    let better = |a: ScoredGenotype, b: ScoredGenotype| {
        let is_better = b.acc > a.acc || (b.acc == a.acc && b.loss < a.loss);
        if is_better { b } else { a }
    };
    sample.iter().copied().filter(|scored| scored.loss.is_finite()).reduce(better)
}

/// Returns the progress of the scoring, with the best accuracy and loss so far.
fn scoring(sample: &[ScoredGenotype], of: usize) -> Step {
    let (accuracy, loss) = best(sample).map_or((0.0, f64::NAN), |best| (best.acc, best.loss));
    Step {
        stage: StageKind::Score,
        epoch: 0,
        epochs: 1,
        step: sample.len(),
        steps: of,
        loss,
        accuracy,
        live_operations: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zodarts_nn::space::NAS_BENCH_201;

    #[test]
    fn ties_go_to_the_smaller_loss_and_then_to_the_first_drawn() {
        let genotype = |index| Genotype::from_index(&NAS_BENCH_201, index).unwrap();
        let scored = |index, acc, loss| ScoredGenotype { genotype: genotype(index), acc, loss };
        let nan = scored(1, 1.0, f64::NAN);
        let sample =
            [nan, scored(2, 0.5, 0.3), scored(3, 0.7, 0.4), scored(4, 0.7, 0.2), scored(5, 0.7, 0.2)];
        assert_eq!(best(&sample), Some(sample[3]));
        assert_eq!(best(&[nan]), None);
    }
}
