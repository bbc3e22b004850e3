//! Heat maps: the evidence for a class at each place of an image.
//!
//! The networks end in a linear layer over averages, so a logit is a sum over the places of the last stage
//! and can be split without loss ([`Contributions`]). The evidence for a class is not its logit, to which any
//! constant can be added, but its log-odds against all others. For two classes, and for one of several
//! labels, a heat map adds up to exactly these log-odds, less the classifier's bias. Among more classes, it
//! is the first-order share of each place: the gradient of the log-odds times the features (`HiResCAM`,
//! Draelos and Carin 2020).
//!
//! The resolution is that of the last stage, a quarter of the input's side in a searched network. Each place
//! stands for its receptive field: the spot and its surroundings.

use crate::model::{Model, ModelCard, Predictor};
use zodarts_data::{Task, resize_matrix};
use zodarts_nn::inference::Contributions;

/// The evidence for a class at each place of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    /// The class or label.
    pub class: usize,
    /// Score of the class.
    pub score: f32,
    /// Number of rows of places.
    pub height: usize,
    /// Number of columns of places.
    pub width: usize,
    /// Evidence `(height, width)`: at each place the log-odds, up to a constant, of an image that looks like
    /// this place everywhere. Values above 0 speak for the class, values below 0 against it.
    pub values: Vec<f32>,
}

impl Heat {
    /// Returns the values at size `(height, width)`, interpolated linearly.
    pub fn resized(&self, height: usize, width: usize) -> Vec<f32> {
        // A `Resizer` would clamp values to [0, 1].
        let (rows, columns) = (resize_matrix(self.height, height), resize_matrix(self.width, width));
        let weighted = |weights: &[f32], values: &[f32]| -> f32 {
            weights.iter().zip(values).map(|(weight, value)| weight * value).sum()
        };
        // One column after another, each still of the original height.
        let mut narrow = Vec::with_capacity(self.height * width);
        for weights in columns.chunks_exact(self.width) {
            narrow.extend(self.values.chunks_exact(self.width).map(|row| weighted(weights, row)));
        }
        let across = |weights: &[f32]| {
            narrow.chunks_exact(self.height).map(|column| weighted(weights, column)).collect::<Vec<f32>>()
        };
        rows.chunks_exact(self.height).flat_map(across).collect()
    }
}

/// Computes heat maps of a model's decisions.
#[derive(Debug)]
pub struct Explainer {
    predictor: Predictor,
    card: ModelCard,
}

impl Explainer {
    /// Returns an explainer of a model.
    pub fn new(model: &Model) -> Self {
        Self { predictor: model.predictor(), card: model.card.clone() }
    }

    /// Returns the evidence for `class` or, if it is `None`, for the model's own decision; of several labels
    /// that it decides for, for the most probable one. `image` has shape `(channels, side, side)` with values
    /// in [0, 1], `side` being that of the network's input.
    ///
    /// # Panics
    /// Panics if the image has another size, or there is no such class.
    pub fn explain(&mut self, image: &[f32], class: Option<usize>) -> Heat {
        let found = self.contributions(image);
        let class = class.unwrap_or_else(|| most_probable(&found.scores, self.said(&found.scores)));
        self.heat(&found, class)
    }

    /// Returns the evidence for the model's own decision: for each of several labels that it decides for, or
    /// for the most probable label if it decides for none.
    ///
    /// # Panics
    /// Panics if the image has another size.
    pub fn explain_decided(&mut self, image: &[f32]) -> Vec<Heat> {
        let found = self.contributions(image);
        self.said(&found.scores).into_iter().map(|class| self.heat(&found, class)).collect()
    }

    fn contributions(&mut self, image: &[f32]) -> Explained {
        let places = self.predictor.contributions(image);
        let logits = places.logits();
        let scores = self.predictor.scores_of(&logits);
        Explained { places, logits, scores }
    }

    /// Returns the classes that the model decides for, or the most probable one if there is none.
    fn said(&self, scores: &[f32]) -> Vec<usize> {
        let decided = self.card.rule().decide(scores);
        if decided.is_empty() { vec![most_probable(scores, 0..scores.len())] } else { decided }
    }

