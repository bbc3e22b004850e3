//! The record `metrics.json`: an evaluation, and the circumstances that are needed to reproduce it.

use super::{
    AtLabelThresholds, AtThreshold, ClassReport, DecisionReport, DecisionRule, Estimate, Report, SetsReport,
    wilson,
};
use crate::genotype::Genotype;
use crate::protocol::Protocol;
use serde::{Deserialize, Serialize};
use zodarts_data::noun;

/// An evaluation with its circumstances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// The protocol of training and evaluation.
    pub protocol: Protocol,
    /// Name of the data set.
    pub dataset: String,
    /// Fingerprint of the data set.
    pub fingerprint: String,
    /// The split that was evaluated.
    pub split: String,
    /// Number of times that the test split has been read for this run, including this time. The count is kept
    /// in this file, so it starts again in another folder.
    pub test_reads: usize,
    /// Slices of a volume, if the data set is one of volumes. What is counted are the volumes then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slices: Option<usize>,
    /// ACC, AUC, intervals, classes and confusion matrix.
    #[serde(flatten)]
    pub report: Report,
    /// The result at the model's decision threshold, if it has one: that of the classifier that predicts. ACC
    /// and classes of the report always use the more probable class, as `MedMNIST` does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_threshold: Option<AtThreshold>,
    /// The result at the thresholds of several labels, if the model has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_label_thresholds: Option<AtLabelThresholds>,
    /// The coverage of the model's prediction sets, if it gives any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sets: Option<SetsReport>,
    /// The images that are unlike the development images; `None` if the model cannot tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flagged: Option<Flagged>,
    /// `genotype` or `resnet18`.
    pub architecture: String,
    /// The genotype, if the network was built from one.
    pub genotype: Option<Genotype>,
    /// Number of trainable parameters.
    pub params: u64,
    /// Multiply-accumulates per image.
    pub macs: u64,
    /// The search method; `None` if the genotype was given.
    pub method: Option<String>,
    /// Seed of the run.
    pub seed: u64,
    /// Number of bootstrap replicates.
    pub bootstrap_replicates: usize,
    /// Seconds of the search's epochs.
    pub search_seconds: Option<f64>,
    /// Number of epochs of the search.
    pub search_epochs: Option<usize>,
    /// Seconds of the training's epochs, without validation.
    pub train_seconds: Option<f64>,
    /// Number of epochs of training.
    pub train_epochs: Option<usize>,
    /// The epoch, from 0, whose weights were kept.
    pub selected_epoch: Option<usize>,
    /// Version of zodarts.
    pub version: String,
}

/// The images that are unlike the development images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flagged {
    /// Their number.
    pub images: usize,
    /// Their share of all images.
    pub share: f64,
    /// The 95 % interval of the share.
    pub share_ci95: [f64; 2],
}

impl Flagged {
    /// Counts the images that are flagged; `None` without images.
    pub fn count(flags: impl ExactSizeIterator<Item = bool>) -> Option<Self> {
        let all = flags.len();
        let images = flags.filter(|flag| *flag).count();
        let share_ci95 = wilson(images as u64, all as u64)?;
        Some(Self { images, share: images as f64 / all as f64, share_ci95 })
    }
}

impl Metrics {
    /// Returns the result at the model's decision threshold, or at those of its labels; `None` if it has
    /// none, or if a version wrote the record that did not compute it.
    pub fn decided(&self) -> Option<&DecisionReport> {
        let of_labels = self.at_label_thresholds.as_ref().map(|found| &found.decided);
        of_labels.or_else(|| self.at_threshold.as_ref()?.decided.as_ref())
    }

    /// Returns the rule by which the model decides.
    pub fn rule(&self) -> DecisionRule<'_> {
        match (&self.at_threshold, &self.at_label_thresholds) {
            (Some(found), _) => DecisionRule::Class(&found.threshold),
            (None, Some(found)) => DecisionRule::Labels(&found.thresholds),
            (None, None) => DecisionRule::Usual(self.report.task),
        }
    }

    /// Returns the accuracy with its interval: at the threshold if there is one.
    pub fn acc(&self) -> Estimate {
        let report = &self.report;
        let (value, ci95) =
            self.decided().map_or((report.acc, report.acc_ci95), |decided| (decided.acc, decided.acc_ci95));
        Estimate { value, ci95 }
    }

    /// Returns the results by class: at the threshold if there is one.
    pub fn classes(&self) -> &[ClassReport] {
        self.decided().map_or(&self.report.classes, |decided| &decided.classes)
    }

    /// Returns the number of images `[truth][predicted]`, at the threshold if there is one; `None` for
    /// several labels per image.
    pub fn confusion(&self) -> Option<&[Vec<u64>]> {
        match self.decided() {
            Some(decided) => decided.confusion.as_deref(),
            None => self.report.confusion.as_deref(),
        }
    }

    /// Returns the mean sensitivity of the classes: at the threshold if there is one.
    pub fn balanced_acc(&self) -> Option<f64> {
        self.decided().map_or(self.report.balanced_acc, |decided| decided.balanced_acc)
    }

    /// Returns the names of the classes that have images, none of which is found: at the threshold if there
    /// is one.
    pub fn never_found(&self) -> Vec<&str> {
        let missed = |class: &&ClassReport| class.n > 0 && class.sensitivity == Some(0.0);
        self.classes().iter().filter(missed).map(|class| &*class.name).collect()
    }

    /// Returns the word for what is counted: `image` or `volume`.
    pub fn noun(&self) -> &'static str {
        noun(self.slices)
    }

    /// Returns the file name of a split's metrics.
    pub fn file_name(split: &str) -> String {
        if split == "test" { "metrics.json".into() } else { format!("metrics-{split}.json") }
    }
}
