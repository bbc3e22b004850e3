//! Scores of the images of a data set, and how far they are from the truth.

use super::{ModelCard, Predictor, loss_kind};
use crate::evaluate::{EvaluateError, Scores};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use zodarts_data::{Augmentation, Batch, Samples, Task};
use zodarts_nn::graph::Network;
use zodarts_nn::loss::Loss;

/// Images in memory at a time, as floating-point values; scores do not depend on it.
const BATCH: usize = 64;

/// Scores of some images, and how far they are from the truth.
#[derive(Clone, Debug)]
pub struct Scored {
    /// One row an image.
    pub scores: Scores,
    /// Mean loss, without label smoothing or class weights.
    pub loss: f64,
}

/// Scores images again and again as weights change.
#[derive(Debug)]
pub struct Scorer {
    network: Arc<Network>,
    task: Task,
    images: Augmentation,
    batch: Batch,
}

impl Scorer {
    /// A scorer for a network.
    pub fn new(network: Arc<Network>, card: &ModelCard) -> Self {
        Self {
            network,
            task: card.dataset.task,
            images: Augmentation::none(card.input_size),
            batch: Batch::new(),
        }
    }

    /// Scores all images under given weights and running statistics.
    ///
    /// # Errors
    /// If there is no image, or a score is not a finite number.
    pub fn score(
        &mut self,
        weights: &[f32],
        statistics: &[f32],
        samples: &Samples,
    ) -> Result<Scored, EvaluateError> {
        let classes = self.network.classes;
        let mut predictor = Predictor::new(&self.network, weights, statistics, self.task);
        let loss = Loss::new(loss_kind(self.task));
        let positions: Vec<usize> = (0..samples.len()).collect();
        let mut values = Vec::with_capacity(samples.len() * classes);
        let (mut total, mut unwanted) = (0.0, vec![0.0; classes]);
        // Nothing is drawn without augmentation; the generator is only asked for by the signature.
        let mut unused = ChaCha8Rng::seed_from_u64(0);
        for chunk in positions.chunks(BATCH) {
            self.images.batch(samples, chunk, &mut unused, &mut self.batch);
            let logits = predictor.append_scores(&self.batch.images, &mut values);
            let rows = logits.chunks_exact(classes).zip(self.batch.targets.chunks_exact(classes));
            for (logits, targets) in rows {
                total += loss.image(logits, targets, &mut unwanted);
            }
        }
        let scores = Scores::new(samples.len(), classes, values)?;
        Ok(Scored { scores, loss: total / samples.len() as f64 })
    }
}
