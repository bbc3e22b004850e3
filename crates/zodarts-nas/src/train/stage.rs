//! The stage that trains a network.

use super::TrainInput;
use super::averaging::{EpochWeights, StatisticsPass, average};
use super::best::{Best, improves, keeps_last};
use super::epoch_scorer::EpochScorer;
use super::first_batch::STREAMS;
use super::memory::batch_size;
use super::state::TrainState;
use crate::diagnosis::{of_scores, of_training};
use crate::error::Error;
use crate::evaluate::{Labels, score};
use crate::files::FileError;
use crate::model::ModelCard;
use crate::observer::{Event, Observer, StageKind, Step};
use crate::records::TrainRecord;
use crate::stage::store::{Checkpoint, Restored};
use crate::stage::{EpochEnd, EpochPlan, PartialEpoch, Stage, run_steps};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zodarts_data::rng::{epoch_order, stream};
use zodarts_data::{Augmentation, Batch};
use zodarts_kernels::Kernels;
use zodarts_nn::executor::{BatchView, Executor, GradientTargets, Parameters};
use zodarts_nn::graph::Network;
use zodarts_nn::loss::Loss;
use zodarts_nn::optim::Sgd;

/// Momentum of running statistics, as in `PyTorch` by default.
const STATISTICS_MOMENTUM: f64 = 0.1;

/// Computes the epochs of a training and owns their buffers.
pub struct TrainStage<'a> {
    input: TrainInput<'a>,
    batch_size: usize,
    augmentation: Augmentation,
    sgd: Sgd,
    loss: Loss,
    executor: Executor<f32>,
    gradient: Vec<f32>,
    scorer: EpochScorer,
    statistics_pass: StatisticsPass<'a>,
    labels: Labels,
    /// The best epoch so far.
    pub best: Option<Best>,
}

/// A batch of an epoch, and the number of random words drawn for the augmentation up to it.
#[derive(Debug, Default)]
struct Images {
    batch: Batch,
    drawn: u64,
}

/// The part of an epoch that is carried from step to step.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct TrainPart {
    /// Number of steps done.
    steps: usize,
    totals: Totals,
    /// Number of random words drawn for the augmentation.
    augmented: u64,
}

/// Sums over the batches of an epoch.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Totals {
    loss: f64,
    correct: f64,
    images: usize,
}

/// The values that the steps of an epoch share.
struct Epoch<'e> {
    plan: &'e EpochPlan,
    learning_rate: f64,
    steps: usize,
    state: &'e mut TrainState,
}

impl Stage for TrainStage<'_> {
    const KIND: StageKind = StageKind::Train;
    const NAME: &'static str = "train";
    const TITLE: &'static str = "training";
    type State = TrainState;
    type Part = TrainPart;
    type Record = TrainRecord;

    fn epoch(
        &mut self,
        plan: &EpochPlan,
        state: &mut TrainState,
        from: Option<PartialEpoch<TrainPart>>,
        observer: &mut dyn Observer,
    ) -> Result<EpochEnd<TrainRecord, TrainPart>, Error> {
        let from = from.unwrap_or_default();
        let TrainInput { train: samples, seed, deadline, settings, .. } = self.input;
        let order = epoch_order(samples.len(), &mut stream(seed, STREAMS[0], plan.epoch as u64));
        let mut augment = stream(seed, STREAMS[1], plan.epoch as u64);
        augment.set_word_pos(from.part.augmented.into());
        let mut batches = order.chunks(self.batch_size).skip(from.part.steps);
        let augmentation = self.augmentation;
        let make = |images: &mut Images| {
            let Some(positions) = batches.next() else { return false };
            augmentation.batch(samples, positions, &mut augment, &mut images.batch);
            images.drawn = augment.get_word_pos() as u64;
            true
        };
        let learning_rate = plan.learning_rate(&settings.schedule(plan.epochs));
        let steps = order.len().div_ceil(self.batch_size);
        let mut epoch = Epoch { plan, learning_rate, steps, state: &mut *state };
        let step = |part: &mut TrainPart, images: &Images| self.step(&mut epoch, part, images);
        let end = run_steps(from, deadline, make, observer, step)?;
        end.try_map(|whole| self.scored(plan, state, unscored(plan, learning_rate, &whole)))
    }

    fn announce(&self, record: &TrainRecord, _: &TrainState, observer: &mut dyn Observer) {
        observer.event(Event::TrainEpoch(record));
    }

    fn is_over(&self, next: &EpochPlan, observer: &mut dyn Observer) -> bool {
        let patience = self.input.settings.patience;
        let out_of_patience = |best: &&Best| next.epoch - 1 - best.epoch >= patience;
        let may_stop = patience > 0 && next.epoch < next.epochs;
        let Some(best) = self.best.as_ref().filter(|_| may_stop).filter(out_of_patience) else {
            return false;
        };
        let epoch = best.epoch + 1;
        observer.event(Event::Note(format!("stops early: no better validation result since epoch {epoch}")));
        true
    }

    fn save<'s>(&'s self, last: Option<&TrainRecord>, checkpoint: &mut Checkpoint<'s>) {
        // The vectors of the best epoch are in the checkpoint already if it is the last one, but averages are
        // not.
        if last.is_some_and(|record| record.selected) && !self.averages() {
            return;
        }
        if let Some(Best { weights, statistics, .. }) = &self.best {
            checkpoint.vectors.extend([("best_weights", &weights[..]), ("best_statistics", statistics)]);
        }
    }

    fn restore(
        &mut self,
        checkpoint: &mut Restored,
        records: &[TrainRecord],
        good: &TrainState,
    ) -> Result<(), FileError> {
        let selected = records.iter().rfind(|record| record.selected);
        self.best = selected.map(|record| Best::restored(record, checkpoint, good)).transpose()?;
        Ok(())
    }
}

