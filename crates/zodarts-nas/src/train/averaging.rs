//! Averaged weights, and the running statistics that suit them.

use super::state::TrainState;
use crate::model::InputForm;
use std::borrow::Cow;
use zodarts_data::{Batch, Samples};
use zodarts_nn::executor::{BatchView, Executor, GradientTargets, Parameters};
use zodarts_nn::init::constants;
use zodarts_nn::loss::Loss;

/// Most training images from which statistics are computed. More change them little.
const IMAGES: usize = 1024;

/// The weights that an epoch gives, with their running statistics.
#[derive(Debug)]
pub struct EpochWeights<'s> {
    pub weights: &'s [f32],
    pub statistics: Cow<'s, [f32]>,
}

impl<'s> EpochWeights<'s> {
    /// Returns the weights of the last step.
    pub fn of_last_step(state: &'s TrainState) -> Self {
        Self { weights: &state.weights, statistics: Cow::Borrowed(&state.statistics) }
    }
}

/// Moves the average towards the weights after step `step`, counted from 1: `a ← d·a + (1 − d)·w`. The decay
/// `d` is at most `step / (step + 10)`, so that the average forgets the initial weights.
pub fn average(state: &mut TrainState, decay: f64, step: usize) {
    let Some(averaged) = &mut state.averaged else { return };
    let kept = decay.min(step as f64 / (step as f64 + 10.0)) as f32;
    for (average, weight) in averaged.iter_mut().zip(&state.weights) {
        *average = weight + kept * (*average - weight);
    }
}

/// Computes the running statistics of weights that no training step has used.
#[derive(Debug)]
pub struct StatisticsPass<'a> {
    /// The training images.
    pub samples: &'a Samples,
    /// The form of the network's input.
    pub form: InputForm,
    /// Images of a batch.
    pub batch_size: usize,
}

impl StatisticsPass<'_> {
    /// Returns the mean of the statistics of batches of the training images, without augmentation, taken at
    /// equal distances.
    pub fn statistics(&self, executor: &mut Executor<f32>, weights: &[f32]) -> Vec<f32> {
        let mut statistics = constants(&executor.network().statistics);
        let count = self.samples.len().min(IMAGES);
        let positions: Vec<usize> = (0..count).map(|at| at * self.samples.len() / count).collect();
        let mut batch = Batch::new();
        for (at, positions) in self.batches(&positions).enumerate() {
            self.form.fill(&mut batch, self.samples, positions);
            let view = BatchView { images: &batch.images, targets: &batch.targets, count: batch.n };
            let parameters = Parameters { weights, mixture: None };
            executor.pass(parameters, &Loss::default(), view, GradientTargets::default());
            executor.update_statistics(&mut statistics, 1.0 / (at + 1) as f64);
        }
        statistics
    }

    /// Returns whole batches, so that each counts as much as any other; fewer images are one batch.
    fn batches<'p>(&self, positions: &'p [usize]) -> impl Iterator<Item = &'p [usize]> + use<'p> {
        let size = self.batch_size.min(positions.len()).max(1);
        positions.chunks_exact(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::card;
    use crate::model::{BatchScorer, Scorer};
    use std::sync::Arc;
    use zodarts_data::{Dataset, OpenOptions};

    #[test]
    fn the_average_forgets_the_initial_weights_and_then_decays() {
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        let network = card(&dataset.info, 28).network().unwrap();
        let mut state = TrainState::new(&network, 1, true);
        let initial = state.averaged.clone().unwrap();
        state.weights.iter_mut().for_each(|weight| *weight += 1.0);
        average(&mut state, 0.5, 1);
        let moved = |state: &TrainState, at: usize| state.averaged.as_ref().unwrap()[at] - initial[at];
        assert!((moved(&state, 3) - 10.0 / 11.0).abs() < 1e-6);
        average(&mut state, 0.5, 1_000);
        assert!((moved(&state, 3) - 21.0 / 22.0).abs() < 1e-6);
        let mut without = TrainState { averaged: None, ..state };
        average(&mut without, 0.5, 1);
        assert_eq!(without.averaged, None);
    }

    #[test]
    fn statistics_of_one_batch_score_as_the_batch_itself_does() {
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        let (card, samples) = (card(&dataset.info, 28), &dataset.train);
        let network = Arc::new(card.network().unwrap());
        let weights = TrainState::new(&network, 1, false).weights;
        let batch_size = samples.len();
        let pass = StatisticsPass { samples, form: card.input(), batch_size };
        let statistics = pass.statistics(&mut Executor::new(network.clone()), &weights);
        let running = Scorer::new(network, &card).score(&weights, &statistics, samples).unwrap();
        let batch = BatchScorer::new(&card, batch_size).unwrap().score(&weights, samples).unwrap();
        for (running, batch) in running.scores.rows().zip(batch.scores.rows()) {
            // The running variance is the unbiased one.
            assert!((running[0] - batch[0]).abs() < 1e-3, "{running:?} {batch:?}");
        }
    }
}
