//! Trains the weights that all genotypes share.

use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::diagnosis::of_training;
use crate::error::Error;
use crate::files::json_line;
use crate::genotype::Genotype;
use crate::methods::{Chain, combined};
use crate::observer::{Event, Observer, Stage, Step};
use crate::records::RandomWsRecord;
use crate::resume::{Resumed, resume};
use crate::search::batches::{Batches, RoundImages};
use crate::search::epoch::share;
use crate::search::standing::one_hot;
use crate::search::{SearchInput, Stop, first_weights};
use crate::store::Checkpoint;
use crate::supernet_problem::SupernetProblem;
use std::time::Instant;
use zodarts_data::rng::stream;
use zodarts_data::{Batch, Prefetched, prefetch};
use zodarts_nn::executor::Executor;
use zodarts_nn::optim::Sgd;

/// Its records and checkpoints in a run folder.
const STAGE: &str = "random-ws";

/// The weights, and what their training needs.
pub struct SharedWeights<'a> {
    problem: &'a SupernetProblem,
    input: SearchInput<'a>,
    batches: &'a Batches<'a>,
    sgd: Sgd,
    chain: Chain,
    /// Epochs done, and their seconds, before the search was cut short.
    earlier: (usize, f64),
    gradients: Gradients,
}

impl<'a> SharedWeights<'a> {
    /// The weights that every search on this input starts from.
    pub fn new(problem: &'a SupernetProblem, input: SearchInput<'a>, batches: &'a Batches<'a>) -> Self {
        Self {
            problem,
            input,
            batches,
            sgd: input.settings.method_settings().sgd,
            chain: Chain::new(first_weights(problem, &input)),
            earlier: (0, 0.0),
            gradients: Gradients::default(),
        }
    }

    /// The weights as they are.
    pub fn weights(&self) -> &[f32] {
        &self.chain.weights
    }

    /// Seconds of the epochs before the search was cut short.
    pub fn earlier(&self) -> f64 {
        self.earlier.1
    }

    /// Takes up what the folder says; returns the epochs planned there, if there are any.
    fn resume(&mut self, observer: &mut dyn Observer) -> Result<Option<usize>, Error> {
        let resumed: Option<Resumed<RandomWsRecord>> = resume(self.input.store, STAGE, observer)?;
        let Some(Resumed { mut checkpoint, records }) = resumed else { return Ok(None) };
        let count = self.chain.weights.len();
        self.chain.weights = checkpoint.take("weights", count)?;
        self.chain.sgd.momentum_buffer = checkpoint.take("momentum", count)?;
        self.earlier = (records.len(), records.iter().map(|record| record.seconds).sum());
        Ok(records.last().map(|record| record.epochs))
    }

    /// Trains the weights; returns the epochs done, and why it ended.
    pub fn train(
        &mut self,
        worker: &mut Executor<f32>,
        start: Instant,
        observer: &mut dyn Observer,
    ) -> Result<(usize, Stop), Error> {
        let all = self.input.settings.epochs;
        let mut planned = self.resume(observer)?.unwrap_or(all);
        let (mut done, mut stop) = (self.earlier.0, Stop::Finished);
        while done < planned {
            let before = self.chain.clone();
            let Some(record) = self.epoch(worker, (done, planned), observer)? else {
                // What is delivered is what the last record says.
                (self.chain, stop) = (before, Stop::Deadline);
                break;
            };
            done += 1;
            self.keep(&record, done)?;
            if done == 1 {
                planned = self.input.deadline.plan(all, done, start.elapsed());
            }
            if done == 1 && planned < all {
                observer.event(Event::Note(format!("the time limit leaves {planned} epochs of search")));
            }
        }
        if done == 0 { Err(Error::OutOfTime { stage: "search" }) } else { Ok((done, stop)) }
    }

    /// One epoch; `None` if the deadline cut it short.
    fn epoch(
        &mut self,
        worker: &mut Executor<f32>,
        (epoch, epochs): (usize, usize),
        observer: &mut dyn Observer,
    ) -> Result<Option<RandomWsRecord>, Error> {
        // A step of it is a round of one, without a hypergradient.
        let steps = (0..self.batches.steps()).map(|step| (step, step..step + 1));
        let make = self.batches.of_rounds((epoch, 0), steps, 0);
        prefetch(make, |images| self.steps(worker, (epoch, epochs), images, observer))
    }

    /// The steps of an epoch.
    fn steps(
        &mut self,
        worker: &mut Executor<f32>,
        (epoch, epochs): (usize, usize),
        images: &mut Prefetched<RoundImages>,
        observer: &mut dyn Observer,
    ) -> Result<Option<RandomWsRecord>, Error> {
        let start = Instant::now();
        let learning_rate = self.input.settings.schedule(epochs).learning_rate(epoch);
        let mut genotypes = stream(self.input.seed, "random-ws-genotypes", epoch as u64);
        let steps = self.batches.steps();
        let mut total = Evaluation::default();
        while let Some(taken) = images.next() {
            if self.input.deadline.passed() {
                return Ok(None);
            }
            let evaluation =
                self.step(worker, &taken.training[0], Genotype::draw(&mut genotypes), learning_rate);
            if !evaluation.loss.is_finite() {
                let (layout, loss) = (&self.problem.network().weights, evaluation.loss);
                let diagnosis = of_training(loss, layout, &self.chain.weights, &self.gradients.weights);
                return Err(Error::Diverged { stage: "search", epoch, diagnosis });
            }
            total = combined(total, evaluation);
            observer.event(Event::Step(Step {
                stage: Stage::Search,
                epoch,
                epochs,
                step: taken.steps,
                steps,
                loss: total.loss,
                accuracy: share(total),
                live_operations: None,
            }));
            // Its epochs are short: one that is left is begun again.
            if observer.stop_requested() {
                return Err(Error::Interrupted);
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        let (train_loss, train_acc) = (total.loss, share(total));
        Ok(Some(RandomWsRecord {
            epoch,
            epochs,
            learning_rate,
            train_loss,
            train_acc,
            passes: steps,
            seconds,
            seconds_waiting: images.waited().as_secs_f64(),
        }))
    }

    /// One SGD step of the weights, with the operations of one genotype.
    fn step(
        &mut self,
        worker: &mut Executor<f32>,
        batch: &Batch,
        genotype: Genotype,
        learning_rate: f64,
    ) -> Evaluation {
        let problem = self.problem;
        let alpha = one_hot(genotype, problem.temperature);
        let (chain, gradients) = (&mut self.chain, &mut self.gradients);
        let evaluation = problem.evaluate(worker, &chain.weights, &alpha, batch, Want::Weights, gradients);
        self.sgd.step(&mut chain.sgd, &mut chain.weights, &gradients.weights, learning_rate);
        evaluation
    }

    fn keep(&self, record: &RandomWsRecord, done: usize) -> Result<(), Error> {
        let Some(store) = self.input.store else { return Ok(()) };
        store.append_record(STAGE, &json_line(record))?;
        let Chain { weights, sgd } = &self.chain;
        let vectors = vec![("weights", &weights[..]), ("momentum", &sgd.momentum_buffer)];
        let counts = Vec::new();
        let begun = None;
        store.save_checkpoint(&Checkpoint { stage: STAGE, epochs_done: done, counts, vectors, begun })?;
        Ok(())
    }
}
