//! Scores under the statistics of the batch, as the authors of ZO-DARTS+ compute them.

use super::prefetch_in_order::prefetch_in_order;
use super::volume_loss::mean_loss;
use super::{InputForm, ModelCard, ModelError, Scored, loss_kind};
use crate::evaluate::{EvaluateError, Scores};
use std::sync::Arc;
use zodarts_data::{Batch, Samples};
use zodarts_nn::executor::{BatchView, Executor, GradientTargets, Parameters};
use zodarts_nn::loss::Loss;

/// Scores images in batches that are normalised by their own statistics, so that a score depends on the other
/// images of its batch. Only protocol `paper` uses it.
#[derive(Debug)]
pub struct BatchScorer {
    executor: Executor<f32>,
    loss: Loss,
    form: InputForm,
    batch_size: usize,
}

impl BatchScorer {
    /// Returns a scorer for the network of a card, on images of the data set's own size, whatever the card's.
    ///
    /// # Errors
    /// Returns an error if the card does not describe a network.
    pub fn new(card: &ModelCard, batch_size: usize) -> Result<Self, ModelError> {
        let side = card.dataset.height;
        let card = ModelCard { input_size: side, ..card.clone() };
        Ok(Self {
            executor: Executor::new(Arc::new(card.network()?)),
            loss: Loss::new(loss_kind(card.dataset.task)),
            form: card.input(),
            batch_size,
        })
    }

    /// Scores all images in order.
    ///
    /// # Errors
    /// Returns an error if there is no image, or a score is not a finite number.
    pub fn score(&mut self, weights: &[f32], samples: &Samples) -> Result<Scored, EvaluateError> {
        let classes = self.executor.network().classes;
        let mut values = vec![0.0; samples.len() * classes];
        let mut rows = values.chunks_exact_mut(classes);
        let (mut total, mut wanted) = (0.0, Vec::new());
        prefetch_in_order(samples, self.form, self.batch_size, |batches| {
            while let Some(Batch { images, targets, n, .. }) = batches.next() {
                let (parameters, count) = (Parameters { weights, mixture: None }, *n);
                let view = BatchView { images, targets, count };
                let outcome = self.executor.pass(parameters, &self.loss, view, GradientTargets::default());
                total += outcome.loss * count as f64;
                wanted.extend_from_slice(targets);
                let logits: Vec<f64> = self.executor.logits().collect();
                for (logits, row) in logits.chunks_exact(classes).zip(rows.by_ref()) {
                    self.loss.scores(logits, row);
                }
            }
        });
        let scores = Scores::new(samples.len(), classes, values)?.averaged(samples.slices());
        let loss = match samples.slices() {
            1 => total / samples.len() as f64,
            slices => mean_loss(&self.loss, &scores, &wanted, slices),
        };
        Ok(Scored { scores, loss })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::card;
    use zodarts_data::rng::stream;
    use zodarts_data::{Dataset, OpenOptions};
    use zodarts_nn::init::initial_values;

    #[test]
    fn scores_depend_on_the_batch_and_agree_with_the_loss() {
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        let card = card(&dataset.info, 32);
        let weights = initial_values(&card.network().unwrap().weights, &mut stream(1, "weights", 0));
        let score = |batch| BatchScorer::new(&card, batch).unwrap().score(&weights, &dataset.val).unwrap();
        let (small, large, again) = (score(8), score(24), score(24));
        assert_eq!(large.scores, again.scores);
        assert_ne!(small.scores, large.scores);
        // With two classes, the loss is −log of the score of the true one.
        let labels = crate::evaluate::Labels::of(&dataset.val).unwrap();
        let positive = labels.positive(1, card.dataset.task);
        let rows = large.scores.rows().zip(positive);
        let total: f64 = rows.map(|(row, positive)| -f64::from(row[usize::from(positive)]).ln()).sum();
        assert!((total / dataset.val.len() as f64 - large.loss).abs() < 1e-5);
    }
}
