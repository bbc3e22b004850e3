//! The events of a run, and whoever watches them.

use crate::evaluate::Metrics;
use crate::records::{SearchRecord, TrainRecord};

/// The stages of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// Architecture search.
    Search,
    /// Scoring of genotypes with the weights of a search.
    Score,
    /// Short trainings of a sample of genotypes.
    Sample,
    /// Training.
    Train,
}

/// The position of a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The stage.
    pub stage: StageKind,
    /// The epoch, from 0.
    pub epoch: usize,
    /// Epochs planned.
    pub epochs: usize,
    /// Batches of this epoch done.
    pub step: usize,
    /// Batches of an epoch.
    pub steps: usize,
    /// Mean training loss of the epoch so far.
    pub loss: f64,
    /// Share of training images classified correctly in the epoch so far.
    pub accuracy: f64,
    /// Live operations of a search.
    pub live_operations: Option<usize>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A batch, or a round of batches, is done.
    Step(Step),
    /// An epoch of the search is done.
    SearchEpoch {
        /// What is kept of it.
        record: &'a SearchRecord,
        /// α at its end, `[edge][operation]`.
        alpha: &'a [f32],
    },
    /// An epoch of training is done.
    TrainEpoch(&'a TrainRecord),
    /// The trained network was evaluated.
    Evaluated(&'a Metrics),
    /// A stage is over.
    StageDone(StageKind),
    /// Something a person should know.
    Note(String),
}

/// Receives events.
pub trait Observer {
    /// Called on the thread that drives the run.
    fn event(&mut self, event: Event<'_>);

    /// Returns true if the run should stop here, to be resumed later. It is called after every step and every epoch; what
    /// is done by then is kept, and the run ends with [`Error::Interrupted`](crate::Error::Interrupted).
    fn stop_requested(&self) -> bool {
        false
    }
}

/// Ignores everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&mut self, _: Event<'_>) {}
}
