//! The profile of a run's development images: what new images are compared with.
//!
//! It holds no image: the distribution of the training images' features and of a few statistics such as
//! brightness, the probabilities of the validation images' true classes, and a hash of each development
//! image.

mod class_gaussians;
mod file;
mod novelty;
mod shift;

pub use class_gaussians::{ClassGaussians, ClassedRows};
pub use novelty::{Novelty, NoveltyScale};
pub use shift::{Shift, StatisticProfile};

use crate::evaluate::{EvaluateError, Labels, Scores, TrueProbabilities};
use crate::model::{Model, Scorer};
use std::collections::BTreeSet;
use zodarts_data::{Samples, Task};

/// The development images in numbers, with which new images are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The scale of novelties.
    pub novelty: NoveltyScale,
    /// The probabilities of the validation images' true classes.
    pub truths: TrueProbabilities,
    /// The hashes of the development images, or volumes.
    pub seen: BTreeSet<u64>,
    /// The distributions of the training images' statistics.
    pub statistics: Vec<StatisticProfile>,
}

impl Profile {
    /// The name of its file in a run folder.
    pub const FILE: &str = "profile.safetensors";

    /// Returns the profile of training and validation images for a network, which must be calibrated already.
    ///
    /// # Errors
    /// Returns an error if there is no training or no validation image, or a score is not a finite number.
    pub fn of(model: &Model, train: &Samples, val: &Samples) -> Result<Self, EvaluateError> {
        let info = &model.card.dataset;
        let mut scorer = Scorer::new(model.network.clone(), &model.card);
        let (_, training) = scorer.observe(&model.weights, &model.statistics, train)?;
        let (scores, validation) = scorer.observe(&model.weights, &model.statistics, val)?;
        let truths = TrueProbabilities::of(&scores, &Labels::of(val)?, info.task, &info.classes)?;
        let several = info.task == Task::MultiLabel;
        let class = |position| if several { 0 } else { usize::from(train.labels(position)[0]) };
        let classes: Vec<usize> = (0..train.len()).map(class).collect();
        let width = training.len() / train.len();
        let training = ClassedRows { rows: &training, width, classes: &classes };
        let novelty = NoveltyScale::fit(training, &validation, val.slices());
        let seen = [train, val].into_iter().flat_map(Samples::short_hashes).collect();
        Ok(Self { novelty, truths, seen, statistics: StatisticProfile::of(train) })
    }

    /// Returns how images differ from the training images in statistics of single images, the largest
    /// difference first.
    ///
    /// # Panics
    /// If there is no image.
    pub fn shifts(&self, samples: &Samples) -> Vec<Shift> {
        shift::shifts(&self.statistics, samples)
    }

    /// Returns the scores of images or volumes as [`Model::scores`] does, and their novelties.
    ///
    /// # Errors
    /// Returns an error if there is no image, or a score is not a finite number.
    pub fn observe(&self, model: &Model, samples: &Samples) -> Result<(Scores, Vec<Novelty>), EvaluateError> {
        let mut scorer = Scorer::new(model.network.clone(), &model.card);
        let (scores, features) = scorer.observe(&model.weights, &model.statistics, samples)?;
        Ok((scores, self.novelty.novelties(&features, samples.slices())))
    }
}
