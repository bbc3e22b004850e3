//! Scores of images from a network with fixed weights.

use super::loss_kind;
use crate::evaluate::{EvaluateError, Scores};
use zodarts_data::Task;
use zodarts_nn::graph::Network;
use zodarts_nn::inference::{Compiled, Contributions};
use zodarts_nn::loss::Loss;

/// A network with fixed weights, prepared to score images repeatedly. The scores of an image depend neither
/// on the other images of a call nor on the number of threads.
#[derive(Debug)]
pub struct Predictor {
    compiled: Compiled<f32>,
    loss: Loss,
    logits: Vec<f64>,
}

impl Predictor {
    /// Prepares a network for a task.
    ///
    /// # Panics
    /// Panics if weights or statistics do not fit the network.
    pub fn new(network: &Network, weights: &[f32], statistics: &[f32], task: Task) -> Self {
        Self {
            compiled: Compiled::new(network, weights, statistics),
            loss: Loss::new(loss_kind(task)),
            logits: Vec::new(),
        }
    }

    /// Returns the scores `(images, classes)` of images `(images, channels, side, side)` with values in [0,
    /// 1].
    ///
    /// # Errors
    /// Returns an error if there is no image, or a score is not a finite number.
    ///
    /// # Panics
    /// Panics if the images have another size.
    pub fn scores(&mut self, images: &[f32]) -> Result<Scores, EvaluateError> {
        let mut scores = Vec::new();
        self.append_scores(images, &mut scores);
        let classes = self.compiled.classes();
        Scores::new(scores.len() / classes, classes, scores)
    }

    /// Returns the contribution of each place of one image, `(channels, side, side)`, to the logits.
    ///
    /// # Panics
    /// Panics if the image has another size.
    pub fn contributions(&mut self, image: &[f32]) -> Contributions {
        self.compiled.contributions(image)
    }

    /// Returns the scores of logits.
    pub fn scores_of(&self, logits: &[f64]) -> Vec<f32> {
        let mut scores = vec![0.0; logits.len()];
        self.loss.scores(logits, &mut scores);
        scores
    }

    /// Returns the number of features of an image; see [`Predictor::observe`].
    pub fn features(&self) -> usize {
        self.compiled.features()
    }

    /// Returns the scores of images as [`Predictor::scores`] does, and their features `(images, features)`:
    /// the mean and the deviation of each channel at the end of each stage of the network.
    ///
    /// # Errors
    /// As [`Predictor::scores`].
    ///
    /// # Panics
    /// As [`Predictor::scores`].
    pub fn observe(&mut self, images: &[f32]) -> Result<(Scores, Vec<f64>), EvaluateError> {
        let (mut scores, mut features) = (Vec::new(), Vec::new());
        self.append(images, &mut scores, Some(&mut features));
        let classes = self.compiled.classes();
        Ok((Scores::new(scores.len() / classes, classes, scores)?, features))
    }

    /// Appends the scores of images to `scores`, and returns their logits `(images, classes)`.
    pub(super) fn append_scores(&mut self, images: &[f32], scores: &mut Vec<f32>) -> &[f64] {
        self.append(images, scores, None)
    }

    /// Appends the scores of images and their features, and returns their logits.
    pub(super) fn append(
        &mut self,
        images: &[f32],
        scores: &mut Vec<f32>,
        features: Option<&mut Vec<f64>>,
    ) -> &[f64] {
        let Self { compiled, loss, logits } = self;
        let classes = compiled.classes();
        let count = images.len() / compiled.image_len();
        logits.resize(count * classes, 0.0);
        match features {
            Some(features) => {
                let first = features.len();
                features.resize(first + count * compiled.features(), 0.0);
                compiled.logits_and_features_into(images, logits, &mut features[first..]);
            }
            None => compiled.logits_into(images, logits),
        }
        let first = scores.len();
        scores.resize(first + logits.len(), 0.0);
        for (logits, scores) in logits.chunks_exact(classes).zip(scores[first..].chunks_exact_mut(classes)) {
            loss.scores(logits, scores);
        }
        logits
    }
}
