//! Decisions made from scores, and counts of correct ones.

use super::intervals::wilson;
use super::{Labels, Scores};
use zodarts_data::Task;

/// A score strictly above this decides for a label.
const THRESHOLD: f32 = 0.5;

/// The decision on each image with its truth.
pub(super) enum Decisions {
    /// One `(truth, predicted)` pair of classes per image.
    Single(Vec<(usize, usize)>),
    /// One `(truth, predicted)` pair per label and image, `[label][image]`.
    Multi(Vec<Vec<(bool, bool)>>),
}

impl Decisions {
    pub(super) fn new(scores: &Scores, labels: &Labels, task: Task) -> Self {
        match task {
            Task::BinaryClass => Self::by(scores, labels, second_class),
            Task::MultiClass | Task::OrdinalRegression => Self::by(scores, labels, first_largest),
            Task::MultiLabel => Self::labels(scores, labels, |_, score| above_half(score)),
        }
    }

    /// Returns the decisions that `has` makes on each label of images by its score.
    pub(super) fn labels(scores: &Scores, labels: &Labels, has: impl Fn(usize, f32) -> bool) -> Self {
        let of_label = |label: usize| {
            let truths = labels.rows().map(|row| row[label] == 1);
            truths.zip(scores.rows().map(|row| has(label, row[label]))).collect()
        };
        Decisions::Multi((0..labels.columns()).map(of_label).collect())
    }

    /// Returns the decisions that `decide` makes on images of one class each.
    pub(super) fn by(scores: &Scores, labels: &Labels, decide: impl Fn(&[f32]) -> usize) -> Self {
        let truths = labels.rows().map(|row| usize::from(row[0]));
        Decisions::Single(truths.zip(scores.rows().map(decide)).collect())
    }

    /// Returns the number of correct decisions of each image, and the number of decisions per image.
    pub(super) fn correct(&self) -> (Vec<u32>, usize) {
        match self {
            Decisions::Single(pairs) => {
                (pairs.iter().map(|(truth, predicted)| u32::from(truth == predicted)).collect(), 1)
            }
            Decisions::Multi(labels) => {
                let right = |image: usize| {
                    labels.iter().filter(|pairs| pairs[image].0 == pairs[image].1).count() as u32
                };
                ((0..labels[0].len()).map(right).collect(), labels.len())
            }
        }
    }

    /// Returns the number of images `[truth][predicted]`, or `None` for several labels per image.
    pub(super) fn confusion(&self, classes: usize) -> Option<Vec<Vec<u64>>> {
        let Decisions::Single(pairs) = self else { return None };
        let mut counts = vec![vec![0; classes]; classes];
        for &(truth, predicted) in pairs {
            counts[truth][predicted] += 1;
        }
        Some(counts)
    }

    /// Returns the counts of one class against the rest, or of one label.
    pub(super) fn outcome(&self, class: usize) -> Outcome {
        match self {
            Decisions::Single(pairs) => {
                Outcome::count(pairs.iter().map(|&(truth, predicted)| (truth == class, predicted == class)))
            }
            Decisions::Multi(labels) => Outcome::count(labels[class].iter().copied()),
        }
    }
}

/// Returns the class of an image, or its labels, decided from its scores as [`super::evaluate`] does.
///
/// # Panics
/// Panics if there is no score.
pub fn decide(scores: &[f32], task: Task) -> Vec<usize> {
    match task {
        Task::BinaryClass => vec![second_class(scores)],
        Task::MultiClass | Task::OrdinalRegression => vec![first_largest(scores)],
        Task::MultiLabel => (0..scores.len()).filter(|label| above_half(scores[*label])).collect(),
    }
}

/// Reports whether a label without a threshold of its own is decided for.
pub(super) fn above_half(score: f32) -> bool {
    score > THRESHOLD
}

fn second_class(row: &[f32]) -> usize {
    usize::from(row[row.len() - 1] > THRESHOLD)
}

fn first_largest(row: &[f32]) -> usize {
    (1..row.len()).fold(0, |best, column| if row[column] > row[best] { column } else { best })
}

/// Counts of true and false decisions for and against a class.
#[derive(Default)]
pub(super) struct Outcome {
    true_positives: u64,
    false_negatives: u64,
    true_negatives: u64,
    false_positives: u64,
}

impl Outcome {
    pub(super) fn count(pairs: impl Iterator<Item = (bool, bool)>) -> Self {
        let mut outcome = Self::default();
        for pair in pairs {
            match pair {
                (true, true) => outcome.true_positives += 1,
                (true, false) => outcome.false_negatives += 1,
                (false, false) => outcome.true_negatives += 1,
                (false, true) => outcome.false_positives += 1,
            }
        }
        outcome
    }

    pub(super) fn positives(&self) -> u64 {
        self.true_positives + self.false_negatives
    }

    /// Returns the share of the class's images that are found: the sensitivity.
    pub(super) fn found(&self) -> Share {
        Share { part: self.true_positives, whole: self.positives() }
    }

    /// Returns the share of the other images that are ruled out: the specificity.
    pub(super) fn ruled_out(&self) -> Share {
        Share { part: self.true_negatives, whole: self.true_negatives + self.false_positives }
    }

    /// Returns the share of the decisions for the class that are right: the positive predictive value.
    pub(super) fn right_for(&self) -> Share {
        Share { part: self.true_positives, whole: self.true_positives + self.false_positives }
    }

    /// Returns the share of the decisions against the class that are right: the negative predictive value.
    pub(super) fn right_against(&self) -> Share {
        Share { part: self.true_negatives, whole: self.true_negatives + self.false_negatives }
    }
}

/// A share of some images.
#[derive(Clone, Copy)]
pub(super) struct Share {
    part: u64,
    whole: u64,
}

impl Share {
    /// Returns the share; `None` without images.
    pub(super) fn value(self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }

    /// Returns the share's 95 % interval; `None` without images.
    pub(super) fn interval(self) -> Option<[f64; 2]> {
        wilson(self.part, self.whole)
    }
}
