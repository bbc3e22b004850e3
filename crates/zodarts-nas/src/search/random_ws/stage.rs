//! The stage that trains the weights that all genotypes share.

use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::diagnosis::of_training;
use crate::error::Error;
use crate::genotype::Genotype;
use crate::methods::{Chain, combined};
use crate::observer::{Observer, StageKind, Step};
use crate::records::RandomWsRecord;
use crate::search::SearchInput;
use crate::search::batches::{Batches, Position, RoundImages};
use crate::search::stage::share;
use crate::search::supernet_accuracy::{AlphaHalf, one_hot};
use crate::stage::{EpochEnd, EpochPlan, PartialEpoch, Stage, run_steps};
use crate::supernet_problem::SupernetProblem;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use zodarts_data::rng::stream;
use zodarts_nn::executor::Executor;
use zodarts_nn::optim::Sgd;

/// Computes the epochs of the shared weights and owns their buffers.
pub struct SharedWeights<'a> {
    input: SearchInput<'a>,
    problem: &'a SupernetProblem,
    batches: &'a Batches<'a>,
    worker: Executor<f32>,
    sgd: Sgd,
    gradients: Gradients,
}

/// The part of an epoch that is carried from step to step.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct SharedPart {
    /// Number of steps done.
    steps: usize,
    total: Evaluation,
    /// Number of random words drawn for the augmentation.
    augmented: u64,
    /// Number of random words drawn for genotypes.
    drawn: u64,
}

/// The values that the steps of an epoch share.
struct Epoch<'e> {
    plan: &'e EpochPlan,
    learning_rate: f64,
    chain: &'e mut Chain,
    genotypes: ChaCha8Rng,
}

impl Stage for SharedWeights<'_> {
    const KIND: StageKind = StageKind::Search;
    const NAME: &'static str = "random-ws";
    const TITLE: &'static str = "search";
    type State = Chain;
    type Part = SharedPart;
    type Record = RandomWsRecord;

    fn epoch(
        &mut self,
        plan: &EpochPlan,
        chain: &mut Chain,
        from: Option<PartialEpoch<SharedPart>>,
        observer: &mut dyn Observer,
    ) -> Result<EpochEnd<RandomWsRecord, SharedPart>, Error> {
        let from = from.unwrap_or_default();
        let (batches, deadline) = (self.batches, self.input.deadline);
        // A step is a round of one training batch without validation batches.
        let steps = (from.part.steps..batches.steps()).map(|step| (step, step..step + 1));
        let make = batches.of_rounds(Position { epoch: plan.epoch, drawn: from.part.augmented }, steps, 0);
        let mut genotypes = stream(self.input.seed, "random-ws-genotypes", plan.epoch as u64);
        genotypes.set_word_pos(from.part.drawn.into());
        let learning_rate = plan.learning_rate(&self.input.settings.schedule(plan.epochs));
        let mut epoch = Epoch { plan, learning_rate, chain, genotypes };
        let step = |part: &mut SharedPart, images: &RoundImages| self.step(&mut epoch, part, images);
        run_steps(from, deadline, make, observer, step)?.try_map(|whole| {
            let PartialEpoch { part: SharedPart { total, .. }, times } = whole;
            Ok(RandomWsRecord {
                epoch: plan.epoch,
                epochs: plan.epochs,
                learning_rate,
                train_loss: total.loss,
                train_acc: share(total),
                passes: batches.steps(),
                seconds: times.seconds,
                seconds_waiting: times.waiting,
            })
        })
    }

    /// Does nothing, since there is no mixture to show.
    fn announce(&self, _: &RandomWsRecord, _: &Chain, _: &mut dyn Observer) {}
}

impl<'a> SharedWeights<'a> {
    /// Returns the stage before its first epoch.
    pub fn new(input: SearchInput<'a>, problem: &'a SupernetProblem, batches: &'a Batches<'a>) -> Self {
        let (worker, sgd) = (problem.worker(), input.settings.optimisers().sgd);
        Self { input, problem, batches, worker, sgd, gradients: Gradients::default() }
    }

    /// Returns the architecture half, on which genotypes are scored.
    pub fn alpha_half(&mut self) -> AlphaHalf<'_, 'a> {
        AlphaHalf { problem: self.problem, worker: &mut self.worker, batches: self.batches }
    }

    /// Takes one SGD step of the weights with the operations of one genotype.
    fn step(
        &mut self,
        epoch: &mut Epoch<'_>,
        part: &mut SharedPart,
        images: &RoundImages,
    ) -> Result<Step, Error> {
        let genotype = Genotype::draw(self.problem.space(), &mut epoch.genotypes);
        let alpha = one_hot(genotype, self.problem.temperature());
        let (chain, gradients, batch) = (&mut *epoch.chain, &mut self.gradients, &images.training[0]);
        let evaluation =
            self.problem.evaluate(&mut self.worker, &chain.weights, &alpha, batch, Want::Weights, gradients);
        self.sgd.step(&mut chain.sgd, &mut chain.weights, &gradients.weights, epoch.learning_rate);
        self.check(epoch, evaluation.loss)?;
        part.steps = images.steps;
        part.total = combined(part.total, evaluation);
        part.augmented = images.drawn;
        part.drawn = epoch.genotypes.get_word_pos() as u64;
        Ok(Step {
            step: part.steps,
            loss: part.total.loss,
            accuracy: share(part.total),
            ..epoch.plan.step(Self::KIND, self.batches.steps())
        })
    }

    /// Returns an error if a step left a loss, a gradient or a weight that is not finite.
    fn check(&self, epoch: &Epoch<'_>, loss: f64) -> Result<(), Error> {
        let (weights, gradient) = (&epoch.chain.weights, &self.gradients.weights);
        let is_finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
        if loss.is_finite() && is_finite(gradient) && is_finite(weights) {
            return Ok(());
        }
        let diagnosis = of_training(loss, &self.problem.network().weights, weights, gradient);
        Err(Error::Diverged { stage: Self::TITLE, epoch: epoch.plan.epoch, diagnosis })
    }
}
