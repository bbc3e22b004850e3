//! The stages of a run, and the one loop that drives them.
//!
//! A [`Stage`] computes epochs: the search by a method, the training of the weights that random search shares, the
//! training of a network. [`drive`] does everything else: it goes on from a checkpoint, rolls back to the last epoch
//! at half the learning rate the first time that numbers diverge, plans the epochs that a [`Deadline`] leaves, stops
//! when it is asked to, and keeps a record of every epoch and a checkpoint between and within epochs.

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

/// Something that advances by epochs.
pub trait Stage {
    /// The stage, as the observer knows it.
    const KIND: StageKind;
    /// Name of the records and checkpoints: `search`, `random-ws` or `train`.
    const NAME: &'static str;
    /// Name in messages: `search` or `training`.
    const TITLE: &'static str;
    /// Everything that an epoch changes and a roll-back takes back.
    type State: StageState;
    /// What an epoch carries from step to step besides the state.
    type Part: Serialize + DeserializeOwned;
    /// The record of an epoch.
    type Record: EpochRecord + Serialize + DeserializeOwned;

    /// Runs an epoch, or the rest of the one that `from` began.
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

    /// Tells the observer of an epoch that is done and kept.
    fn announce(&self, record: &Self::Record, state: &Self::State, observer: &mut dyn Observer);

    /// Returns true if the stage is over before the epoch of `next`, and tells the observer why where that is not
    /// plain.
    fn is_over(&self, _next: &EpochPlan, _observer: &mut dyn Observer) -> bool {
        false
    }

    /// Adds to a checkpoint what a stage keeps besides its state. `last` is the record of the epoch that was just done;
    /// `None` within an epoch.
    fn save<'s>(&'s self, _last: Option<&Self::Record>, _checkpoint: &mut Checkpoint<'s>) {}

    /// Takes back what [`Stage::save`] kept, and what the records say. `good` is the state after the last record.
    ///
    /// # Errors
    /// Returns an error if the checkpoint lacks something.
    fn restore(
        &mut self,
        _checkpoint: &mut Restored,
        _records: &[Self::Record],
        _good: &Self::State,
    ) -> Result<(), FileError> {
        Ok(())
    }
}
