//! Findings, in words and for programs.

use super::shortcuts::{self, Shortcut};
use crate::copies::{
    ALSO_IN_TRAIN, ALSO_IN_VAL, CaseCount, CopyPair, ImageIndex, REPEATED, SPLITS, SplitIndex, every_case,
};
use crate::samples::Samples;
use serde::Serialize;

/// A kind of finding, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// Validation or test images whose pixels are also in the training split: they are not new to a model.
    AlsoInTrain,
    /// Test images whose pixels are also in the validation split.
    AlsoInVal,
    /// The same pixels under different labels.
    OtherLabel,
    /// A split has no image of a class.
    MissingClass,
    /// All images of a split have a label.
    EveryImage,
    /// Validation or test images that look like a training image.
    NearlyInTrain,
    /// Test images that look like a validation image.
    NearlyInVal,
    /// A single number of an image, or a fact of its file, tells its class.
    Shortcut,
    /// All pixels of an image are equal.
    Blank,
    /// Images whose pixels repeat an earlier image of their split.
    Repeated,
    /// Images that look like an earlier one of their split.
    NearlyRepeated,
    /// A split has only a few images of a class.
    FewImages,
}

/// The name of an image in a data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImageName {
    /// `train`, `val` or `test`.
    pub split: &'static str,
    /// Its position in the split, from 0.
    pub position: usize,
    /// Its file, if images have files of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// An image of a finding, and the image that it is like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Match {
    /// The image.
    pub image: ImageName,
    /// The other image, if the finding is about two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like: Option<ImageName>,
    /// Correlation of the two after standardising each pixel over all images; 1 for copies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f64>,
}

/// A problem, with all images that have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The kind of problem.
    pub problem: Problem,
    /// The split of the images.
    pub split: &'static str,
    /// The finding in words, such as `1 test image also in train`.
    pub text: String,
    /// The images; empty for findings on classes.
    pub images: Vec<Match>,
    /// The shortcuts of a class, the strongest first; empty for other findings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shortcuts: Vec<Shortcut>,
    /// Advice for the user, if there is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
}

/// An image of a split that is like another image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Likeness {
    /// The position of the image in its split.
    pub position: usize,
    /// The other image.
    pub like: ImageIndex,
    pub correlation: f64,
}

impl Likeness {
    /// Returns the likeness of a copy.
    pub fn of_copy(copy: CopyPair) -> Self {
        Self { position: copy.position, like: copy.like, correlation: 1.0 }
    }
}

/// A collector of findings.
pub(super) struct FindingCollector<'a> {
    splits: [&'a Samples; 3],
    findings: Vec<Finding>,
}

impl<'a> FindingCollector<'a> {
    /// Returns a collector without findings.
    pub fn new(splits: [&'a Samples; 3]) -> Self {
        Self { splits, findings: Vec::new() }
    }

    /// Adds a finding on single images.
    pub fn images(&mut self, problem: Problem, split: SplitIndex, positions: &[usize]) {
        let matched = |&position: &usize| Match {
            image: self.name(ImageIndex { split, position }),
            like: None,
            correlation: None,
        };
        let images = positions.iter().map(matched).collect();
        self.push(problem, split, images);
    }

    /// Adds a finding on images of a split that are like others.
    pub fn pairs(&mut self, problem: Problem, split: SplitIndex, pairs: &[Likeness]) {
        let matched = |pair: &Likeness| Match {
            image: self.name(ImageIndex { split, position: pair.position }),
            like: Some(self.name(pair.like)),
            correlation: Some(pair.correlation),
        };
        let images = pairs.iter().map(matched).collect();
        self.push(problem, split, images);
    }

    /// Adds a finding on a class of a split.
    pub fn class(&mut self, problem: Problem, split: SplitIndex, class: &str, count: usize) {
        let text = match problem {
            Problem::EveryImage => every_case(SPLITS[split], self.splits[split].noun(), class),
            _ => self.sentence(split, count, &format!("{} `{class}`", problem.words(count))),
        };
        let split = SPLITS[split];
        self.findings.push(Finding { text, ..Finding::new(problem, split) });
    }

    /// Adds a finding on the shortcuts of a class, if there are any.
    pub fn shortcuts(&mut self, shortcuts: Vec<Shortcut>) {
        if shortcuts.is_empty() {
            return;
        }
        let (text, advice) = (shortcuts::sentence(&shortcuts), Some(shortcuts::advice(&shortcuts)));
        self.findings.push(Finding { text, shortcuts, advice, ..Finding::new(Problem::Shortcut, SPLITS[0]) });
    }

    fn push(&mut self, problem: Problem, split: SplitIndex, images: Vec<Match>) {
        if images.is_empty() {
            return;
        }
        let text = self.sentence(split, images.len(), problem.words(images.len()));
        let split = SPLITS[split];
        self.findings.push(Finding { text, images, ..Finding::new(problem, split) });
    }

    fn sentence(&self, split: SplitIndex, count: usize, what: &str) -> String {
        CaseCount { count, split: SPLITS[split], noun: self.splits[split].noun() }.sentence(what)
    }

    fn name(&self, ImageIndex { split, position }: ImageIndex) -> ImageName {
        let file = self.splits[split].file(position).map(str::to_owned);
        ImageName { split: SPLITS[split], position, file }
    }

    /// Returns all findings, the worst first.
    pub fn sorted(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| finding.problem);
        self.findings
    }
}

impl Finding {
    fn new(problem: Problem, split: &'static str) -> Self {
        Self { problem, split, text: String::new(), images: Vec::new(), shortcuts: Vec::new(), advice: None }
    }
}

impl Problem {
    /// Returns the words for `count` images.
    fn words(self, count: usize) -> &'static str {
        match (self, count) {
            (Problem::AlsoInTrain, _) => ALSO_IN_TRAIN,
            (Problem::AlsoInVal, _) => ALSO_IN_VAL,
            (Problem::OtherLabel, 1) => "that is elsewhere under another label",
            (Problem::OtherLabel, _) => "that are elsewhere under another label",
            (Problem::NearlyInTrain, 1) => "looks like one in train",
            (Problem::NearlyInTrain, _) => "look like one in train",
            (Problem::NearlyInVal, 1) => "looks like one in val",
            (Problem::NearlyInVal, _) => "look like one in val",
            (Problem::Blank, _) => "without content: all pixels are equal",
            (Problem::Repeated, _) => REPEATED,
            (Problem::NearlyRepeated, 1) => "looks like an earlier one of the split",
            (Problem::NearlyRepeated, _) => "look like an earlier one of the split",
            (Problem::MissingClass | Problem::EveryImage | Problem::FewImages | Problem::Shortcut, _) => {
                "of class"
            }
        }
    }
}

impl std::fmt::Display for ImageName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.file {
            Some(file) => f.write_str(file),
            None => write!(f, "{} {}", self.split, self.position),
        }
    }
}
