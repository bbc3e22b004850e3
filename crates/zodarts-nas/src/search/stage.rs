//! The stage that searches by a method.

use super::SearchInput;
use super::batches::{Batches, Halves, Position, RoundImages};
use super::early_stop::EarlyStop;
use super::memory::workers;
use super::rounds::rounds;
use super::supernet_accuracy::AlphaHalf;
use crate::bilevel::{BilevelProblem, Evaluation};
use crate::diagnosis::{is_broken, of_search};
use crate::error::Error;
use crate::files::FileError;
use crate::genotype::Genotype;
use crate::methods::{Method, Round, RoundBatches, RoundReport, SearchState, combined};
use crate::observer::{Event, Observer, StageKind, Step};
use crate::records::SearchRecord;
use crate::stage::store::{Checkpoint, Restored};
use crate::stage::{EpochEnd, EpochPlan, PartialEpoch, Stage, Times, run_steps};
use crate::supernet_problem::SupernetProblem;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use zodarts_data::rng::stream;
use zodarts_nn::executor::Executor;

/// Computes the epochs of a search and owns their buffers.
pub struct SearchStage<'a> {
    input: SearchInput<'a>,
    problem: SupernetProblem,
    batches: Batches<'a>,
    method: Box<dyn Method<SupernetProblem>>,
    workers: Vec<Executor<f32>>,
    /// The state after the last epoch that was done.
    settled: EarlyStop,
    /// True if every edge had settled in the last epoch.
    over: bool,
    /// Number of passes over one batch in all epochs that are done.
    pub passes: usize,
}

/// The part of an epoch that is carried from round to round.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SearchPart {
    totals: Totals,
    settled: EarlyStop,
    /// Number of random words drawn for the augmentation.
    augmented: u64,
    /// Number of random words drawn for directions.
    directed: u64,
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

/// The values that the rounds of an epoch share.
struct Epoch<'e> {
    plan: &'e EpochPlan,
    learning_rate: f64,
    state: &'e mut SearchState,
    directions: ChaCha8Rng,
}

impl SearchPart {
    /// Returns an epoch before its first round, after one that left `settled`.
    fn after(mut settled: EarlyStop) -> Self {
        settled.begin();
        Self { totals: Totals::default(), settled, augmented: 0, directed: 0 }
    }
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

impl Stage for SearchStage<'_> {
    const KIND: StageKind = StageKind::Search;
    const NAME: &'static str = "search";
    const TITLE: &'static str = "search";
    type State = SearchState;
    type Part = SearchPart;
    type Record = SearchRecord;

    fn epoch(
        &mut self,
        plan: &EpochPlan,
        state: &mut SearchState,
        from: Option<PartialEpoch<SearchPart>>,
        observer: &mut dyn Observer,
    ) -> Result<EpochEnd<SearchRecord, SearchPart>, Error> {
        self.anneal(plan.epoch, plan.epochs);
        let from = from.unwrap_or_else(|| PartialEpoch::new(SearchPart::after(self.settled)));
        let (batches, deadline) = (self.batches.clone(), self.input.deadline);
        let rounds = rounds(batches.steps(), self.method.steps_per_round()).enumerate();
        let rounds = rounds.skip(from.part.totals.rounds);
        let position = Position { epoch: plan.epoch, drawn: from.part.augmented };
        let make = batches.of_rounds(position, rounds, self.method.validation_batches());
        let mut directions = stream(self.input.seed, "search-directions", plan.epoch as u64);
        directions.set_word_pos(from.part.directed.into());
        let learning_rate = plan.learning_rate(&self.input.settings.schedule(plan.epochs));
        let mut epoch = Epoch { plan, learning_rate, state: &mut *state, directions };
        let round = |part: &mut SearchPart, images: &RoundImages| self.round(&mut epoch, part, images);
        run_steps(from, deadline, make, observer, round)?.try_map(|whole| {
            let record = self.record(plan, learning_rate, state, &whole);
            self.settled = whole.part.settled;
            self.over = self.input.settings.early_stop && self.settled.is_settled();
            self.passes = self.passes.saturating_add(record.passes);
            Ok(record)
        })
    }

    fn announce(&self, record: &SearchRecord, state: &SearchState, observer: &mut dyn Observer) {
        observer.event(Event::SearchEpoch { record, alpha: &state.alpha });
    }

    fn is_over(&self, _: &EpochPlan, _: &mut dyn Observer) -> bool {
        self.over
    }