impl<'a> TrainStage<'a> {
    /// Returns the stage before its first epoch.
    ///
    /// # Errors
    /// Returns an error if the validation labels are invalid or the network cannot be built.
    pub fn new(
        input: &TrainInput<'a>,
        card: &ModelCard,
        network: &Arc<Network>,
        loss: Loss,
    ) -> Result<Self, Error> {
        let settings = input.settings;
        let batch_size = batch_size(input.info, input.train.len(), &settings);
        let augmentation = settings.augmentation(input.info.height);
        Ok(Self {
            input: *input,
            batch_size,
            augmentation,
            sgd: settings.sgd(),
            loss,
            executor: Executor::with_kernels(network.clone(), Kernels::detect(), settings.convolutions),
            gradient: vec![0.0; network.weights.len()],
            scorer: EpochScorer::new(input, network.clone(), card)?,
            statistics_pass: StatisticsPass { samples: input.train, form: card.input(), batch_size },
            labels: Labels::of(input.val)?,
            best: None,
        })
    }

    /// Tells if a moving average of the weights is kept.
    fn averages(&self) -> bool {
        self.input.settings.averaging > 0.0
    }

    /// Takes one SGD step.
    fn step(&mut self, epoch: &mut Epoch<'_>, part: &mut TrainPart, images: &Images) -> Result<Step, Error> {
        let loss = self.descend(epoch, &images.batch, part);
        if !loss.is_finite() || self.gradient.iter().any(|value| !value.is_finite()) {
            let layout = &self.executor.network().weights;
            let diagnosis = of_training(loss, layout, &epoch.state.weights, &self.gradient);
            return Err(Error::Diverged { stage: Self::TITLE, epoch: epoch.plan.epoch, diagnosis });
        }
        part.steps += 1;
        part.augmented = images.drawn;
        Ok(Step {
            step: part.steps,
            loss: part.totals.loss / part.totals.images as f64,
            accuracy: part.totals.correct / part.totals.images as f64,
            ..epoch.plan.step(Self::KIND, epoch.steps)
        })
    }

    fn descend(&mut self, epoch: &mut Epoch<'_>, batch: &Batch, part: &mut TrainPart) -> f64 {
        let (state, done) = (&mut *epoch.state, part.steps);
        let view = BatchView { images: &batch.images, targets: &batch.targets, count: batch.n };
        let parameters = Parameters { weights: &state.weights, mixture: None };
        let targets = GradientTargets { weights: Some(&mut self.gradient), mixture: None };
        let outcome = self.executor.pass(parameters, &self.loss, view, targets);
        self.executor.update_statistics(&mut state.statistics, STATISTICS_MOMENTUM);
        self.sgd.step(&mut state.sgd, &mut state.weights, &self.gradient, epoch.learning_rate);
        average(state, self.input.settings.averaging, epoch.plan.epoch * epoch.steps + done + 1);
        let totals = &mut part.totals;
        totals.loss += outcome.loss * outcome.images as f64;
        totals.correct += outcome.correct;
        // A damaged checkpoint may hold any number.
        totals.images = totals.images.saturating_add(outcome.images);
        outcome.loss
    }

    /// Scores an epoch that is done, and keeps its weights if they are the best so far.
    fn scored(
        &mut self,
        plan: &EpochPlan,
        state: &TrainState,
        mut record: TrainRecord,
    ) -> Result<TrainRecord, Error> {
        let (input, epoch) = (&self.input, plan.epoch);
        let given = match &state.averaged {
            None => EpochWeights::of_last_step(state),
            Some(weights) => {
                let statistics = self.statistics_pass.statistics(&mut self.executor, weights);
                EpochWeights { weights, statistics: statistics.into() }
            }
        };
        let diverged = |_| {
            let diagnosis = of_scores(&self.executor.network().weights, &state.weights);
            Error::Diverged { stage: Self::TITLE, epoch, diagnosis }
        };
        let scored = self.scorer.score(&given, input).map_err(diverged)?;
        let point = score(&scored.scores, &self.labels, input.info.task, &input.info.classes)?;
        record.take(scored.loss, &point);
        record.selected = keeps_last(input) && epoch + 1 == plan.epochs
            || improves(input.protocol, self.best.as_ref(), &point);
        if record.selected {
            self.best = Some(Best::new(epoch, point, &given));
        }
        Ok(record)
    }
}

/// Returns the record of an epoch without its validation results.
fn unscored(plan: &EpochPlan, learning_rate: f64, whole: &PartialEpoch<TrainPart>) -> TrainRecord {
    let PartialEpoch { part: TrainPart { totals, .. }, times } = whole;
    TrainRecord {
        epoch: plan.epoch,
        epochs: plan.epochs,
        learning_rate,
        train_loss: totals.loss / totals.images as f64,
        train_acc: totals.correct / totals.images as f64,
        val_loss: f64::NAN,
        val_acc: f64::NAN,
        val_auc: None,
        selected: false,
        seconds: times.seconds,
        seconds_waiting: times.waiting,
    }
}
