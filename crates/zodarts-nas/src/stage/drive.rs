//! The epoch loop of every stage.

use super::progress::Progress;
use super::store::Store;
use super::{Deadline, EpochEnd, Stage};
use crate::error::Error;
use crate::observer::{Event, Observer};
use std::time::Instant;

/// The limits of a stage.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    /// Largest number of epochs.
    pub epochs: usize,
    /// The time by which the stage must be done.
    pub deadline: Deadline,
    /// The store of records and checkpoints; `None` keeps nothing.
    pub store: Option<&'a dyn Store>,
}

/// The reason for which a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageEnd {
    /// All planned epochs are done.
    Finished,
    /// The stage ended before all planned epochs were done.
    Early,
    /// The deadline cut an epoch short.
    OutOfTime,
}

/// A stage that has ended.
#[derive(Debug)]
pub struct Driven<T> {
    /// The state after the last epoch that was done.
    pub state: T,
    /// Number of epochs done.
    pub done: usize,
    /// Number of epochs planned.
    pub planned: usize,
    /// The reason for the end.
    pub end: StageEnd,
    start: Instant,
    earlier: f64,
}

impl<T> Driven<T> {
    /// Returns the seconds of the stage up to now, including those before it was resumed.
    pub fn seconds(&self) -> f64 {
        self.earlier + self.start.elapsed().as_secs_f64()
    }
}

/// Runs a stage from `first`, or from the position in its store, to its end.
///
/// # Errors
/// Returns [`Error::Diverged`] if numbers diverge twice, the second time at half the learning rate,
/// [`Error::Interrupted`] if the observer asked for a stop, [`Error::OutOfTime`] if the deadline left no
/// epoch, and the errors of the store.
pub fn drive<S: Stage>(
    stage: &mut S,
    first: S::State,
    limits: Limits<'_>,
    observer: &mut dyn Observer,
) -> Result<Driven<S::State>, Error> {
    let start = Instant::now();
    let mut progress = Progress::begin(stage, first, &limits, observer)?;
    let end = loop {
        let next = progress.plan();
        if stage.is_over(&next, observer) {
            break StageEnd::Early;
        }
        if next.epoch >= next.epochs {
            break StageEnd::Finished;
        }
        match turn(stage, &mut progress, limits.store, observer)? {
            Turn::Done if progress.done == 1 => {
                progress.planned = planned(&limits, start, S::TITLE, observer);
            }
            Turn::Done | Turn::RolledBack => {}
            Turn::OutOfTime => break StageEnd::OutOfTime,
        }
    };
    observer.event(Event::StageDone(S::KIND));
    let Progress { state, done, planned, earlier, .. } = progress;
    match end {
        StageEnd::OutOfTime if done == 0 => Err(Error::OutOfTime { stage: S::TITLE }),
        end => Ok(Driven { state, done, planned, end, start, earlier }),
    }
}

/// The outcome of one pass of the loop.
enum Turn {
    /// An epoch was done and saved.
    Done,
    /// The epoch diverged and is to be repeated at half the learning rate.
    RolledBack,
    /// The deadline cut the epoch short, and its effects were undone.
    OutOfTime,
}

/// Runs the next epoch, or the rest of it, and saves its result.
fn turn<S: Stage>(
    stage: &mut S,
    progress: &mut Progress<S>,
    store: Option<&dyn Store>,
    observer: &mut dyn Observer,
) -> Result<Turn, Error> {
    let (plan, from) = (progress.plan(), progress.partial.take());
    match stage.epoch(&plan, &mut progress.state, from, observer) {
        Ok(EpochEnd::Done(record)) => {
            progress.save_epoch(stage, store, &record)?;
            stage.announce(&record, &progress.state, observer);
            if observer.stop_requested() { Err(Error::Interrupted) } else { Ok(Turn::Done) }
        }
        Ok(EpochEnd::OutOfTime) => {
            progress.forget_epoch();
            Ok(Turn::OutOfTime)
        }
        Ok(EpochEnd::Paused(partial)) => {
            progress.pause(stage, store, &partial)?;
            Err(Error::Interrupted)
        }
        Err(error @ Error::Diverged { .. }) if !progress.halved => {
            observer.event(Event::Note(format!("{error}; the epoch is repeated at half the learning rate")));
            progress.roll_back();
            Ok(Turn::RolledBack)
        }
        Err(error) => Err(error),
    }
}

/// Returns the number of epochs that the deadline leaves after the first one, and notifies the observer if
/// there are fewer.
fn planned(limits: &Limits<'_>, start: Instant, title: &str, observer: &mut dyn Observer) -> usize {
    let planned = limits.deadline.plan(limits.epochs, 1, start.elapsed());
    if planned < limits.epochs {
        let epochs = limits.epochs;
        observer.event(Event::Note(format!("the time limit allows {planned} of {epochs} epochs of {title}")));
    }
    planned
}
