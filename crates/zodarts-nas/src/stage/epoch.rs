//! The plan of an epoch, and its end.

use super::times::Times;
use crate::error::Error;
use crate::observer::{StageKind, Step};
use serde::{Deserialize, Serialize};
use zodarts_nn::optim::Schedule;

/// The plan of an epoch within its stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochPlan {
    /// The epoch, from 0.
    pub epoch: usize,
    /// Number of planned epochs.
    pub epochs: usize,
    /// Factor on the scheduled learning rate: 0.5 once the stage has diverged, else 1.
    pub rate_factor: f64,
}

impl EpochPlan {
    /// Returns the learning rate of this epoch.
    pub fn learning_rate(&self, schedule: &Schedule) -> f64 {
        self.rate_factor * schedule.learning_rate(self.epoch)
    }

    /// Returns the step event at the beginning of this epoch, which has `steps` steps.
    pub fn step(&self, stage: StageKind, steps: usize) -> Step {
        let EpochPlan { epoch, epochs, .. } = *self;
        Step { stage, epoch, epochs, step: 0, steps, loss: 0.0, accuracy: 0.0, live_operations: None }
    }
}

/// An epoch between two of its steps: the values that are carried along besides the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PartialEpoch<P> {
    /// The values that the stage carries from step to step.
    #[serde(flatten)]
    pub part: P,
    /// Seconds of the epoch so far.
    #[serde(flatten)]
    pub times: Times,
}

impl<P> PartialEpoch<P> {
    /// Returns an epoch before its first step.
    pub fn new(part: P) -> Self {
        Self { part, times: Times::default() }
    }
}

/// The end of an epoch.
#[derive(Debug)]
pub enum EpochEnd<D, P> {
    /// All steps are done.
    Done(D),
    /// The deadline cut it short.
    OutOfTime,
    /// The observer asked for a stop between two steps.
    Paused(PartialEpoch<P>),
}

impl<D, P> EpochEnd<D, P> {
    /// Maps the result of an epoch, if it is done.
    ///
    /// # Errors
    /// Returns the errors of `turn`.
    pub fn try_map<E>(self, turn: impl FnOnce(D) -> Result<E, Error>) -> Result<EpochEnd<E, P>, Error> {
        Ok(match self {
            EpochEnd::Done(done) => EpochEnd::Done(turn(done)?),
            EpochEnd::OutOfTime => EpochEnd::OutOfTime,
            EpochEnd::Paused(partial) => EpochEnd::Paused(partial),
        })
    }
}
