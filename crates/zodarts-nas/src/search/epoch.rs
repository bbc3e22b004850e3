//! One epoch of search.

use super::batches::{Batches, RoundImages};
use super::memory::workers;
use super::rounds::rounds;
use super::settled::Settled;
use super::{SearchInput, SearchState};
use crate::bilevel::{BilevelProblem, Evaluation};
use crate::diagnosis::{is_broken, of_search};
use crate::error::Error;
use crate::genotype::Genotype;
use crate::methods::{Method, Round, RoundReport, combined};
use crate::observer::{Event, Observer, Stage, Step};
use crate::records::SearchRecord;
use crate::supernet_problem::SupernetProblem;
use crate::times::Times;
use serde::{Deserialize, Serialize};
use std::time::Instant;
use zodarts_data::rng::stream;
use zodarts_data::{Prefetched, Samples, prefetch};
use zodarts_nn::executor::Executor;

/// Runs epochs and keeps their buffers.
pub struct EpochRunner<'a> {
    input: SearchInput<'a>,
    batches: Batches<'a>,
    method: Box<dyn Method<SupernetProblem>>,
    workers: Vec<Executor<f32>>,
}

/// An epoch between two of its rounds: what it takes along beside the state.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Begun {
    totals: Totals,
    settled: Settled,
    /// Words drawn for the augmentation.
    augmented: u64,
    /// Words drawn for directions.
    directed: u64,
    #[serde(flatten)]
    times: Times,
}

/// Which epoch it is, of how many.
#[derive(Clone, Copy, Debug)]
struct Course {
    epoch: usize,
    epochs: usize,
    learning_rate: f64,
}

impl Begun {
    /// An epoch at its beginning, after one that left `settled`.
    pub fn after(settled: Settled) -> Self {
        let (totals, times) = (Totals::default(), Times::default());
        let mut begun = Self { totals, settled, augmented: 0, directed: 0, times };
        begun.settled.begin();
        begun
    }
}

/// How an epoch ended.
#[derive(Debug)]
pub enum Ended {
    /// It is done.
    Whole(Box<SearchRecord>, Settled),
    /// The deadline cut it short.
    OutOfTime,
    /// Somebody asked for it.
    Left(Begun),
}

/// Sums over the rounds of an epoch.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
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
        self.passes = self.passes.saturating_add(report.passes);
        self.norms += report.hypergradient_norm;
        self.rounds += 1;
    }
}

impl<'a> EpochRunner<'a> {
    pub fn new(
        problem: &SupernetProblem,
        input: &SearchInput<'a>,
        halves: (&'a Samples, &'a Samples),
    ) -> Self {
        let settings = input.settings;
        let method = settings.method.build::<SupernetProblem>(&settings.method_settings());
        let batches = Batches::new(input, halves);
        let workers = workers(settings.chains, method.workers(), batches.largest());
        let workers = (0..workers).map(|_| problem.worker()).collect();
        Self { input: *input, batches, method, workers }
    }

    /// Epoch number `epoch` of `epochs`, or what is left of it, at `factor` times the learning rate of the schedule.
    pub fn run(
        &mut self,
        problem: &SupernetProblem,
        state: &mut SearchState,
        (epoch, epochs): (usize, usize),
        factor: f64,
        begun: Begun,
        observer: &mut dyn Observer,
    ) -> Result<Ended, Error> {
        let batches = self.batches.clone();
        let rounds = rounds(batches.steps(), self.method.steps_per_round()).enumerate();
        let rounds = rounds.skip(begun.totals.rounds);
        let make = batches.of_rounds((epoch, begun.augmented), rounds, self.method.validation_batches());
        let learning_rate = factor * self.input.settings.schedule(epochs).learning_rate(epoch);
        let course = Course { epoch, epochs, learning_rate };
        prefetch(make, |images| self.rounds(problem, state, course, begun, images, observer))
    }

    /// The rounds that there are images for.
    fn rounds(
        &mut self,
        problem: &SupernetProblem,
        state: &mut SearchState,
        course: Course,
        begun: Begun,
        images: &mut Prefetched<RoundImages>,
        observer: &mut dyn Observer,
    ) -> Result<Ended, Error> {
        let start = Instant::now();
        let Course { epoch, learning_rate, .. } = course;
        let steps = self.batches.steps();
        let mut directions = stream(self.input.seed, "search-directions", epoch as u64);
        directions.set_word_pos(begun.directed.into());
        let Begun { mut totals, mut settled, .. } = begun;
        let times = |images: &Prefetched<RoundImages>| begun.times.later(start.elapsed(), images.waited());
        while let Some(taken) = images.next() {
            if self.input.deadline.passed() {
                return Ok(Ended::OutOfTime);
            }
            let mut round = Round {
                training: &taken.training,
                validation: &taken.validation,
                learning_rate,
                temperature: problem.temperature,
                directions: &mut directions,
            };
            let report = self.method.round(problem, &mut self.workers, state, &mut round);
            let (loss, SearchState { chain, alpha, .. }) = (report.training.loss, &*state);
            if is_broken(loss, report.hypergradient_norm, chain, alpha) {
                let diagnosis = of_search(loss, &problem.network().weights, chain, alpha);
                return Err(Error::Diverged { stage: "search", epoch, diagnosis });
            }
            let mixing = (problem.mixing(), problem.temperature);
            settled.watch(problem.network(), mixing, &state.alpha, &report);
            totals.add(&report);
            let (done, augmented) = (taken.steps, taken.drawn);
            observer.event(Event::Step(self.step(&totals, course, (done, steps))));
            if done < steps && observer.stop_requested() {
                let directed = directions.get_word_pos() as u64;
                return Ok(Ended::Left(Begun { totals, settled, augmented, directed, times: times(images) }));
            }
        }
        let record = self.record(problem, state, &totals, course, times(images));
        Ok(Ended::Whole(Box::new(record), settled))
    }

    /// A worker, and the batches to measure on.
    pub fn bench(&mut self) -> (&mut Executor<f32>, &Batches<'a>) {
        (&mut self.workers[0], &self.batches)
    }

    fn step(&self, totals: &Totals, course: Course, (step, steps): (usize, usize)) -> Step {
        let Course { epoch, epochs, .. } = course;
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
        course: Course,
        times: Times,
    ) -> SearchRecord {
        let Course { epoch, epochs, learning_rate } = course;
        SearchRecord {
            epoch,
            epochs,
            temperature: problem.temperature,
            learning_rate,
            train_loss: totals.training.loss,
            train_acc: share(totals.training),
            val_loss: totals.validation.loss,
            val_acc: share(totals.validation),
            p: problem.mixing().mixture(&state.alpha, problem.temperature),
            live_operations: self.live_operations(),
            hypergradient_norm: totals.norms / totals.rounds.max(1) as f64,
            passes: totals.passes,
            genotype: Genotype::argmax(&state.alpha),
            seconds: times.seconds,
            seconds_waiting: times.waiting,
        }
    }
}

/// Share of the images classified correctly.
pub fn share(evaluation: Evaluation) -> f64 {
    evaluation.correct / evaluation.images.max(1) as f64
}
