//! A trained network with the data that are needed to use it.

mod batch_scorer;
mod calibration;
mod file;
mod network_input;
mod predictor;
mod prefetch_in_order;
mod scorer;
mod volume_loss;

pub use batch_scorer::BatchScorer;
pub use calibration::{Calibrated, Calibration};
pub use file::ModelError;
pub use network_input::{InputForm, network_input};
pub use predictor::Predictor;
pub use scorer::{Scored, Scorer};

use crate::evaluate::{DecisionRule, EvaluateError, LabelThresholds, PredictionSets, Scores, Threshold};
use crate::genotype::Genotype;
use crate::settings::{Architecture, MAX_ACTIVATION};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zodarts_data::{DatasetInfo, Samples, Standardise, Task};
use zodarts_nn::count::NetworkCost;
use zodarts_nn::graph::{Network, Shape};
use zodarts_nn::loss::LossKind;
use zodarts_nn::networks::{MacroShape, RESNET_WIDTH, discrete, resnet18};

/// The description of a network, without its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Format of the description.
    pub format: u32,
    /// The kind of network.
    pub architecture: Architecture,
    /// The operations of the cells; `None` for `ResNet-18`.
    pub genotype: Option<Genotype>,
    /// Channels of the first stage.
    pub channels: usize,
    /// Cells of each stage; 0 for `ResNet-18`.
    pub cells: usize,
    /// Side to which images are resized.
    pub input_size: usize,
    /// The scaling of an image's values.
    #[serde(default, skip_serializing_if = "Standardise::is_none")]
    pub standardise: Standardise,
    /// The data set that it was trained on.
    pub dataset: DatasetInfo,
    /// Decision threshold of one of two classes; `None` if the more probable class is decided for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// Decision thresholds of several labels; `None` if labels above one half are decided for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_thresholds: Option<LabelThresholds>,
    /// The rule of the prediction sets; `None` if only single answers are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sets: Option<PredictionSets>,
}

/// A network, its weights and its running statistics.
#[derive(Clone, Debug)]
pub struct Model {
    /// The description.
    pub card: ModelCard,
    /// The graph.
    pub network: Arc<Network>,
    /// Weights, in the order of the network's layout.
    pub weights: Vec<f32>,
    /// Running statistics, in the order of the network's layout.
    pub statistics: Vec<f32>,
}

impl ModelCard {
    /// Format of the description that this code writes and reads.
    pub const FORMAT: u32 = 1;

    /// Returns the form in which the network takes images.
    pub fn input(&self) -> InputForm {
        InputForm { side: self.input_size, standardise: self.standardise }
    }

    /// Builds the network.
    ///
    /// # Errors
    /// Returns an error if a size is out of range, or the genotype is missing or has no path.
    pub fn network(&self) -> Result<Network, ModelError> {
        self.check()?;
        let side = self.input_size;
        let input = Shape { channels: self.dataset.channels, height: side, width: side };
        let classes = self.dataset.classes.len();
        match (self.architecture, self.genotype) {
            (Architecture::Resnet18, _) => Ok(resnet18(input, classes, RESNET_WIDTH)),
            (Architecture::Genotype, None) => Err(ModelError::NoGenotype),
            (Architecture::Genotype, Some(genotype)) => {
                genotype.check_connected()?;
                let shape = MacroShape { input, classes, channels: self.channels, cells: self.cells };
                discrete(&shape, genotype.0).ok_or(ModelError::NoGenotype)
            }
        }
    }

