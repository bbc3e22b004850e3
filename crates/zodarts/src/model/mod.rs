//! A trained network with all it takes to use it.

mod file;

pub use file::ModelError;

use crate::evaluate::{EvaluateError, Scores};
use crate::genotype::Genotype;
use crate::settings::{Architecture, MAX_ACTIVATION};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zodarts_data::{Augmentation, Batch, DatasetInfo, Samples, Task};
use zodarts_nn::count::Cost;
use zodarts_nn::executor::{BatchView, Executor, Point};
use zodarts_nn::graph::{Network, Shape};
use zodarts_nn::loss::{Loss, LossKind};
use zodarts_nn::networks::{MacroShape, RESNET_WIDTH, discrete, resnet18};

/// Images scored at a time; predictions do not depend on it.
const BATCH: usize = 64;

/// What a network is, without its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Version of this description.
    pub format: u32,
    /// The kind of network.
    pub architecture: Architecture,
    /// The operations of its cells; none for `ResNet-18`.
    pub genotype: Option<Genotype>,
    /// Channels of the first stage.
    pub channels: usize,
    /// Cells of each stage; 0 for `ResNet-18`.
    pub cells: usize,
    /// Side to which images are resized.
    pub input_size: usize,
    /// The data it was trained on.
    pub dataset: DatasetInfo,
}

/// A network, its weights and its running statistics.
#[derive(Clone, Debug)]
pub struct Model {
    /// What it is.
    pub card: ModelCard,
    /// The graph.
    pub network: Arc<Network>,
    /// The flat weights.
    pub weights: Vec<f32>,
    /// The flat running statistics.
    pub statistics: Vec<f32>,
}

impl ModelCard {
    /// Version of the description this code writes and reads.
    pub const FORMAT: u32 = 1;

    /// Builds the network.
    ///
    /// # Errors
    /// If sizes are out of range or the genotype is missing or has no path.
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

/// The loss that suits a task.
pub fn loss_kind(task: Task) -> LossKind {
    match task {
        Task::MultiLabel => LossKind::Binary,
        Task::BinaryClass | Task::MultiClass | Task::OrdinalRegression => LossKind::CrossEntropy,
    }
}

impl Model {
    /// Parameters and multiply-accumulates.
    pub fn cost(&self) -> Cost {
        self.network.cost()
    }

    /// Scores of all images, under running statistics and without augmentation.
    ///
    /// # Errors
    /// If there is no image, or a score is not a finite number.
    pub fn scores(&self, samples: &Samples) -> Result<Scores, EvaluateError> {
        let mut scorer = Scorer::new(self.network.clone(), &self.card);
        Ok(scorer.score(&self.weights, &self.statistics, samples)?.scores)
    }

    /// Scores of `count` images given as `channels × side × side` values in [0, 1]: one row of scores each.
    ///
    /// # Errors
    /// If a score is not a finite number.
    ///
    /// # Panics
    /// If there is no image, or the images have another size.
    pub fn score_images(&self, images: &[f32], count: usize) -> Result<Scores, EvaluateError> {
        let mut executor = Executor::new(self.network.clone());
        let point = Point { weights: &self.weights, mixture: None };
        let logits = executor.predict(point, &self.statistics, BatchView { images, targets: &[], count });
        let loss = Loss::new(loss_kind(self.card.dataset.task));
        let mut scores = vec![0.0; logits.len()];
        let classes = self.network.classes;
        for (logits, scores) in logits.chunks_exact(classes).zip(scores.chunks_exact_mut(classes)) {
            loss.scores(logits, scores);
        }
        Scores::new(count, classes, scores)
    }
}

/// Scores of some images, and how far they are from the truth.
#[derive(Clone, Debug)]
pub struct Scored {
    /// One row an image.
    pub scores: Scores,
    /// Mean loss, without label smoothing or class weights.
    pub loss: f64,
}

/// Scores images again and again as weights change.
#[derive(Debug)]
pub struct Scorer {
    executor: Executor<f32>,
    images: Augmentation,
    loss: Loss,
    batch: Batch,
}

impl Scorer {
    /// A scorer for a network.
    pub fn new(network: Arc<Network>, card: &ModelCard) -> Self {
        Self {
            executor: Executor::new(network),
            images: Augmentation::none(card.input_size),
            loss: Loss::new(loss_kind(card.dataset.task)),
            batch: Batch::new(),
        }
    }

    /// Scores all images under given weights and running statistics.
    ///
    /// # Errors
    /// If there is no image, or a score is not a finite number.
    pub fn score(
        &mut self,
        weights: &[f32],
        statistics: &[f32],
        samples: &Samples,
    ) -> Result<Scored, EvaluateError> {
        let classes = self.executor.network().classes;
        let positions: Vec<usize> = (0..samples.len()).collect();
        let mut values = vec![0.0; samples.len() * classes];
        let (mut total, mut unwanted) = (0.0, vec![0.0; classes]);
        // Nothing is drawn without augmentation; the generator is only asked for by the signature.
        let mut unused = ChaCha8Rng::seed_from_u64(0);
        for (chunk, scores) in positions.chunks(BATCH).zip(values.chunks_mut(BATCH * classes)) {
            self.images.batch(samples, chunk, &mut unused, &mut self.batch);
            let batch = BatchView { images: &self.batch.images, targets: &[], count: self.batch.n };
            let logits = self.executor.predict(Point { weights, mixture: None }, statistics, batch);
            let rows = logits.chunks_exact(classes).zip(self.batch.targets.chunks_exact(classes));
            for ((logits, targets), scores) in rows.zip(scores.chunks_exact_mut(classes)) {
                self.loss.scores(logits, scores);
                total += self.loss.image(logits, targets, &mut unwanted);
            }
        }
        let scores = Scores::new(samples.len(), classes, values)?;
        Ok(Scored { scores, loss: total / samples.len() as f64 })
    }
}
