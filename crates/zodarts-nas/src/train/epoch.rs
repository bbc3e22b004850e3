//! One epoch of training.

use super::TrainInput;
use super::memory::batch_size;
use crate::diagnosis::of_training;
use crate::error::Error;
use crate::observer::{Event, Observer, Stage, Step};
use crate::records::TrainRecord;
use crate::times::Times;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Instant;
use zodarts_data::rng::{epoch_order, stream};
use zodarts_data::{Augmentation, Batch, Prefetched, prefetch};
use zodarts_kernels::Kernels;
use zodarts_nn::executor::{BatchView, Executor, GradientTargets, Parameters};
use zodarts_nn::graph::Network;
use zodarts_nn::init::{constants, initial_values};
use zodarts_nn::loss::Loss;
use zodarts_nn::optim::{Sgd, SgdState};

/// Momentum of running statistics, `PyTorch`'s default.
const STATISTICS_MOMENTUM: f64 = 0.1;

/// All that training carries from epoch to epoch.
#[derive(Clone)]
pub struct TrainState {
    pub weights: Vec<f32>,
    pub statistics: Vec<f32>,
    pub sgd: SgdState,
}

impl TrainState {
    pub fn new(network: &Network, seed: u64) -> Self {
        let weights = initial_values(&network.weights, &mut stream(seed, "train-weights", 0));
        Self { sgd: SgdState::new(weights.len()), weights, statistics: constants(&network.statistics) }
    }
}

/// Runs epochs and keeps their buffers.
pub struct EpochRunner<'a> {
    input: TrainInput<'a>,
    batch_size: usize,
    augmentation: Augmentation,
    sgd: Sgd,
    loss: Loss,
    executor: Executor<f32>,
    gradient: Vec<f32>,
}

/// A batch of an epoch, and the words drawn for the augmentation up to it.
#[derive(Debug, Default)]
struct Images {
    batch: Batch,
    drawn: u64,
}

/// Which epoch it is, of how many.
#[derive(Clone, Copy, Debug)]
struct Course {
    epoch: usize,
    epochs: usize,
    steps: usize,
    learning_rate: f64,
}

/// An epoch between two of its steps: what it takes along beside the state.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Begun {
    /// Steps done.
    steps: usize,
    totals: Totals,
    /// Words drawn for the augmentation.
    augmented: u64,
    #[serde(flatten)]
    times: Times,
}

/// How an epoch ended.
#[derive(Debug)]
pub enum Ended {
    /// It is done.
    Whole(TrainRecord),
    /// The deadline cut it short.
    OutOfTime,
    /// Somebody asked for it.
    Left(Begun),
}

/// Sums over the batches of an epoch.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Totals {
    loss: f64,
    correct: f64,
    images: usize,
}

impl<'a> EpochRunner<'a> {
    pub fn new(input: &TrainInput<'a>, network: Arc<Network>, loss: Loss) -> Self {
        let settings = input.settings;
        Self {
            input: *input,
            batch_size: batch_size(input.info, input.train.len(), settings),
            augmentation: settings.augmentation(input.info.height),
            sgd: settings.sgd(),
            loss,
            gradient: vec![0.0; network.weights.len()],
            executor: Executor::with_kernels(network, Kernels::detect(), settings.convolutions),
        }
    }

    /// Epoch number `epoch` of `epochs`, or what is left of it, at `factor` times the learning rate of the schedule.
    pub fn run(
        &mut self,
        state: &mut TrainState,
        (epoch, epochs): (usize, usize),
        factor: f64,
        begun: Begun,
        observer: &mut dyn Observer,
    ) -> Result<Ended, Error> {
        let seed = self.input.seed;
        let order = epoch_order(self.input.train.len(), &mut stream(seed, "train-order", epoch as u64));
        let mut augment = stream(seed, "train-augment", epoch as u64);
        augment.set_word_pos(begun.augmented.into());
        let mut batches = order.chunks(self.batch_size).skip(begun.steps);
        let (augmentation, samples) = (self.augmentation, self.input.train);
        let make = |images: &mut Images| {
            let Some(positions) = batches.next() else { return false };
            augmentation.batch(samples, positions, &mut augment, &mut images.batch);
            images.drawn = augment.get_word_pos() as u64;
            true
        };
        let learning_rate = factor * self.input.settings.schedule(epochs).learning_rate(epoch);
        let steps = order.len().div_ceil(self.batch_size);
        let course = Course { epoch, epochs, steps, learning_rate };
        prefetch(make, |images| self.steps(state, course, begun, images, observer))
    }

    /// The steps that there are images for.
    fn steps(
        &mut self,
        state: &mut TrainState,
        course: Course,
        begun: Begun,
        images: &mut Prefetched<Images>,
        observer: &mut dyn Observer,
    ) -> Result<Ended, Error> {
        let start = Instant::now();
        let Course { epoch, epochs, steps, learning_rate } = course;
        let Begun { steps: mut done, mut totals, .. } = begun;
        let times = |images: &Prefetched<Images>| begun.times.later(start.elapsed(), images.waited());
        while let Some(taken) = images.next() {
            if self.input.deadline.passed() {
                return Ok(Ended::OutOfTime);
            }
            let loss = self.step(state, &taken.batch, learning_rate, &mut totals);
            if !loss.is_finite() || self.gradient.iter().any(|value| !value.is_finite()) {
                let layout = &self.executor.network().weights;
                let diagnosis = of_training(loss, layout, &state.weights, &self.gradient);
                return Err(Error::Diverged { stage: "training", epoch, diagnosis });
            }
            done += 1;
            observer.event(Event::Step(totals.step((epoch, epochs), (done, steps))));
            let augmented = taken.drawn;
            if done < steps && observer.stop_requested() {
                return Ok(Ended::Left(Begun { steps: done, totals, augmented, times: times(images) }));
            }
        }
        let Times { seconds, waiting } = times(images);
        Ok(Ended::Whole(TrainRecord {
            epoch,
            epochs,
            learning_rate,
            train_loss: totals.loss / totals.images as f64,
            train_acc: totals.correct / totals.images as f64,
            val_loss: f64::NAN,
            val_acc: f64::NAN,
            val_auc: None,
            selected: false,
            seconds,
            seconds_waiting: waiting,
        }))
    }

    fn step(
        &mut self,
        state: &mut TrainState,
        batch: &Batch,
        learning_rate: f64,
        totals: &mut Totals,
    ) -> f64 {
        let view = BatchView { images: &batch.images, targets: &batch.targets, count: batch.n };
        let parameters = Parameters { weights: &state.weights, mixture: None };
        let targets = GradientTargets { weights: Some(&mut self.gradient), mixture: None };
        let outcome = self.executor.pass(parameters, &self.loss, view, targets);
        self.executor.update_statistics(&mut state.statistics, STATISTICS_MOMENTUM);
        self.sgd.step(&mut state.sgd, &mut state.weights, &self.gradient, learning_rate);
        totals.loss += outcome.loss * outcome.images as f64;
        totals.correct += outcome.correct;
        // A checkpoint may claim any number.
        totals.images = totals.images.saturating_add(outcome.images);
        outcome.loss
    }
}

impl Totals {
    fn step(&self, (epoch, epochs): (usize, usize), (step, steps): (usize, usize)) -> Step {
        Step {
            stage: Stage::Train,
            epoch,
            epochs,
            step,
            steps,
            loss: self.loss / self.images as f64,
            accuracy: self.correct / self.images as f64,
            live_operations: None,
        }
    }
}
