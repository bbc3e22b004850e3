//! Snapshots of a search after given numbers of epochs.

use super::batches::Halves;
use super::stage::{SearchPart, SearchStage};
use super::{SearchInput, check_memory, first_state, problem};
use crate::error::Error;
use crate::methods::SearchState;
use crate::observer::{Observer, StageKind};
use crate::records::SearchRecord;
use crate::settings::{Checked, SearchSettings};
use crate::stage::{EpochEnd, EpochPlan, Limits, PartialEpoch, Stage, drive};
use crate::supernet_problem::SupernetProblem;

/// The state of a search between two epochs.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Number of epochs done.
    pub epochs: usize,
    /// Learning rate of the weights in the next epoch.
    pub learning_rate: f64,
    /// The supernet, at the temperature of the next epoch.
    pub problem: SupernetProblem,
    /// Weights, architecture parameters and the state of their optimisers.
    pub state: SearchState,
}

/// Snapshots of a search and the images that it uses.
#[derive(Clone, Debug)]
pub struct Snapshots {
    /// The snapshots, in the order of the epochs.
    pub snapshots: Vec<Snapshot>,
    /// Images for the weights and for the architecture parameters.
    pub halves: Halves,
}

/// The stage of a search that also keeps snapshots.
struct SnapshotStage<'a> {
    search: SearchStage<'a>,
    /// The whole search.
    input: SearchInput<'a>,
    /// Numbers of epochs after which to keep a snapshot.
    at: &'a [usize],
    snapshots: Vec<Snapshot>,
}

/// Searches up to the last of `epochs`, which are numbers of epochs done, and keeps a snapshot at each of
/// them. The search does not stop early and keeps nothing in a store.
///
/// # Errors
/// See [`super::search`].
pub fn snapshots(
    input: SearchInput<'_>,
    epochs: &[usize],
    observer: &mut dyn Observer,
) -> Result<Snapshots, Error> {
    let halves = Halves::of(&input)?;
    check_memory(input.info, input.development.len(), (&input.settings, *input.method), input.memory)?;
    let last = epochs.iter().copied().max().unwrap_or(0);
    let shortened =
        SearchSettings { epochs: last.max(1), early_stop: false, ..SearchSettings::clone(&input.settings) };
    let problem = problem(&input);
    let first = first_state(&problem, &input);
    let search =
        SearchStage::new(problem, &SearchInput { settings: Checked::of(&shortened)?, ..input }, &halves);
    let mut stage = SnapshotStage { search, input, at: epochs, snapshots: Vec::new() };
    let limits = Limits { epochs: last, deadline: input.deadline, store: None };
    let driven = drive(&mut stage, first, limits, observer)?;
    if driven.done < last {
        return Err(Error::OutOfTime { stage: SnapshotStage::TITLE });
    }
    stage.look(last, &driven.state);
    let snapshots = stage.snapshots;
    Ok(Snapshots { snapshots, halves })
}

impl SnapshotStage<'_> {
    /// Keeps a snapshot after `done` epochs, if one is wanted.
    fn look(&mut self, done: usize, state: &SearchState) {
        if !self.at.contains(&done) {
            return;
        }
        // An epoch that is repeated after it diverged starts from the same state.
        self.snapshots.retain(|snapshot| snapshot.epochs != done);
        let epochs = self.input.settings.epochs;
        let temperature = self.input.temperature_at(done, epochs);
        self.snapshots.push(Snapshot {
            epochs: done,
            learning_rate: self.input.settings.schedule(epochs).learning_rate(done),
            problem: self.search.problem().at_temperature(temperature),
            state: state.clone(),
        });
    }
}

impl Stage for SnapshotStage<'_> {
    const KIND: StageKind = SearchStage::KIND;
    const NAME: &'static str = SearchStage::NAME;
    const TITLE: &'static str = SearchStage::TITLE;
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
        self.look(plan.epoch, state);
        self.search.epoch(plan, state, from, observer)
    }

    /// Does nothing, since a study does not show the epochs of its search.
    fn announce(&self, _: &SearchRecord, _: &SearchState, _: &mut dyn Observer) {}
}
