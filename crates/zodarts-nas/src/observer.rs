//! The events of a run, and the observers that receive them.

use crate::evaluate::Metrics;
use crate::records::{SearchRecord, TrainRecord};

/// A stage of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// The architecture search.
    Search,
    /// The scoring of genotypes with the weights of a search.
    Score,
    /// The short trainings of a sample of genotypes.
    Sample,
    /// The training.
    Train,
}

/// A position within a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The stage.
    pub stage: StageKind,
    /// The epoch, from 0.
    pub epoch: usize,
    /// Number of planned epochs.
    pub epochs: usize,
    /// Number of batches of this epoch that are done.
    pub step: usize,
    /// Number of batches of an epoch.
    pub steps: usize,
    /// Mean training loss of the epoch so far.
    pub loss: f64,
    /// Share of training images classified correctly in the epoch so far.
    pub accuracy: f64,
    /// Number of live operations of a search.
    pub live_operations: Option<usize>,
}

/// An event of a run.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A batch, or a round of batches, is done.
    Step(Step),
    /// An epoch of the search is done.
    SearchEpoch {
        /// The record of the epoch.
        record: &'a SearchRecord,
        /// α at the end of the epoch, `(rows, operations)`.
        alpha: &'a [f32],
    },
    /// An epoch of training is done.
    TrainEpoch(&'a TrainRecord),
    /// The trained network was evaluated.
    Evaluated(&'a Metrics),
    /// A stage is over.
    StageDone(StageKind),
    /// A note to the user.
    Note(String),
}

/// A receiver of events.
pub trait Observer {
    /// Receives an event, on the thread that drives the run.
    fn event(&mut self, event: Event<'_>);

    /// Returns true if the run should stop here, to be resumed later. It is called after every step and every
    /// epoch. The results up to then are kept, and the run ends with
    /// [`Error::Interrupted`](crate::Error::Interrupted).
    fn stop_requested(&self) -> bool {
        false
    }
}

/// An observer that ignores all events.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&mut self, _: Event<'_>) {}
}
