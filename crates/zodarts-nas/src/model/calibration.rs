//! Temperature scaling (Guo et al., 2017): divides logits by a temperature T that is chosen on validation
//! images, so that probabilities are as confident as they should be.
//!
//! It changes no decision. For two classes, and for each of several labels, it also keeps the order of
//! images, up to rounding. Of volumes, the loss is that of the probabilities averaged over the slices. The
//! mean of sharper or softer probabilities may decide otherwise, so the decision on a volume may change.
//!
//! The classifier's weights and bias are divided by T. So a model needs no field for it, and exports of the
//! weights give calibrated probabilities, too.

use super::volume_loss::mean_loss;
use super::{Model, Scorer, loss_kind};
use crate::evaluate::{EvaluateError, Labels, Scores, reliability};
use serde::{Deserialize, Serialize};
use zodarts_data::Samples;
use zodarts_nn::loss::Loss;

/// Range of T. Beyond it a validation split carries no information.
const RANGE: (f64, f64) = (0.1, 10.0);
/// Steps of golden-section search, each of which shrinks an interval of ln T by 0.62.
const STEPS: usize = 40;

/// Parts of the range of ln T at whose ends the loss of volumes is compared first.
const PARTS: usize = 24;

/// The result of a calibration.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// T, by which logits are divided; above 1 if the network was overconfident.
    pub temperature: f64,
    /// Number of validation images, or volumes.
    pub images: usize,
    /// Fit of the probabilities as trained.
    pub before: Calibrated,
    /// Fit of the probabilities after division by T.
    pub after: Calibrated,
    /// False if the calibration error did not fall: the network stays as it was trained.
    #[serde(default = "applied")]
    pub applied: bool,
}

/// Returns what holds for records of versions that applied every calibration.
fn applied() -> bool {
    true
}

/// The fit of probabilities to the truth on some images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibrated {
    /// Mean loss.
    pub loss: f64,
    /// Expected calibration error; see [`reliability`].
    pub ece: f64,
}

impl Model {
    /// Divides the logits by the temperature at which the loss on `samples` is lowest, unless the calibration
    /// error on `samples` is larger then. A prior worth one image favours T = 1, so that a split without
    /// mistakes does not make the network certain.
    ///
    /// # Errors
    /// Returns an error if there is no image, or a score is not a finite number.
    pub fn calibrate(&mut self, samples: &Samples) -> Result<Calibration, EvaluateError> {
        let (values, targets) =
            Scorer::new(self.network.clone(), &self.card).logits(&self.weights, &self.statistics, samples);
        let (loss, classes) = (Loss::new(loss_kind(self.card.dataset.task)), self.network.classes);
        let logits = Logits { loss, classes, slices: samples.slices(), values, targets };
        let temperature = logits.best_temperature();
        let (labels, info) = (Labels::of(samples)?, &self.card.dataset);
        let fit = |temperature: f64| -> Result<Calibrated, EvaluateError> {
            let scores = logits.scores(temperature)?;
            let ece = reliability(&scores, &labels, info.task, &info.classes)?.ece;
            Ok(Calibrated { loss: logits.mean_loss(temperature), ece })
        };
        let (before, after) = (fit(1.0)?, fit(temperature)?);
        let applied = after.ece < before.ece;
        if applied {
            self.cool(temperature);
        }
        Ok(Calibration { temperature, images: samples.cases(), before, after, applied })
    }

    /// Divides the logits by a temperature.
    fn cool(&mut self, temperature: f64) {
        for parameters in [self.network.linear.clone(), self.network.bias.clone()] {
            for weight in &mut self.weights[parameters] {
                *weight = (f64::from(*weight) / temperature) as f32;
            }
        }
    }
}

/// The logits of a network and the true targets, one row per image.
struct Logits {
    loss: Loss,
    classes: usize,
    /// Images of a volume, 1 if images are no slices.
    slices: usize,
    values: Vec<f64>,
    targets: Vec<f32>,
}

impl Logits {
    /// Returns the number of images, or volumes.
    fn cases(&self) -> usize {
        self.values.len() / self.classes / self.slices
    }

    /// Returns the logits of each image, divided by a temperature.
    fn cooled(&self, temperature: f64) -> impl Iterator<Item = Vec<f64>> {
        let rows = self.values.chunks_exact(self.classes);
        rows.map(move |row| row.iter().map(|logit| logit / temperature).collect())
    }

    fn mean_loss(&self, temperature: f64) -> f64 {
        if self.slices > 1 {
            // Scores that are no numbers were refused, or will be by `scores`.
            let of = |scores: Scores| mean_loss(&self.loss, &scores, &self.targets, self.slices);
            return self.scores(temperature).map_or(f64::NAN, of);
        }
        let mut unwanted = vec![0.0; self.classes];
        let rows = self.cooled(temperature).zip(self.targets.chunks_exact(self.classes));
        let total: f64 = rows.map(|(row, targets)| self.loss.image(&row, targets, &mut unwanted)).sum();
        total / self.cases() as f64
    }

    fn scores(&self, temperature: f64) -> Result<Scores, EvaluateError> {
        let mut scores = vec![0.0; self.values.len()];
        for (row, scores) in self.cooled(temperature).zip(scores.chunks_exact_mut(self.classes)) {
            self.loss.scores(&row, scores);
        }
        Ok(Scores::new(self.cases() * self.slices, self.classes, scores)?.averaged(self.slices))
    }

