//! Findings, in words and for programs.

use crate::copies::{ALSO_IN_TRAIN, ALSO_IN_VAL, Place, REPEATED, SPLITS, SplitIndex, sentence};
use crate::samples::Samples;
use serde::Serialize;

/// A kind of finding, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// Validation or test images whose pixels are also in the training split: their results are not of new images.
    AlsoInTrain,
    /// Test images whose pixels are also in the validation split.
    AlsoInVal,
    /// The same pixels under different labels.
    OtherLabel,
    /// No image of a class in a split.
    MissingClass,
    /// Validation or test images that look like a training image.
    NearlyInTrain,
    /// Test images that look like a validation image.
    NearlyInVal,
    /// All pixels of an image are equal.
    Blank,
    /// Images whose pixels repeat an earlier image of their split.
    Repeated,
    /// Images that look like an earlier one of their split.
    NearlyRepeated,
    /// A class has hardly any image in a split.
    FewImages,
}

/// An image of a data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Image {
    /// `train`, `val` or `test`.
    pub split: &'static str,
    /// Its place in the split, from 0.
    pub position: usize,
    /// Its file, in a folder of images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// An image and what it was found to be like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Match {
    /// The image.
    pub image: Image,
    /// The other one, if the finding is about two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like: Option<Image>,
    /// Correlation of the two after what all images have in common is taken out; 1 for copies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f64>,
}

/// Something wrong, with all images it is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What it is.
    pub problem: Problem,
    /// The split of the images.
    pub split: &'static str,
    /// In words, such as `1 test image also in train`.
    pub text: String,
    /// The images; none for findings on classes.
    pub images: Vec<Match>,
}

/// Findings as they come.
pub(super) struct Collector<'a> {
    splits: [&'a Samples; 3],
    findings: Vec<Finding>,
}

impl<'a> Collector<'a> {
    pub fn new(splits: [&'a Samples; 3]) -> Self {
        Self { splits, findings: Vec::new() }
    }

    /// Findings on single images.
    pub fn images(&mut self, problem: Problem, split: SplitIndex, positions: &[usize]) {
        let matched =
            |position: &usize| Match { image: self.image((split, *position)), like: None, correlation: None };
        let images = positions.iter().map(matched).collect();
        self.push(problem, split, images);
    }

    /// Findings on images of a split that are like others.
    pub fn pairs(&mut self, problem: Problem, split: SplitIndex, pairs: &[(usize, Place, f64)]) {
        let matched = |(position, like, correlation): &(usize, Place, f64)| Match {
            image: self.image((split, *position)),
            like: Some(self.image(*like)),
            correlation: Some(*correlation),
        };
        let images = pairs.iter().map(matched).collect();
        self.push(problem, split, images);
    }

    /// A finding on a class of a split.
    pub fn class(&mut self, problem: Problem, split: SplitIndex, class: &str, count: usize) {
        let split = SPLITS[split];
        let text = sentence(count, split, &format!("{} `{class}`", problem.words(count)));
        self.findings.push(Finding { problem, split, text, images: Vec::new() });
    }

    fn push(&mut self, problem: Problem, split: SplitIndex, images: Vec<Match>) {
        if images.is_empty() {
            return;
        }
        let split = SPLITS[split];
        let text = sentence(images.len(), split, problem.words(images.len()));
        self.findings.push(Finding { problem, split, text, images });
    }

    fn image(&self, (split, position): Place) -> Image {
        let file = self.splits[split].file(position).map(str::to_owned);
        Image { split: SPLITS[split], position, file }
    }

    /// All findings, the worst first.
    pub fn sorted(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| finding.problem);
        self.findings
    }
}

impl Problem {
    /// What is said of so many images.
    fn words(self, count: usize) -> &'static str {
        match (self, count) {
            (Problem::AlsoInTrain, _) => ALSO_IN_TRAIN,
            (Problem::AlsoInVal, _) => ALSO_IN_VAL,
            (Problem::OtherLabel, 1) => "that stands elsewhere under another label",
            (Problem::OtherLabel, _) => "that stand elsewhere under another label",
            (Problem::NearlyInTrain, 1) => "looks like one in train",
            (Problem::NearlyInTrain, _) => "look like one in train",
            (Problem::NearlyInVal, 1) => "looks like one in val",
            (Problem::NearlyInVal, _) => "look like one in val",
            (Problem::Blank, _) => "without content: all pixels are equal",
            (Problem::Repeated, _) => REPEATED,
            (Problem::NearlyRepeated, 1) => "looks like an earlier one of the split",
            (Problem::NearlyRepeated, _) => "look like an earlier one of the split",
            (Problem::MissingClass | Problem::FewImages, _) => "of class",
        }
    }
}

impl std::fmt::Display for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.file {
            Some(file) => f.write_str(file),
            None => write!(f, "{} {}", self.split, self.position),
        }
    }
}
