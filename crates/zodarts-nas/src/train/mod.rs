//! Training of a discrete network, or of `ResNet-18`.

mod class_weights;
mod epoch;
mod judge;
mod memory;
mod progress;

pub use memory::{batch_size, check_memory};

use crate::budget::Deadline;
use crate::diagnosis::of_scores;
use crate::error::Error;
use crate::evaluate::{Labels, Point, score};
use crate::genotype::Genotype;
use crate::memory::Memory;
use crate::model::{Model, ModelCard, loss_kind};
use crate::observer::{Event, Observer, Stage};
use crate::protocol::Protocol;
use crate::resume::{begins_again, rate_factor};
use crate::settings::{Architecture, Selection, TrainSettings};
use crate::store::Store;
use epoch::{Ended, EpochRunner, TrainState};
use judge::{Judge, merit};
use progress::{Best, Progress};
use std::sync::Arc;
use std::time::Instant;
use zodarts_data::{DatasetInfo, Samples};
use zodarts_nn::graph::Network;
use zodarts_nn::loss::Loss;
use zodarts_nn::networks::RESNET_WIDTH;

/// What a training works on.
#[derive(Clone, Copy, Debug)]
pub struct TrainInput<'a> {
    /// The data set.
    pub info: &'a DatasetInfo,
    /// Images to fit.
    pub train: &'a Samples,
    /// Images to choose the epoch by: the validation images, or under protocol `paper` the test images.
    pub val: &'a Samples,
    /// How they are scored, and how the epoch is chosen.
    pub protocol: Protocol,
    /// The architecture; not read for `ResNet-18`.
    pub genotype: Option<Genotype>,
    /// The settings, already validated.
    pub settings: &'a TrainSettings,
    /// Seed of the run.
    pub seed: u64,
    /// When to be done.
    pub deadline: Deadline,
    /// What it may take.
    pub memory: Memory,
    /// Where to keep records and checkpoints.
    pub store: Option<&'a dyn Store>,
}

/// What a training produced.
#[derive(Clone, Debug)]
pub struct TrainOutcome {
    /// The network with the weights that were kept.
    pub model: Model,
    /// The epoch, from 0, they are from.
    pub selected_epoch: usize,
    /// Validation ACC of that epoch.
    pub val_acc: f64,
    /// Validation AUC of that epoch.
    pub val_auc: Option<f64>,
    /// Epochs done.
    pub epochs: usize,
    /// Seconds of training.
    pub seconds: f64,
}

/// Trains a network from scratch.
///
/// # Errors
/// If there are too few images, they do not fit in memory, the genotype makes no network, the loss diverges, the observer asks for an
/// end, or the folder cannot be written.
pub fn train(input: TrainInput<'_>, observer: &mut dyn Observer) -> Result<TrainOutcome, Error> {
    check(&input)?;
    check_memory(input.info, input.train.len(), input.settings, input.genotype, input.memory)?;
    let card = card(input.info, input.settings, input.genotype)?;
    let network = Arc::new(card.network()?);
    let labels = Labels::of(input.val)?;
    let start = Instant::now();
    let mut progress = Progress::begin(&input, &network, observer)?;
    let mut runner = EpochRunner::new(&input, network.clone(), loss(&input));
    let mut judge = Judge::new(&input, network.clone(), &card)?;
    while progress.done < progress.planned {
        if out_of_patience(&input, &progress) {
            let patience = input.settings.patience;
            observer.event(Event::Note(format!("no better validation result for {patience} epochs")));
            break;
        }
        let span = (progress.done, progress.planned);
        let begun = progress.begun.take().unwrap_or_default();
        let factor = rate_factor(progress.halved);
        let ended = runner.run(&mut progress.state, span, factor, begun, observer);
        let ended =
            ended.and_then(|ended| judged(ended, &mut judge, &mut progress, (&input, &network, &labels)));
        let record = match ended {
            Ok(Ended::Whole(record)) => record,
            Ok(Ended::OutOfTime) => break,
            Ok(Ended::Left(begun)) => {
                progress.leave(input.store, &begun)?;
                return Err(Error::Interrupted);
            }
            Err(error @ Error::Diverged { .. }) if !progress.halved => {
                observer.event(begins_again(&error));
                progress.roll_back();
                continue;
            }
            Err(error) => return Err(error),
        };
        progress.keep(input.store, &record)?;
        observer.event(Event::TrainEpoch(&record));
        if observer.stop_requested() {
            return Err(Error::Interrupted);
        }
        if progress.done == 1 {
            progress.planned = input.deadline.plan(input.settings.epochs, 1, start.elapsed());
            if progress.planned < input.settings.epochs {
                let planned = progress.planned;
                observer.event(Event::Note(format!("the time limit leaves {planned} epochs of training")));
            }
        }
    }
    observer.event(Event::StageDone(Stage::Train));
    let Progress { best, done, earlier, .. } = progress;
    let seconds = earlier + start.elapsed().as_secs_f64();
    let best = best.ok_or(Error::OutOfTime { stage: "training" })?;
    Ok(outcome(card, network, best, done, seconds))
}

/// Scores an epoch that is done, and keeps its weights if they are the ones to keep so far.
fn judged(
    mut ended: Ended,
    judge: &mut Judge,
    progress: &mut Progress,
    (input, network, labels): (&TrainInput<'_>, &Network, &Labels),
) -> Result<Ended, Error> {
    let Ended::Whole(record) = &mut ended else { return Ok(ended) };
    let Progress { state, best, done, planned, .. } = progress;
    let epoch = *done;
    let diverged = |_| {
        let diagnosis = of_scores(&network.weights, &state.weights);
        Error::Diverged { stage: "training", epoch, diagnosis }
    };
    let scored = judge.score(state, input).map_err(diverged)?;
    let point = score(&scored.scores, labels, input.info.task, &input.info.classes)?;
    record.take(scored.loss, &point);
    record.selected = keeps_last(input) && epoch + 1 == *planned || improves(input, best.as_ref(), &point);
    if record.selected {
        let (weights, statistics) = (state.weights.clone(), state.statistics.clone());
        *best = Some(Best { epoch, point, weights, statistics });
    }
    Ok(ended)
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
        dataset: info.clone(),
        threshold: None,
    })
}

fn loss(input: &TrainInput<'_>) -> Loss {
    Loss {
        smoothing: input.settings.label_smoothing,
        class_weights: class_weights::weights(input.settings.class_weights, input.info.task, input.train),
        ..Loss::new(loss_kind(input.info.task))
    }
}

/// Whether the last epoch counts, whatever the others were.
fn keeps_last(input: &TrainInput<'_>) -> bool {
    input.protocol == Protocol::Official && input.settings.selection == Selection::Last
}

/// Whether an epoch is at least as good as the best; later epochs win ties.
fn improves(input: &TrainInput<'_>, best: Option<&Best>, point: &Point) -> bool {
    let value = |point: &Point| merit(input.protocol, point);
    best.is_none_or(|best| value(point) >= value(&best.point))
}

fn out_of_patience(input: &TrainInput<'_>, progress: &Progress) -> bool {
    let patience = input.settings.patience;
    patience > 0 && progress.best.as_ref().is_some_and(|best| progress.done - 1 - best.epoch >= patience)
}

fn outcome(card: ModelCard, network: Arc<Network>, best: Best, epochs: usize, seconds: f64) -> TrainOutcome {
    TrainOutcome {
        model: Model { card, network, weights: best.weights, statistics: best.statistics },
        selected_epoch: best.epoch,
        val_acc: best.point.acc,
        val_auc: best.point.auc,
        epochs,
        seconds,
    }
}
