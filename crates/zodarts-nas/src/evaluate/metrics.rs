//! ACC and AUC of any resample of the images.

use super::auc::RankedScores;
use super::decision::Decisions;
use super::{Labels, Scores};
use zodarts_data::Task;

/// The data that every resample needs, prepared once.
pub(super) struct Measure {
    ranked: Vec<RankedScores>,
    correct: Vec<u32>,
    decisions_per_image: usize,
}

/// ACC and AUC of a set of scores, or of a resample of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Accuracy.
    pub acc: f64,
    /// Area under the ROC curve; `None` if a class has no image, or every image.
    pub auc: Option<f64>,
}

impl Measure {
    pub(super) fn new(scores: &Scores, labels: &Labels, task: Task, decisions: &Decisions) -> Self {
        let rank = |column: usize, class: usize| {
            RankedScores::new(&scores.column(column), &labels.positive(class, task))
        };
        let ranked = match task {
            Task::BinaryClass => vec![rank(scores.columns() - 1, 1)],
            Task::MultiClass | Task::OrdinalRegression | Task::MultiLabel => {
                (0..scores.columns()).map(|column| rank(column, column)).collect()
            }
        };
        Self { ranked, ..Self::of_decisions(decisions) }
    }

    /// Returns the measure of decisions alone, which has no AUC.
    pub(super) fn of_decisions(decisions: &Decisions) -> Self {
        let (correct, decisions_per_image) = decisions.correct();
        Self { ranked: Vec::new(), correct, decisions_per_image }
    }

    /// Returns the number of images.
    pub(super) fn images(&self) -> usize {
        self.correct.len()
    }

    /// Returns the standard error of the AUC, or `None` if a class has fewer than two images, or all but at
    /// most one. An image's influence is the mean of its influences on the areas of all classes.
    pub(super) fn auc_error(&self) -> Option<f64> {
        let mut sums = vec![0.0; self.images()];
        for ranked in &self.ranked {
            sums.iter_mut().zip(ranked.influence()?).for_each(|(sum, value)| *sum += value);
        }
        let squares: f64 = sums.iter().map(|sum| sum * sum).sum();
        Some(squares.sqrt() / self.ranked.len() as f64)
    }

    /// Returns ACC and AUC when image `i` counts `weights[i]` times.
    pub(super) fn of(&self, weights: &[u32]) -> Point {
        let areas: Option<f64> = self.ranked.iter().map(|ranked| ranked.auc(weights)).sum();
        Point { acc: self.acc(weights), auc: areas.map(|sum| sum / self.ranked.len() as f64) }
    }

    /// Returns ACC when image `i` counts `weights[i]` times.
    pub(super) fn acc(&self, weights: &[u32]) -> f64 {
        let images: u64 = weights.iter().map(|&weight| u64::from(weight)).sum();
        let correct: u64 =
            weights.iter().zip(&self.correct).map(|(&w, &c)| u64::from(w) * u64::from(c)).sum();
        correct as f64 / (images * self.decisions_per_image as u64) as f64
    }

    /// Returns the number of correct images, or `None` if an image has several decisions.
    pub(super) fn correct_images(&self) -> Option<u64> {
        let correct = self.correct.iter().map(|&correct| u64::from(correct)).sum();
        (self.decisions_per_image == 1).then_some(correct)
    }
}
