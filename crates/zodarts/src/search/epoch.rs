//! One epoch of search.

use super::memory::{batch_size, workers};
use super::rounds::rounds;
use super::settled::Settled;
use super::{SearchInput, SearchState};
use crate::bilevel::{BilevelProblem, Evaluation};
use crate::error::Error;
use crate::genotype::Genotype;
use crate::methods::{Method, Round, RoundReport, combined};
use crate::observer::{Event, Observer, Stage, Step};
use crate::run::SearchRecord;
use crate::supernet_problem::SupernetProblem;
use std::time::Instant;
use zodarts_data::rng::{epoch_order, stream};
use zodarts_data::{Augmentation, Batch, Samples};
use zodarts_nn::executor::Executor;

/// Runs epochs and keeps their buffers.
pub struct EpochRunner<'a> {
    input: SearchInput<'a>,
    weights_half: &'a Samples,
    alpha_half: &'a Samples,
    batch_size: usize,
    augmentation: Augmentation,
    method: Box<dyn Method<SupernetProblem>>,
    workers: Vec<Executor<f32>>,
    training: Vec<Batch>,
    validation: Batch,
}

/// Sums over the rounds of an epoch.
#[derive(Default)]
struct Totals {
    training: Evaluation,
    validation: Evaluation,
    passes: usize,
    norms: f64,
    rounds: usize,
}

impl Totals {
    fn add(&mut self, report: &RoundReport) {
        self.training = combined(self.training, report.training);
        self.validation = combined(self.validation, report.validation);
        self.passes += report.passes;
        self.norms += report.hypergradient_norm;
        self.rounds += 1;
    }
}

impl<'a> EpochRunner<'a> {
    pub fn new(
        problem: &SupernetProblem,
        input: &SearchInput<'a>,
        (weights_half, alpha_half): (&'a Samples, &'a Samples),
    ) -> Self {
        let settings = input.settings;
        let method = settings.method.build::<SupernetProblem>(&settings.method_settings());
        let batch_size = batch_size(input.info, input.development.len(), settings);
        let workers = workers(settings.chains, method.workers(), batch_size.min(weights_half.len()));
        let workers = (0..workers).map(|_| problem.worker()).collect();
        Self {
            input: *input,
            weights_half,
            alpha_half,
            batch_size,
            augmentation: settings.images().augmentation(input.info.height),
            method,
            workers,
            training: Vec::new(),
            validation: Batch::new(),
        }
    }

    /// One epoch; `None` if the deadline cut it short.
    pub fn run(
        &mut self,
        problem: &SupernetProblem,
        state: &mut SearchState,
        epoch: usize,
        epochs: usize,
        settled: &mut Settled,
        observer: &mut dyn Observer,
    ) -> Result<Option<SearchRecord>, Error> {
        let start = Instant::now();
        let learning_rate = self.input.settings.schedule(epochs).learning_rate(epoch);
        let order = self.order(self.weights_half, "search-order", epoch);
        let validation_order = self.order(self.alpha_half, "search-validation-order", epoch);
        let steps = order.len().div_ceil(self.batch_size);
        let mut augment = stream(self.input.seed, "search-augment", epoch as u64);
        let mut directions = stream(self.input.seed, "search-directions", epoch as u64);
        let mut totals = Totals::default();
        settled.begin();
        for (index, range) in rounds(steps, self.method.steps_per_round()).enumerate() {
            if self.input.deadline.passed() {
                return Ok(None);
            }
            let done = range.end;
            self.load_training(&order, range, &mut augment);
            self.load_validation(&validation_order, index, &mut augment);
            let mut round = Round {
                training: &self.training,
                validation: &self.validation,
                learning_rate,
                directions: &mut directions,
            };
            let report = self.method.round(problem, &mut self.workers, state, &mut round);
            if !report.training.loss.is_finite() || state.alpha.iter().any(|value| !value.is_finite()) {
                return Err(Error::Diverged { stage: "search", epoch, loss: report.training.loss });
            }
            let mixing = (problem.normaliser(), problem.temperature);
            settled.watch(problem.network(), mixing, &state.alpha, &report);
            totals.add(&report);
            observer.event(Event::Step(self.step(&totals, (epoch, epochs), (done, steps))));
        }
        Ok(Some(self.record(problem, state, &totals, (epoch, epochs), learning_rate, start)))
    }

    /// Side of the network's input.
    pub fn side(&self) -> usize {
        self.augmentation.input_size
    }

    /// A worker, the images to measure on, and how many of them make a batch.
    pub fn bench(&mut self) -> (&mut Executor<f32>, &Samples, usize) {
        (&mut self.workers[0], self.alpha_half, self.batch_size)
    }

    fn order(&self, samples: &Samples, purpose: &str, epoch: usize) -> Vec<usize> {
        epoch_order(samples.len(), &mut stream(self.input.seed, purpose, epoch as u64))
    }

    fn load_training(
        &mut self,
        order: &[usize],
        steps: std::ops::Range<usize>,
        augment: &mut rand_chacha::ChaCha8Rng,
    ) {
        self.training.resize_with(steps.len(), Batch::new);
        for (batch, step) in self.training.iter_mut().zip(steps) {
            let start = step * self.batch_size;
            let positions = &order[start..(start + self.batch_size).min(order.len())];
            self.augmentation.batch(self.weights_half, positions, augment, batch);
        }
    }

    /// Round `index` gets the next batch of the architecture half, which is gone through again if it is short.
    fn load_validation(&mut self, order: &[usize], index: usize, augment: &mut rand_chacha::ChaCha8Rng) {
        let batches = order.len().div_ceil(self.batch_size);
        let start = index % batches * self.batch_size;
        let positions = &order[start..(start + self.batch_size).min(order.len())];
        self.augmentation.batch(self.alpha_half, positions, augment, &mut self.validation);
    }

    fn step(&self, totals: &Totals, (epoch, epochs): (usize, usize), (step, steps): (usize, usize)) -> Step {
        Step {
            stage: Stage::Search,
            epoch,
            epochs,
            step,
            steps,
            loss: totals.training.loss,
            accuracy: share(totals.training),
            live_operations: Some(self.live_operations()),
        }
    }

    fn live_operations(&self) -> usize {
        let main = &self.workers[0];
        main.live().operations(main.network())
    }

    fn record(
        &self,
        problem: &SupernetProblem,
        state: &SearchState,
        totals: &Totals,
        (epoch, epochs): (usize, usize),
        learning_rate: f64,
        start: Instant,
    ) -> SearchRecord {
        SearchRecord {
            epoch,
            epochs,
            temperature: problem.temperature,
            learning_rate,
            train_loss: totals.training.loss,
            train_acc: share(totals.training),
            val_loss: totals.validation.loss,
            val_acc: share(totals.validation),
            p: problem.normaliser().mixture(&state.alpha, problem.temperature),
            live_operations: self.live_operations(),
            hypergradient_norm: totals.norms / totals.rounds.max(1) as f64,
            passes: totals.passes,
            genotype: Genotype::argmax(&state.alpha),
            seconds: start.elapsed().as_secs_f64(),
        }
    }
}

fn share(evaluation: Evaluation) -> f64 {
    evaluation.correct / evaluation.images.max(1) as f64
}