    fn save<'s>(&'s self, _: Option<&SearchRecord>, checkpoint: &mut Checkpoint<'s>) {
        checkpoint.counts.push(("settled", u64::from(self.over)));
    }

    fn restore(
        &mut self,
        checkpoint: &mut Restored,
        records: &[SearchRecord],
        good: &SearchState,
    ) -> Result<(), FileError> {
        self.settled = EarlyStop::after(self.problem.space(), &good.alpha);
        self.over = checkpoint.count("settled")? > 0;
        self.passes = records.iter().fold(0, |sum, record| sum.saturating_add(record.passes));
        Ok(())
    }
}

impl<'a> SearchStage<'a> {
    pub fn new(problem: SupernetProblem, input: &SearchInput<'a>, halves: &'a Halves) -> Self {
        let settings = input.settings;
        let method = input.method.build(&settings.optimisers());
        let batches = Batches::new(input, halves);
        let workers = workers(settings.chains, method.workers(), batches.largest());
        let workers = (0..workers).map(|_| problem.worker()).collect();
        let settled = EarlyStop::default();
        Self { input: *input, problem, batches, method, workers, settled, over: false, passes: 0 }
    }

    /// Returns the supernet at the temperature of the last epoch that was run or [annealed](Self::anneal) to.
    pub fn problem(&self) -> &SupernetProblem {
        &self.problem
    }

    /// Sets the temperature to that of epoch `epoch` of `epochs`.
    pub fn anneal(&mut self, epoch: usize, epochs: usize) {
        let temperature = self.input.temperature_at(epoch, epochs);
        self.problem = self.problem.at_temperature(temperature);
    }

    /// Returns the architecture half, on which the supernet is measured.
    pub fn alpha_half(&mut self) -> AlphaHalf<'_, 'a> {
        AlphaHalf { problem: &self.problem, worker: &mut self.workers[0], batches: &self.batches }
    }

    /// Runs a round.
    fn round(
        &mut self,
        epoch: &mut Epoch<'_>,
        part: &mut SearchPart,
        images: &RoundImages,
    ) -> Result<Step, Error> {
        let batches = RoundBatches {
            training: &images.training,
            validation: &images.validation,
            learning_rate: epoch.learning_rate,
        };
        let mut round = Round { batches, directions: &mut epoch.directions };
        let report = self.method.round(&self.problem, &mut self.workers, epoch.state, &mut round);
        let (loss, SearchState { chain, alpha, .. }) = (report.training.loss, &*epoch.state);
        if is_broken(loss, report.hypergradient_norm, chain, alpha) {
            let diagnosis =
                of_search(loss, self.problem.space(), &self.problem.network().weights, chain, alpha);
            return Err(Error::Diverged { stage: Self::TITLE, epoch: epoch.plan.epoch, diagnosis });
        }
        part.settled.watch(&self.problem, alpha, &report);
        part.totals.add(&report);
        part.augmented = images.drawn;
        part.directed = epoch.directions.get_word_pos() as u64;
        Ok(Step {
            step: images.steps,
            loss: part.totals.training.loss,
            accuracy: share(part.totals.training),
            live_operations: Some(self.live_operations()),
            ..epoch.plan.step(Self::KIND, self.batches.steps())
        })
    }

    fn live_operations(&self) -> usize {
        let main = &self.workers[0];
        main.live().operations(main.network())
    }

    fn record(
        &self,
        plan: &EpochPlan,
        learning_rate: f64,
        state: &SearchState,
        whole: &PartialEpoch<SearchPart>,
    ) -> SearchRecord {
        let (totals, Times { seconds, waiting }) = (&whole.part.totals, whole.times);
        SearchRecord {
            epoch: plan.epoch,
            epochs: plan.epochs,
            temperature: self.problem.temperature(),
            learning_rate,
            train_loss: totals.training.loss,
            train_acc: share(totals.training),
            val_loss: totals.validation.loss,
            val_acc: share(totals.validation),
            p: self.problem.mixture(&state.alpha),
            live_operations: self.live_operations(),
            hypergradient_norm: totals.norms / totals.rounds.max(1) as f64,
            passes: totals.passes,
            genotype: Genotype::argmax(self.problem.space(), &state.alpha),
            seconds,
            seconds_waiting: waiting,
        }
    }
}

/// Returns the share of images that are classified correctly.
pub fn share(evaluation: Evaluation) -> f64 {
    evaluation.correct / evaluation.images.max(1) as f64
}
