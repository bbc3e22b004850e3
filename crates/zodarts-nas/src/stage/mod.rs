//! The stages of a run, and the one loop that drives them.
//!
//! A [`Stage`] computes epochs: the search by a method, the training of the weights that random search
//! shares, or the training of a network. [`drive()`] does everything else: it resumes from a checkpoint,
//! rolls back to the last epoch at half the learning rate the first time that numbers diverge, plans the
//! epochs that a [`Deadline`] leaves, stops on request, and saves a record of every epoch and checkpoints
//! between and within epochs.

mod deadline;
mod drive;
mod epoch;
mod progress;
mod resume;
mod state;
mod steps;
pub mod store;
mod times;

pub use deadline::Deadline;
pub use drive::{Driven, Limits, StageEnd, drive};
pub use epoch::{EpochEnd, EpochPlan, PartialEpoch};
pub use state::{SavedState, StageState};
pub use steps::run_steps;
pub use times::Times;

use crate::error::Error;
use crate::files::FileError;
use crate::observer::{Observer, StageKind};
use crate::records::EpochRecord;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Checkpoint, Restored};

/// A computation that advances by epochs.
pub trait Stage {
    /// The stage as reported to the observer.
    const KIND: StageKind;
    /// Name of the records and checkpoints: `search`, `random-ws` or `train`.
    const NAME: &'static str;
    /// Name in messages: `search` or `training`.
    const TITLE: &'static str;
    /// The state that an epoch changes and that a roll-back restores.
    type State: StageState;
    /// The values that an epoch carries from step to step besides the state.
    type Part: Serialize + DeserializeOwned;
    /// The record of an epoch.
    type Record: EpochRecord + Serialize + DeserializeOwned;

    /// Runs an epoch, or the rest of the epoch that `from` began.
    ///
    /// # Errors
    /// Returns [`Error::Diverged`] once a loss, a gradient or a parameter is not finite.
    fn epoch(
        &mut self,
        plan: &EpochPlan,
        state: &mut Self::State,
        from: Option<PartialEpoch<Self::Part>>,
        observer: &mut dyn Observer,
    ) -> Result<EpochEnd<Self::Record, Self::Part>, Error>;

    /// Notifies the observer of an epoch that is done and saved.
    fn announce(&self, record: &Self::Record, state: &Self::State, observer: &mut dyn Observer);

    /// Returns true if the stage is over before the epoch of `next`, and tells the observer the reason unless
    /// it is obvious.
    fn is_over(&self, _next: &EpochPlan, _observer: &mut dyn Observer) -> bool {
        false
    }

    /// Adds to a checkpoint the values that a stage keeps besides its state. `last` is the record of the
    /// epoch that was just done, or `None` within an epoch.
    fn save<'s>(&'s self, _last: Option<&Self::Record>, _checkpoint: &mut Checkpoint<'s>) {}

    /// Restores the values that [`Stage::save`] added, and those that follow from the records. `good` is the
    /// state after the last record.
    ///
    /// # Errors
    /// Returns an error if the checkpoint lacks a value.
    fn restore(
        &mut self,
        _checkpoint: &mut Restored,
        _records: &[Self::Record],
        _good: &Self::State,
    ) -> Result<(), FileError> {
        Ok(())
    }
}
