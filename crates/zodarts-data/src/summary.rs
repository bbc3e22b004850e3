//! What is in a data set, and what is wrong with it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::info::DatasetInfo;
use crate::samples::Samples;

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
    /// Images per class, or per present label.
    pub per_class: Vec<usize>,
    /// Images whose pixels repeat an earlier image of the same split.
    pub duplicates: usize,
    /// Images whose pixels are also in the training split (0 for the training split itself).
    pub also_in_train: usize,
    /// Images whose pixels are also in the validation split (counted for the test split only).
    pub also_in_val: usize,
}

type PixelHash = [u8; 32];

impl Dataset {
    /// Describes the data set and looks for exact duplicates within and across splits.
    ///
    /// Test labels are counted and test pixels compared without unsealing the split: this judges the data, and
    /// no model or choice depends on it.
    pub fn summary(&self) -> Summary {
        let splits = [&self.train, &self.val, self.test.inspect()];
        let tables = splits.map(occurrences);
        let nothing = HashMap::new();
        let train = split_summary(splits[0], &tables[0], &nothing, &nothing);
        let val = split_summary(splits[1], &tables[1], &tables[0], &nothing);
        let test = split_summary(splits[2], &tables[2], &tables[0], &tables[1]);
        let (mean, std) = moments(&self.train);
        let findings = findings(&[("train", &train), ("val", &val), ("test", &test)], &self.info);
        Summary { info: self.info.clone(), train, val, test, mean, std, findings }
    }
}

fn occurrences(samples: &Samples) -> HashMap<PixelHash, usize> {
    let mut counts = HashMap::new();
    for hash in samples.hashes() {
        *counts.entry(hash).or_insert(0) += 1;
    }
    counts
}

fn split_summary(
    samples: &Samples,
    own: &HashMap<PixelHash, usize>,
    train: &HashMap<PixelHash, usize>,
    val: &HashMap<PixelHash, usize>,
) -> SplitSummary {
    let shared = |other: &HashMap<PixelHash, usize>| {
        own.iter().filter(|(hash, _)| other.contains_key(*hash)).map(|(_, count)| count).sum()
    };
    SplitSummary {
        images: samples.len(),
        per_class: samples.class_counts(),
        duplicates: samples.len() - own.len(),
        also_in_train: shared(train),
        also_in_val: shared(val),
    }
}

/// Mean and standard deviation of each channel.
fn moments(samples: &Samples) -> (Vec<f64>, Vec<f64>) {
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

fn findings(splits: &[(&str, &SplitSummary); 3], info: &DatasetInfo) -> Vec<String> {
    let mut findings = Vec::new();
    let mut note = |count: usize, split: &str, what: &str| {
        if count > 0 {
            let images = if count == 1 { "image" } else { "images" };
            findings.push(format!("{count} {split} {images} {what}"));
        }
    };
    for (name, split) in splits {
        note(split.duplicates, name, "repeated within the split");
        note(split.also_in_train, name, "also in train");
        note(split.also_in_val, name, "also in val");
    }
    for (name, split) in splits {
        for (class, _) in split.per_class.iter().enumerate().filter(|(_, count)| **count == 0) {
            findings.push(format!("no {name} image of class `{}`", info.classes[class]));
        }
    }
    findings
}
