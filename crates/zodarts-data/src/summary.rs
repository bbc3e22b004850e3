//! Descriptions of data sets: counts, pixel statistics and exact duplicates.

use crate::copies::{
    ALSO_IN_TRAIN, ALSO_IN_VAL, CaseCount, Copies, REPEATED, SPLITS, SplitIndex, every_case,
};
use crate::dataset::Dataset;
use crate::info::DatasetInfo;
use crate::samples::Samples;
use crate::task::Task;
use serde::{Deserialize, Serialize};

/// A description of a data set and the result of its integrity checks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Name, task, classes, size and fingerprint.
    pub info: DatasetInfo,
    /// Training split.
    pub train: SplitSummary,
    /// Validation split.
    pub val: SplitSummary,
    /// Test split.
    pub test: SplitSummary,
    /// Mean of each channel over the training images, in [0, 1].
    pub mean: Vec<f64>,
    /// Standard deviation of each channel over the training images.
    pub std: Vec<f64>,
    /// Findings in words, such as "1 test image also in train"; empty if there are none.
    pub findings: Vec<String>,
}

/// Counts of one split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitSummary {
    /// Images.
    pub images: usize,
    /// Volumes of which the images are slices. All the following counts are of volumes then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volumes: Option<usize>,
    /// Images per class, or per present label.
    pub per_class: Vec<usize>,
    /// Images whose pixels repeat an earlier image of the same split.
    pub duplicates: usize,
    /// Images whose pixels are also in the training split (0 for the training split itself).
    pub also_in_train: usize,
    /// Images whose pixels are also in the validation split (counted for the test split only).
    pub also_in_val: usize,
}

impl Dataset {
    /// Returns a description of the data set, with exact duplicates within and across splits.
    ///
    /// Test labels are counted and test pixels compared without unsealing the split: this judges the data,
    /// and no model or choice depends on it.
    pub fn summary(&self) -> Summary {
        Summary::of(self, &Copies::of(self.splits()))
    }
}

impl SplitSummary {
    /// Returns the number of volumes, or else of images.
    pub fn cases(&self) -> usize {
        self.volumes.unwrap_or(self.images)
    }
}

impl Summary {
    /// Returns the summary of a data set whose copies are known.
    pub(crate) fn of(dataset: &Dataset, copies: &Copies) -> Self {
        let splits = dataset.splits();
        let count = |split: SplitIndex, other: SplitIndex| copies.between(split, other).len();
        let summary = |split: SplitIndex| SplitSummary {
            images: splits[split].len(),
            volumes: dataset.info.slices.map(|_| splits[split].cases()),
            per_class: splits[split].class_counts(),
            duplicates: count(split, split),
            also_in_train: if split > 0 { count(split, 0) } else { 0 },
            also_in_val: if split > 1 { count(split, 1) } else { 0 },
        };
        let [train, val, test] = [0, 1, 2].map(summary);
        let (mean, std) = channel_statistics(&dataset.train);
        let findings = findings([&train, &val, &test], &dataset.info);
        Self { info: dataset.info.clone(), train, val, test, mean, std, findings }
    }
}

/// Returns the mean and the standard deviation of each channel.
fn channel_statistics(samples: &Samples) -> (Vec<f64>, Vec<f64>) {
    let (channels, height, width) = samples.shape();
    let area = height * width;
    let mut sums = vec![(0.0, 0.0); channels];
    for position in 0..samples.len() {
        for ((sum, square), plane) in sums.iter_mut().zip(samples.image(position).chunks_exact(area)) {
            *sum += plane.iter().map(|&value| f64::from(value)).sum::<f64>();
            *square += plane.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>();
        }
    }
    let n = (samples.len() * area) as f64;
    sums.into_iter().map(|(sum, square)| (sum / n, (square / n - (sum / n).powi(2)).max(0.0).sqrt())).unzip()
}

fn findings(splits: [&SplitSummary; 3], info: &DatasetInfo) -> Vec<String> {
    let mut findings = Vec::new();
    let noun = info.noun();
    let sentence = |count, split, what: &str| CaseCount { count, split, noun }.sentence(what);
    for (name, split) in SPLITS.iter().zip(splits) {
        let counts = [
            (split.duplicates, REPEATED),
            (split.also_in_train, ALSO_IN_TRAIN),
            (split.also_in_val, ALSO_IN_VAL),
        ];
        let found = counts.iter().filter(|(count, _)| *count > 0);
        findings.extend(found.map(|(count, what)| sentence(*count, name, what)));
    }
    for (name, split) in SPLITS.iter().zip(splits) {
        let kind = info.task.noun();
        let counts = || info.classes.iter().zip(&split.per_class);
        let missing = counts().filter(|(_, count)| **count == 0);
        findings.extend(missing.map(|(class, _)| sentence(0, name, &format!("of {kind} `{class}`"))));
        let is_everywhere =
            |count: usize| info.task == Task::MultiLabel && count == split.images && count > 0;
        let everywhere = counts().filter(|(_, count)| is_everywhere(**count));
        findings.extend(everywhere.map(|(label, _)| every_case(name, noun, label)));
    }
    findings
}