    fn best_temperature(&self) -> f64 {
        let doubt = |log: f64| log * log / self.cases() as f64;
        let objective = |log: f64| self.mean_loss(log.exp()) + doubt(log);
        let range = (RANGE.0.ln(), RANGE.1.ln());
        // The loss of one image has a single minimum in ln T, the loss of a mean may have several.
        lowest(objective, if self.slices > 1 { around_lowest(objective, range) } else { range }).exp()
    }
}

/// Returns the part of an interval around the lowest of equally spaced points.
fn around_lowest(objective: impl Fn(f64) -> f64, (low, high): (f64, f64)) -> (f64, f64) {
    let step = (high - low) / PARTS as f64;
    let at = |point: usize| low + step * point as f64;
    let values: Vec<f64> = (0..=PARTS).map(|point| objective(at(point))).collect();
    let best = (0..=PARTS).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(0);
    (at(best.saturating_sub(1)), at((best + 1).min(PARTS)))
}

/// Returns the position of the minimum of a function with a single minimum in an interval, found by
/// golden-section search.
fn lowest(objective: impl Fn(f64) -> f64, (mut low, mut high): (f64, f64)) -> f64 {
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    for _ in 0..STEPS {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if objective(left) < objective(right) {
            high = right;
        } else {
            low = left;
        }
    }
    low.midpoint(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::card;
    use zodarts_data::rng::stream;
    use zodarts_data::{Dataset, OpenOptions};
    use zodarts_nn::init::initial_values;

    #[test]
    fn golden_section_finds_the_minimum() {
        assert!((lowest(|x| (x - 0.3).powi(2), (-2.0, 2.0)) - 0.3).abs() < 1e-6);
        assert!((lowest(|x| x, (-2.0, 2.0)) + 2.0).abs() < 1e-6);
        // Of two minima, near −1.5 and 1.5, the second is the lower one.
        let (low, high) = around_lowest(|x: f64| (x * x - 2.25).powi(2) - 0.1 * x, (-2.0, 2.0));
        assert!(low < 1.5 && 1.5 < high && high - low < 0.4, "{low} {high}");
    }

    fn model(dataset: &Dataset) -> Model {
        let card = card(&dataset.info, 28);
        let network = std::sync::Arc::new(card.network().unwrap());
        let weights = initial_values(&network.weights, &mut stream(1, "weights", 0));
        let statistics = initial_values(&network.statistics, &mut stream(1, "statistics", 0));
        Model { card, network, weights, statistics }
    }

    #[test]
    fn a_network_that_is_sure_of_nothing_it_knows_is_cooled_down() {
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        let mut model = model(&dataset);
        // An overconfident classifier: it is wrong half of the time.
        for parameters in [model.network.linear.clone(), model.network.bias.clone()] {
            model.weights[parameters].iter_mut().for_each(|weight| *weight *= 300.0);
        }
        let decided = |model: &Model| {
            let scores = model.scores(&dataset.val).unwrap();
            scores.rows().map(|row| row[1] > 0.5).collect::<Vec<bool>>()
        };
        let before = decided(&model);
        let found = model.calibrate(&dataset.val).unwrap();
        assert!(found.temperature > 2.0, "{found:?}");
        assert!(found.after.loss < found.before.loss && found.after.ece < found.before.ece, "{found:?}");
        assert_eq!(decided(&model), before, "no decision changes");
        // A second calibration changes nothing, except for the prior that favours T = 1.
        let again = model.calibrate(&dataset.val).unwrap();
        assert!((again.temperature - 1.0).abs() < 0.1 || found.temperature > 9.9, "{again:?}");
    }

    #[test]
    fn the_temperature_of_volumes_has_the_lowest_loss_of_their_mean_probabilities() {
        let values: Vec<f64> = (0..240).map(|at| f64::from(at * 7919 % 97) / 12.0 - 4.0).collect();
        // Every third volume of three slices is of the class that its first slice speaks against.
        let class = |slice: usize| usize::from(values[slice / 3 * 6] < values[slice / 3 * 6 + 1]);
        let of = |slice: usize| if (slice / 3).is_multiple_of(3) { 1 - class(slice) } else { class(slice) };
        let targets = (0..120).flat_map(|slice| [1 - of(slice), of(slice)].map(|target| target as f32));
        let loss = Loss::new(loss_kind(zodarts_data::Task::BinaryClass));
        let logits = Logits { loss, classes: 2, slices: 3, targets: targets.collect(), values };
        let objective = |log: f64| logits.mean_loss(log.exp()) + log * log / 40.0;
        let best = objective(logits.best_temperature().ln());
        let other = (0..=400).map(|at| objective(RANGE.0.ln() + f64::from(at) / 400.0 * 100.0_f64.ln()));
        assert!(other.fold(f64::INFINITY, f64::min) > best - 1e-6);
        let scores = logits.scores(2.0).unwrap();
        assert_eq!((scores.n(), logits.cases()), (40, 40));
    }

    #[test]
    fn no_images_are_an_error() {
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        assert!(model(&dataset).calibrate(&dataset.val.select(&[])).is_err());
    }
}
