//! Temperature scaling (Guo et al., 2017): logits divided by one number, chosen on validation images, so that probabilities are as
//! sure as they should be. No decision between two classes changes, nor, but for rounding, the order of images.
//!
//! The number is divided into the classifier's weights and bias. A model needs no field for it, and whatever reads the weights, an
//! export too, gives calibrated probabilities.

use super::{Model, Scorer, loss_kind};
use crate::evaluate::{EvaluateError, Labels, reliability};
use serde::{Deserialize, Serialize};
use zodarts_data::Samples;
use zodarts_nn::loss::Loss;

/// Temperatures that are considered: beyond them a validation split says nothing.
const RANGE: (f64, f64) = (0.1, 10.0);
/// Steps of the search by golden section, each of which leaves 0.62 of an interval of ln T.
const STEPS: usize = 40;

/// What a calibration did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// T, by which logits are divided; above 1 where the network was too sure.
    pub temperature: f64,
    /// Validation images it was chosen on.
    pub images: usize,
    /// On them, as trained.
    pub before: Calibrated,
    /// On them, divided by T.
    pub after: Calibrated,
}

/// How well probabilities fit some images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibrated {
    /// Mean loss.
    pub loss: f64,
    /// Expected calibration error; see [`reliability`].
    pub ece: f64,
}

impl Model {
    /// Divides the logits by the temperature at which the loss on `samples` is lowest. One image's worth of doubt speaks for T = 1, so that
    /// a split without mistakes does not make the network certain.
    ///
    /// # Errors
    /// If there is no image, or a score is not a finite number.
    pub fn calibrate(&mut self, samples: &Samples) -> Result<Calibration, EvaluateError> {
        let before = self.calibrated(samples)?;
        let (logits, targets) =
            Scorer::new(self.network.clone(), &self.card).logits(&self.weights, &self.statistics, samples);
        let temperature = self.best_temperature(&logits, &targets, samples.len());
        for parameters in [self.network.linear.clone(), self.network.bias.clone()] {
            for weight in &mut self.weights[parameters] {
                *weight = (f64::from(*weight) / temperature) as f32;
            }
        }
        let after = self.calibrated(samples)?;
        Ok(Calibration { temperature, images: samples.len(), before, after })
    }

    fn calibrated(&self, samples: &Samples) -> Result<Calibrated, EvaluateError> {
        let info = &self.card.dataset;
        let scored =
            Scorer::new(self.network.clone(), &self.card).score(&self.weights, &self.statistics, samples)?;
        let found = reliability(&scored.scores, &Labels::of(samples)?, info.task, &info.classes)?;
        Ok(Calibrated { loss: scored.loss, ece: found.ece })
    }

    fn best_temperature(&self, logits: &[f64], targets: &[f32], images: usize) -> f64 {
        let loss = Loss::new(loss_kind(self.card.dataset.task));
        let classes = self.network.classes;
        let (mut cooled, mut unwanted) = (vec![0.0; classes], vec![0.0; classes]);
        let mut objective = |log: f64| {
            let mut total = log * log;
            for (logits, targets) in logits.chunks_exact(classes).zip(targets.chunks_exact(classes)) {
                cooled.iter_mut().zip(logits).for_each(|(cooled, logit)| *cooled = logit / log.exp());
                total += loss.image(&cooled, targets, &mut unwanted);
            }
            total / images as f64
        };
        lowest(&mut objective, (RANGE.0.ln(), RANGE.1.ln())).exp()
    }
}

/// Where a function with one minimum between two ends has it, by golden section.
fn lowest(objective: &mut impl FnMut(f64) -> f64, (mut low, mut high): (f64, f64)) -> f64 {
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
    use crate::genotype::Genotype;
    use crate::model::ModelCard;
    use crate::settings::Architecture;
    use zodarts_data::rng::stream;
    use zodarts_data::{Dataset, OpenOptions};
    use zodarts_nn::init::initial_values;

    #[test]
    fn golden_section_finds_the_minimum() {
        assert!((lowest(&mut |x| (x - 0.3).powi(2), (-2.0, 2.0)) - 0.3).abs() < 1e-6);
        assert!((lowest(&mut |x| x, (-2.0, 2.0)) + 2.0).abs() < 1e-6);
    }

    fn model(dataset: &Dataset) -> Model {
        let card = ModelCard {
            format: ModelCard::FORMAT,
            architecture: Architecture::Genotype,
            genotype: Genotype::from_index(9_999),
            channels: 4,
            cells: 1,
            input_size: 28,
            dataset: dataset.info.clone(),
            threshold: None,
        };
        let network = std::sync::Arc::new(card.network().unwrap());
        let weights = initial_values(&network.weights, &mut stream(1, "weights", 0));
        let statistics = initial_values(&network.statistics, &mut stream(1, "statistics", 0));
        Model { card, network, weights, statistics }
    }

    #[test]
    fn a_network_that_is_sure_of_nothing_it_knows_is_cooled_down() {
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        let mut model = model(&dataset);
        // A classifier that shouts: it is wrong half of the time.
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
        // What is calibrated stays as it is, but for the doubt that speaks for T = 1.
        let again = model.calibrate(&dataset.val).unwrap();
        assert!((again.temperature - 1.0).abs() < 0.1 || found.temperature > 9.9, "{again:?}");
    }

    #[test]
    fn no_images_are_an_error() {
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        assert!(model(&dataset).calibrate(&dataset.val.select(&[])).is_err());
    }
}
