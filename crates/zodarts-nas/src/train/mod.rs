//! The training of a discrete network, or of `ResNet-18`.

mod averaging;
mod best;
mod class_weights;
mod epoch_scorer;
mod first_batch;
mod memory;
mod stage;
mod state;

pub use first_batch::first_batch;
pub use memory::{batch_size, check_memory};

use crate::error::Error;
use crate::genotype::Genotype;
use crate::memory::Memory;
use crate::model::{Model, ModelCard, loss_kind};
use crate::observer::Observer;
use crate::protocol::Protocol;
use crate::settings::{Architecture, Checked, TrainSettings};
use crate::stage::store::Store;
use crate::stage::{Deadline, Limits, Stage, drive};
use stage::TrainStage;
use state::TrainState;
use std::sync::Arc;
use zodarts_data::{DatasetInfo, Samples};
use zodarts_nn::loss::Loss;
use zodarts_nn::networks::RESNET_WIDTH;

/// The inputs of a training.
#[derive(Clone, Copy, Debug)]
pub struct TrainInput<'a> {
    /// The data set.
    pub info: &'a DatasetInfo,
    /// The images to train on.
    pub train: &'a Samples,
    /// The images on which the epoch is chosen: the validation images, or under protocol `paper` the test
    /// images.
    pub val: &'a Samples,
    /// The protocol of scoring and of choosing the epoch.
    pub protocol: Protocol,
    /// The genotype; ignored for `ResNet-18`.
    pub genotype: Option<Genotype>,
    /// The settings.
    pub settings: Checked<&'a TrainSettings>,
    /// Seed of the run.
    pub seed: u64,
    /// The time by which the training must be done.
    pub deadline: Deadline,
    /// The memory that the training may use.
    pub memory: Memory,
    /// The store of records and checkpoints; `None` keeps nothing.
    pub store: Option<&'a dyn Store>,
}

/// The result of a training.
#[derive(Clone, Debug)]
pub struct TrainOutcome {
    /// The network with the weights that were kept.
    pub model: Model,
    /// The epoch, from 0, whose weights were kept.
    pub selected_epoch: usize,
    /// Validation ACC of that epoch.
    pub val_acc: f64,
    /// Validation AUC of that epoch.
    pub val_auc: Option<f64>,
    /// Number of epochs done.
    pub epochs: usize,
    /// Seconds of the training.
    pub seconds: f64,
}

/// Trains a network from scratch.
///
/// # Errors
/// Returns an error if there are too few images, they do not fit in memory, the genotype does not describe a
/// network, the loss diverges, the observer asks for a stop, or the store fails.
pub fn train(input: TrainInput<'_>, observer: &mut dyn Observer) -> Result<TrainOutcome, Error> {
    check(&input)?;
    check_memory(input.info, input.train.len(), &input.settings, input.genotype, input.memory)?;
    let card = card(input.info, &input.settings, input.genotype)?;
    let network = Arc::new(card.network()?);
    let mut stage = TrainStage::new(&input, &card, &network, loss(&input))?;
    let limits = Limits { epochs: input.settings.epochs, deadline: input.deadline, store: input.store };
    let driven = drive(
        &mut stage,
        TrainState::new(&network, input.seed, input.settings.averaging > 0.0),
        limits,
        observer,
    )?;
    let seconds = driven.seconds();
    let best = stage.best.ok_or(Error::OutOfTime { stage: TrainStage::TITLE })?;
    Ok(TrainOutcome {
        model: Model { card, network, weights: best.weights, statistics: best.statistics },
        selected_epoch: best.epoch,
        val_acc: best.point.acc,
        val_auc: best.point.auc,
        epochs: driven.done,
        seconds,
    })
}

fn check(input: &TrainInput<'_>) -> Result<(), Error> {
    for (what, samples, needed) in [("training", input.train, 2), ("validation", input.val, 1)] {
        if samples.len() < needed {
            let dataset = input.info.name.clone();
            return Err(Error::TooFewImages { what, needed, found: samples.len(), dataset });
        }
    }
    Ok(())
}

fn card(
    info: &DatasetInfo,
    settings: &TrainSettings,
    genotype: Option<Genotype>,
) -> Result<ModelCard, Error> {
    let searched = settings.architecture == Architecture::Genotype;
    if searched && genotype.is_none() {
        return Err(Error::NoGenotype);
    }
    Ok(ModelCard {
        format: ModelCard::FORMAT,
        architecture: settings.architecture,
        genotype: genotype.filter(|_| searched),
        channels: if searched { settings.channels } else { RESNET_WIDTH },
        cells: if searched { settings.cells } else { 0 },
        input_size: settings.images().side(info.height),
        standardise: settings.standardise,
        dataset: info.clone(),
        threshold: None,
        label_thresholds: None,
        sets: None,
    })
}

fn loss(input: &TrainInput<'_>) -> Loss {
    Loss {
        smoothing: input.settings.label_smoothing,
        class_weights: class_weights::weights(input.settings.class_weights, input.info.task, input.train),
        ..Loss::new(loss_kind(input.info.task))
    }
}
