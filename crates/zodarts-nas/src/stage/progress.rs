//! The progress of a stage, and its records and checkpoints.

use super::resume::{ResumePoint, resume};
use super::store::{Checkpoint, Store};
use super::{EpochPlan, Limits, PartialEpoch, SavedState, Stage, StageState};
use crate::error::Error;
use crate::files::json_line;
use crate::observer::Observer;
use crate::records::EpochRecord;

/// Prefix of the names of the state after the last whole epoch, in a checkpoint within the next one.
const GOOD: &str = "good_";

/// A stage between two epochs, or within one.
pub struct Progress<S: Stage> {
    pub state: S::State,
    /// The state after the last epoch that was done.
    good: S::State,
    /// True once numbers have diverged; from then on the learning rate is half of the scheduled one.
    pub halved: bool,
    /// Number of epochs done.
    pub done: usize,
    /// Number of epochs planned.
    pub planned: usize,
    /// The epoch that a stop cut short, if there is one.
    pub partial: Option<PartialEpoch<S::Part>>,
    /// Seconds of the epochs before the stage was resumed.
    pub earlier: f64,
}

impl<S: Stage> Progress<S> {
    /// Returns the progress that is in the store, or the beginning at `first`.
    ///
    /// # Errors
    /// Returns an error if a checkpoint cannot be used.
    pub fn begin(
        stage: &mut S,
        first: S::State,
        limits: &Limits<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Self, Error> {
        if let Some(from) = resume(limits.store, S::NAME, S::TITLE, observer)? {
            return Self::restored(stage, &first, from, limits.epochs);
        }
        let (good, planned) = (first.clone(), limits.epochs);
        Ok(Self { state: first, good, halved: false, done: 0, planned, partial: None, earlier: 0.0 })
    }

    fn restored(
        stage: &mut S,
        first: &S::State,
        from: ResumePoint<S::Record>,
        epochs: usize,
    ) -> Result<Self, Error> {
        let ResumePoint { mut checkpoint, records } = from;
        let partial = checkpoint.partial()?;
        let state = first.restored(&mut SavedState::new(&mut checkpoint, ""))?;
        // Between two epochs, both states are the same.
        let good = match partial {
            Some(_) => first.restored(&mut SavedState::new(&mut checkpoint, GOOD))?,
            None => state.clone(),
        };
        stage.restore(&mut checkpoint, &records, &good)?;
        Ok(Self {
            state,
            good,
            halved: checkpoint.count_or("halved", 0) > 0,
            done: records.len(),
            planned: records.last().map_or(epochs, |record| record.epochs().max(1)),
            partial,
            earlier: records.iter().map(EpochRecord::seconds).sum(),
        })
    }

    /// Returns the plan of the next epoch.
    pub fn plan(&self) -> EpochPlan {
        let rate_factor = if self.halved { 0.5 } else { 1.0 };
        EpochPlan { epoch: self.done, epochs: self.planned, rate_factor }
    }

    /// Counts an epoch as done, and saves its record and a checkpoint if there is a store.
    ///
    /// # Errors
    /// Returns an error if they cannot be written.
    pub fn save_epoch(
        &mut self,
        stage: &S,
        store: Option<&dyn Store>,
        record: &S::Record,
    ) -> Result<(), Error> {
        self.done += 1;
        self.good = self.state.clone();
        let Some(store) = store else { return Ok(()) };
        store.append_record(S::NAME, &json_line(record))?;
        let mut checkpoint = self.checkpoint();
        stage.save(Some(record), &mut checkpoint);
        Ok(store.save_checkpoint(&checkpoint)?)
    }

    /// Saves a checkpoint within an epoch, if there is a store.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn pause(
        &self,
        stage: &S,
        store: Option<&dyn Store>,
        partial: &PartialEpoch<S::Part>,
    ) -> Result<(), Error> {
        let Some(store) = store else { return Ok(()) };
        let good = |name: &str| format!("{GOOD}{name}");
        let vectors: Vec<(String, &[f32])> =
            self.good.vectors().into_iter().map(|(name, values)| (good(name), values)).collect();
        let counts: Vec<(String, u64)> =
            self.good.counts().into_iter().map(|(name, count)| (good(name), count)).collect();
        let mut checkpoint = Checkpoint { partial: Some(json_line(partial)), ..self.checkpoint() };
        checkpoint.vectors.extend(vectors.iter().map(|(name, values)| (&name[..], *values)));
        checkpoint.counts.extend(counts.iter().map(|(name, count)| (&name[..], *count)));
        stage.save(None, &mut checkpoint);
        Ok(store.save_checkpoint(&checkpoint)?)
    }

    /// Returns the checkpoint of the state alone.
    fn checkpoint(&self) -> Checkpoint<'_> {
        let mut counts = self.state.counts();
        counts.push(("halved", u64::from(self.halved)));
        let (vectors, epochs_done) = (self.state.vectors(), self.done);
        Checkpoint { stage: S::NAME, epochs_done, counts, vectors, partial: None }
    }

    /// Goes back to the last epoch that was done, and halves the learning rate.
    pub fn roll_back(&mut self) {
        self.forget_epoch();
        self.halved = true;
    }

    /// Goes back to the last epoch that was done, so that the result is the one of the last record.
    pub fn forget_epoch(&mut self) {
        self.state = self.good.clone();
    }
}