    /// Returns the rule by which the network decides.
    pub fn rule(&self) -> DecisionRule<'_> {
        match (&self.threshold, &self.label_thresholds) {
            (Some(threshold), _) => DecisionRule::Class(threshold),
            (None, Some(thresholds)) => DecisionRule::Labels(thresholds),
            (None, None) => DecisionRule::Usual(self.dataset.task),
        }
    }

    fn check(&self) -> Result<(), ModelError> {
        let check = |field, found: usize, range: std::ops::RangeInclusive<usize>| {
            let error = ModelError::OutOfRange { field, found, low: *range.start(), high: *range.end() };
            if range.contains(&found) { Ok(()) } else { Err(error) }
        };
        check("format", self.format as usize, Self::FORMAT as usize..=Self::FORMAT as usize)?;
        check("input_size", self.input_size, 4..=1024)?;
        if self.dataset.channels != 1 {
            check("dataset.channels", self.dataset.channels, 3..=3)?;
        }
        check("dataset.height", self.dataset.height, 1..=1024)?;
        check("dataset.width", self.dataset.width, 1..=1024)?;
        if let Some(threshold) = self.threshold {
            let classes = if self.dataset.task == Task::BinaryClass { 2 } else { 0 };
            check("threshold: classes", classes, 2..=2)?;
            check("threshold.class", threshold.class, 0..=1)?;
        }
        if let Some(thresholds) = &self.label_thresholds {
            let several = self.dataset.task == Task::MultiLabel;
            let labels = if several { self.dataset.classes.len() } else { 0 };
            let found = thresholds.probabilities.len();
            check("label_thresholds.probabilities: labels", found, labels..=labels)?;
        }
        if let Some(sets) = &self.sets {
            let classes = self.dataset.classes.len();
            check("sets.least: classes", sets.least.len(), classes..=classes)?;
        }
        let most = if self.dataset.task == Task::BinaryClass { 2 } else { 4096 };
        check("dataset.classes", self.dataset.classes.len(), 2..=most)?;
        if self.architecture == Architecture::Genotype {
            check("channels", self.channels, 1..=256)?;
            check("cells", self.cells, 1..=32)?;
        }
        let channels = match self.architecture {
            Architecture::Genotype => self.channels,
            Architecture::Resnet18 => RESNET_WIDTH,
        };
        check("channels × input_size²", channels * self.input_size.pow(2), 1..=MAX_ACTIVATION)
    }
}

/// Returns the loss for a task.
pub fn loss_kind(task: Task) -> LossKind {
    match task {
        Task::MultiLabel => LossKind::Binary,
        Task::BinaryClass | Task::MultiClass | Task::OrdinalRegression => LossKind::CrossEntropy,
    }
}

impl Model {
    /// Returns the numbers of parameters and multiply-accumulates.
    pub fn cost(&self) -> NetworkCost {
        self.network.cost()
    }

    /// Returns a predictor for the network.
    pub fn predictor(&self) -> Predictor {
        Predictor::new(&self.network, &self.weights, &self.statistics, self.card.dataset.task)
    }

    /// Returns the class of an image, or its labels, decided from its scores.
    ///
    /// # Panics
    /// Panics if there is no score.
    pub fn decide(&self, scores: &[f32]) -> Vec<usize> {
        self.card.rule().decide(scores)
    }

    /// Returns the scores of all images, under running statistics and without augmentation; of volumes, the
    /// mean over their slices.
    ///
    /// # Errors
    /// Returns an error if there is no image, or a score is not a finite number.
    pub fn scores(&self, samples: &Samples) -> Result<Scores, EvaluateError> {
        let mut scorer = Scorer::new(self.network.clone(), &self.card);
        Ok(scorer.score(&self.weights, &self.statistics, samples)?.scores)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Returns the card of a small network for a data set.
    pub(crate) fn card(dataset: &DatasetInfo, input_size: usize) -> ModelCard {
        ModelCard {
            format: ModelCard::FORMAT,
            architecture: Architecture::Genotype,
            genotype: Genotype::from_index(&zodarts_nn::space::NAS_BENCH_201, 9_999),
            channels: 4,
            cells: 1,
            input_size,
            standardise: Standardise::None,
            dataset: dataset.clone(),
            threshold: None,
            label_thresholds: None,
            sets: None,
        }
    }

    fn info(task: Task) -> DatasetInfo {
        let classes = ["effusion", "nodule"].map(String::from).to_vec();
        let (name, size_flag, fingerprint) = ("chest".into(), String::new(), String::new());
        let fit = zodarts_data::ImageFit::Squeeze;
        DatasetInfo {
            name,
            size_flag,
            task,
            classes,
            channels: 1,
            height: 28,
            width: 28,
            fit,
            slices: None,
            fingerprint,
        }
    }

    #[test]
    fn thresholds_are_of_the_labels_of_the_data() {
        let thresholds = |probabilities| Some(LabelThresholds { wanted: 0.9, probabilities });
        let with = |task, label_thresholds| ModelCard { label_thresholds, ..card(&info(task), 12) };
        let both = with(Task::MultiLabel, thresholds(vec![Some(0.1), None]));
        both.check().unwrap();
        assert_eq!(both.rule().decide(&[0.1, 0.5]), [0]);
        assert!(with(Task::MultiLabel, thresholds(vec![None])).check().is_err());
        assert!(with(Task::BinaryClass, thresholds(vec![None, None])).check().is_err());
    }

    #[test]
    fn a_card_of_a_version_without_thresholds_of_labels_decides_at_one_half() {
        let old = serde_json::to_string(&card(&info(Task::MultiLabel), 12)).unwrap();
        assert!(!old.contains("threshold"), "{old}");
        let read: ModelCard = serde_json::from_str(&old).unwrap();
        assert_eq!(read.rule().decide(&[0.4, 0.6]), [1]);
    }
}
