//! Scores of a data set's images, and their loss.

use super::prefetch_in_order::prefetch_in_order;
use super::volume_loss::mean_loss;
use super::{InputForm, ModelCard, Predictor, loss_kind};
use crate::evaluate::{EvaluateError, Scores};
use std::sync::Arc;
use zodarts_data::{Samples, Task};
use zodarts_nn::graph::Network;
use zodarts_nn::loss::Loss;

/// Number of images in memory at a time, as floating-point values. Scores do not depend on it.
const BATCH: usize = 64;

/// Scores of some images, and their loss. Of volumes, they are those of the probabilities averaged over the
/// slices.
#[derive(Clone, Debug)]
pub struct Scored {
    /// Scores, `(images, classes)`, or `(volumes, classes)`.
    pub scores: Scores,
    /// Mean loss, without label smoothing or class weights.
    pub loss: f64,
}

/// Scores images repeatedly as the weights change.
#[derive(Debug)]
pub struct Scorer {
    network: Arc<Network>,
    task: Task,
    form: InputForm,
}

impl Scorer {
    /// Returns a scorer for a network.
    pub fn new(network: Arc<Network>, card: &ModelCard) -> Self {
        Self { network, task: card.dataset.task, form: card.input() }
    }

    /// Scores all images under given weights and running statistics.
    ///
    /// # Errors
    /// Returns an error if there is no image, or a score is not a finite number.
    pub fn score(
        &mut self,
        weights: &[f32],
        statistics: &[f32],
        samples: &Samples,
    ) -> Result<Scored, EvaluateError> {
        let classes = self.network.classes;
        let loss = Loss::new(loss_kind(self.task));
        let (mut total, mut unwanted, mut wanted) = (0.0, vec![0.0; classes], Vec::new());
        let values = self.pass((weights, statistics), samples, &mut |logits, targets| {
            total += loss.image(logits, targets, &mut unwanted);
            wanted.extend_from_slice(targets);
        });
        let scores = Scores::new(samples.len(), classes, values)?.averaged(samples.slices());
        let loss = match samples.slices() {
            1 => total / samples.len() as f64,
            slices => mean_loss(&loss, &scores, &wanted, slices),
        };
        Ok(Scored { scores, loss })
    }

    /// Returns the scores of all images, or volumes, and the features of the images, `(images, features)`;
    /// see [`Predictor::observe`].
    ///
    /// # Errors
    /// As [`Scorer::score`].
    pub fn observe(
        &mut self,
        weights: &[f32],
        statistics: &[f32],
        samples: &Samples,
    ) -> Result<(Scores, Vec<f64>), EvaluateError> {
        let mut predictor = Predictor::new(&self.network, weights, statistics, self.task);
        let (mut values, mut features) = (Vec::new(), Vec::new());
        prefetch_in_order(samples, self.form, BATCH, |batches| {
            while let Some(batch) = batches.next() {
                predictor.append(&batch.images, &mut values, Some(&mut features));
            }
        });
        let scores = Scores::new(samples.len(), self.network.classes, values)?;
        Ok((scores.averaged(samples.slices()), features))
    }

    /// Returns the logits and the targets of all images, each `(images, classes)`.
    pub(super) fn logits(
        &mut self,
        weights: &[f32],
        statistics: &[f32],
        samples: &Samples,
    ) -> (Vec<f64>, Vec<f32>) {
        let (mut all, mut wanted) = (Vec::new(), Vec::new());
        self.pass((weights, statistics), samples, &mut |logits, targets| {
            all.extend_from_slice(logits);
            wanted.extend_from_slice(targets);
        });
        (all, wanted)
    }

    /// Runs all images through the network, calls `visit` with the logits and targets of each, and returns
    /// the scores.
    fn pass(
        &mut self,
        (weights, statistics): (&[f32], &[f32]),
        samples: &Samples,
        visit: &mut dyn FnMut(&[f64], &[f32]),
    ) -> Vec<f32> {
        let classes = self.network.classes;
        let mut predictor = Predictor::new(&self.network, weights, statistics, self.task);
        let mut values = Vec::with_capacity(samples.len() * classes);
        prefetch_in_order(samples, self.form, BATCH, |batches| {
            while let Some(batch) = batches.next() {
                let logits = predictor.append_scores(&batch.images, &mut values);
                let rows = logits.chunks_exact(classes).zip(batch.targets.chunks_exact(classes));
                rows.for_each(|(logits, targets)| visit(logits, targets));
            }
        });
        values
    }
}
