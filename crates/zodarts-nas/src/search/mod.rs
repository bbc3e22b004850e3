//! The architecture search: a search along hypergradients by any method, and random search with shared
//! weights.

mod batches;
mod early_stop;
mod memory;
mod random_ws;
mod rounds;
mod snapshots;
mod stage;
mod summary;
mod supernet_accuracy;

pub use batches::{Batches, EpochImages, Halves, Position, RoundImages};
pub use memory::check_memory;
pub use random_ws::{RandomWsOutcome, SCORED, ScoredGenotype, random_search};
pub use snapshots::{Snapshot, Snapshots, snapshots};
pub use summary::SearchSummary;
pub use supernet_accuracy::SupernetAccuracy;

use crate::bilevel::BilevelProblem;
use crate::error::Error;
use crate::genotype::Genotype;
use crate::memory::Memory;
use crate::methods::{SearchMethod, SearchState};
use crate::model::loss_kind;
use crate::normaliser::Mixing;
use crate::observer::{Event, Observer};
use crate::settings::{Checked, SearchSettings};
use crate::stage::store::Store;
use crate::stage::{Deadline, Limits, StageEnd, drive};
use crate::supernet_problem::SupernetProblem;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};
use stage::SearchStage;
use std::fmt;
use std::sync::Arc;
use zodarts_data::rng::stream;
use zodarts_data::{DatasetInfo, Samples};
use zodarts_nn::graph::{Network, Shape};
use zodarts_nn::init::initial_values;
use zodarts_nn::loss::Loss;
use zodarts_nn::networks::{MacroShape, supernet};
use zodarts_nn::space::Mixture;

/// The inputs of a search.
#[derive(Clone, Copy, Debug)]
pub struct SearchInput<'a> {
    /// The data set.
    pub info: &'a DatasetInfo,
    /// Training and validation images together. The search splits them into halves of its own.
    pub development: &'a Samples,
    /// The settings.
    pub settings: Checked<&'a SearchSettings>,
    /// The method with its settings.
    pub method: Checked<&'a dyn SearchMethod>,
    /// The map from α to the mixture; `None` uses the method's own normaliser.
    pub mixing: Option<&'a Arc<dyn Mixing>>,
    /// Seed of the run.
    pub seed: u64,
    /// The time by which the search must be done.
    pub deadline: Deadline,
    /// The memory that the search may use.
    pub memory: Memory,
    /// The store of records and checkpoints; `None` keeps nothing.
    pub store: Option<&'a dyn Store>,
}

impl SearchInput<'_> {
    /// Returns the temperature of epoch `done` of a search that was shortened to `planned` epochs. A
    /// shortened search goes through the whole annealing all the same.
    pub fn temperature_at(&self, done: usize, planned: usize) -> f64 {
        self.method.annealing().temperature(done * self.settings.epochs / planned)
    }
}

/// The reason for which a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// All epochs are done.
    Finished,
    /// Every edge has settled on one operation, also under perturbation, so the hypergradient is exactly
    /// zero.
    Settled,
    /// The time limit has passed.
    Deadline,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Stop::Finished => "finished",
            Stop::Settled => "settled",
            Stop::Deadline => "deadline",
        })
    }
}

/// The result of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchOutcome {
    /// The genotype: the strongest operation of each edge, or the strongest genotype with a path.
    pub genotype: Genotype,
    /// The strongest operation of each edge.
    pub argmax: Genotype,
    /// α at the end, `(rows, operations)`.
    pub alpha: Vec<f32>,
    /// The mixture at the end, `(rows, operations)`.
    pub mixture: Mixture<f32>,
    /// The supernet's weights at the end.
    pub weights: Vec<f32>,
    /// Number of epochs done.
    pub epochs: usize,
    /// Passes over one batch, of all chains.
    pub passes: usize,
    /// Seconds of the search.
    pub seconds: f64,
    /// The reason for the end.
    pub stop: Stop,
    /// The accuracy of the supernet at the end.
    pub supernet: SupernetAccuracy,
}