    fn heat(&self, found: &Explained, class: usize) -> Heat {
        let Explained { places, logits, scores } = found;
        let values = evidence(places, &weights(logits, class, self.card.dataset.task));
        Heat { class, score: scores[class], height: places.height, width: places.width, values }
    }
}

/// The logits and scores of an image, and the contributions of its places to them.
struct Explained {
    places: Contributions,
    logits: Vec<f64>,
    scores: Vec<f32>,
}

/// Returns the class of the highest score among some.
fn most_probable(scores: &[f32], among: impl IntoIterator<Item = usize>) -> usize {
    among.into_iter().max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0)
}

/// Returns the gradient of a class's log-odds with respect to the logits: 1 for the class itself, and for
/// each other class minus its share of the others' probability.
fn weights(logits: &[f64], class: usize, task: Task) -> Vec<f64> {
    let others = |logit: &(usize, &f64)| logit.0 != class && task != Task::MultiLabel;
    let largest = logits.iter().enumerate().filter(others).map(|(_, logit)| *logit).fold(f64::MIN, f64::max);
    let mut weights = vec![0.0; logits.len()];
    for (other, logit) in logits.iter().enumerate().filter(others) {
        weights[other] = -(logit - largest).exp();
    }
    let total: f64 = weights.iter().sum();
    if total < 0.0 {
        for weight in &mut weights {
            *weight /= -total;
        }
    }
    weights[class] = 1.0;
    weights
}

/// Returns the weighted sum of the classes' contributions at each place, times the number of places.
fn evidence(found: &Contributions, weights: &[f64]) -> Vec<f32> {
    let area = found.height * found.width;
    let place = |place: usize| {
        let parts = weights.iter().enumerate().map(|(class, weight)| weight * found.of(class)[place]);
        (area as f64 * parts.sum::<f64>()) as f32
    };
    (0..area).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the log-odds of a class against the others.
    fn log_odds(logits: &[f64], class: usize) -> f64 {
        let others = logits.iter().enumerate().filter(|(other, _)| *other != class);
        logits[class] - others.map(|(_, logit)| logit.exp()).sum::<f64>().ln()
    }

    #[test]
    fn resizing_keeps_signs_strengths_and_places() {
        let heat = Heat { class: 0, score: 0.5, height: 2, width: 1, values: vec![9.0, -3.0] };
        assert_eq!(heat.resized(2, 1), heat.values);
        let found = heat.resized(4, 2);
        assert_eq!(found, [9.0, 9.0, 6.0, 6.0, 0.0, 0.0, -3.0, -3.0]);
    }

    #[test]
    fn weights_are_the_gradient_of_the_log_odds() {
        let logits = [0.3, -1.2, 2.0, 0.7];
        for class in 0..4 {
            let found = weights(&logits, class, Task::MultiClass);
            for at in 0..4 {
                let moved = |step: f64| {
                    let mut logits = logits;
                    logits[at] += step;
                    log_odds(&logits, class)
                };
                let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                assert!((found[at] - expected).abs() < 1e-8, "{class}, {at}: {} for {expected}", found[at]);
            }
        }
    }

    #[test]
    fn two_classes_are_told_apart_by_their_difference_and_labels_stand_alone() {
        assert_eq!(weights(&[3.0, -800.0], 1, Task::BinaryClass), [-1.0, 1.0]);
        assert_eq!(weights(&[3.0, -800.0], 1, Task::MultiLabel), [0.0, 1.0]);
    }

    #[test]
    fn two_classes_heat_adds_up_to_their_log_odds_but_for_the_bias() {
        let found =
            Contributions { height: 1, width: 2, bias: vec![0.5, 0.25], values: vec![1.0, 2.0, -1.0, 4.0] };
        let logits = found.logits();
        let values = evidence(&found, &weights(&logits, 1, Task::BinaryClass));
        assert_eq!(values, [-4.0, 4.0]);
        let mean = f64::from(values.iter().sum::<f32>()) / 2.0;
        assert!((mean + 0.25 - 0.5 - log_odds(&logits, 1)).abs() < 1e-6);
    }
}