/// Searches for an architecture.
///
/// # Errors
/// Returns an error if there are too few images, they do not fit in memory, the loss diverges, the observer
/// asks for a stop, or the store fails.
pub fn search(input: SearchInput<'_>, observer: &mut dyn Observer) -> Result<SearchOutcome, Error> {
    let SearchInput { info, development, settings, .. } = input;
    let halves = Halves::of(&input)?;
    check_memory(info, development.len(), (&settings, *input.method), input.memory)?;
    let problem = problem(&input);
    let first = first_state(&problem, &input);
    let mut stage = SearchStage::new(problem, &input, &halves);
    let driven = drive(&mut stage, first, input.limits(), observer)?;
    let (stop, seconds, state) = (Stop::from(driven.end), driven.seconds(), driven.state);
    // The temperature of the last epoch that was done.
    stage.anneal(driven.done.saturating_sub(1), driven.planned);
    let argmax = Genotype::argmax(settings.space, &state.alpha);
    let genotype = Genotype::strongest_connected(settings.space, &state.alpha);
    if genotype != argmax {
        observer.event(Event::Note(format!(
            "{argmax} has no path from input to output; the strongest genotype with a path is used instead"
        )));
    }
    let (alpha, weights) = (state.alpha, state.chain.weights);
    Ok(SearchOutcome {
        genotype,
        argmax,
        mixture: stage.problem().mixture(&alpha),
        epochs: driven.done,
        passes: stage.passes,
        seconds,
        stop,
        supernet: stage.alpha_half().accuracy(&weights, &alpha, genotype),
        alpha,
        weights,
    })
}

impl<'a> SearchInput<'a> {
    /// Returns the limits of the stage.
    fn limits(&self) -> Limits<'a> {
        Limits { epochs: self.settings.epochs, deadline: self.deadline, store: self.store }
    }
}

impl From<StageEnd> for Stop {
    fn from(end: StageEnd) -> Self {
        match end {
            StageEnd::Finished => Stop::Finished,
            StageEnd::Early => Stop::Settled,
            StageEnd::OutOfTime => Stop::Deadline,
        }
    }
}

fn problem(input: &SearchInput<'_>) -> SupernetProblem {
    let SearchInput { info, settings, .. } = *input;
    let network = Arc::new(network(info, &settings));
    let loss = Loss::new(loss_kind(info.task));
    let temperature = input.temperature_at(0, settings.epochs);
    let mixing = input.mixing.cloned().unwrap_or_else(|| Arc::new(input.method.card().normaliser));
    SupernetProblem::new(network, mixing, loss, temperature)
        .computed(settings.convolutions, settings.operations)
}

fn network(info: &DatasetInfo, settings: &SearchSettings) -> Network {
    let side = settings.images().side(info.height);
    let shape = MacroShape {
        input: Shape { channels: info.channels, height: side, width: side },
        classes: info.classes.len(),
        channels: settings.channels,
        cells: settings.cells,
    };
    supernet(settings.space, &shape)
}

/// Returns the state before the first epoch.
fn first_state(problem: &SupernetProblem, input: &SearchInput<'_>) -> SearchState {
    SearchState::new(first_weights(problem, input), first_alpha(problem.alpha_count(), input))
}

fn first_weights(problem: &SupernetProblem, input: &SearchInput<'_>) -> Vec<f32> {
    initial_values(&problem.network().weights, &mut stream(input.seed, "search-weights", 0))
}

/// Returns α before the first epoch: small noise, so that no operation is favoured.
fn first_alpha(count: usize, input: &SearchInput<'_>) -> Vec<f32> {
    let deviation = input.settings.alpha_init;
    let mut random = stream(input.seed, "search-alpha", 0);
    let normal = |_| -> f64 { StandardNormal.sample(&mut random) };
    (0..count).map(normal).map(|value| (deviation * value) as f32).collect()
}
