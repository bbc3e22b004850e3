//! The runner of a comparison's trials, one after another or several at a time.

use super::report::{Comparison, Failure};
use super::trial::{Trial, TrialResult};
use crate::error::Error;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use zodarts_nas::observer::Observer;
use zodarts_nas::protocol::Protocol;
use zodarts_run::settings::Settings;

/// Watches a comparison, from several threads if several trials run at a time.
pub trait Watcher: Sync {
    /// Begins or resumes a trial. Returns the observer of the trial.
    fn begins(&self, trial: &Trial<'_>, position: TrialPosition) -> Box<dyn Observer + '_>;
    /// Ends a trial. `found` is true if it had been finished before.
    fn ends(
        &self,
        trial: &Trial<'_>,
        position: TrialPosition,
        result: &Result<TrialResult, Error>,
        found: bool,
    );
}

/// The place of a trial among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialPosition {
    /// The index of the trial, from 0.
    pub index: usize,
    /// The number of trials.
    pub of: usize,
}

/// The trials of a comparison and the folder of its tables.
#[derive(Clone, Copy, Debug)]
pub struct Runner<'a> {
    /// The trials.
    pub trials: &'a [Trial<'a>],
    /// The settings they share.
    pub settings: &'a Settings,
    /// The protocol they share.
    pub protocol: Protocol,
    /// The number of trials to run at a time; each gets its share of the threads.
    pub jobs: NonZero<usize>,
    /// The folder of the comparison.
    pub out: &'a Path,
}

/// The outcome of a trial.
type TrialOutcome = Result<Arc<TrialResult>, Failure>;

/// The end of a trial, as it is told to the thread that writes the tables.
struct Ended {
    index: usize,
    outcome: TrialOutcome,
}

impl Runner<'_> {
    /// Runs the trials that are not finished, and writes the tables again whenever some are over, on a thread
    /// of its own. A trial that fails does not keep the others from running.
    ///
    /// # Errors
    /// Returns an error if the tables cannot be written, threads cannot be started, or an observer requests a
    /// stop.
    ///
    /// # Panics
    /// Panics if a trial panics, which no input should cause.
    pub fn run(&self, watcher: &dyn Watcher) -> Result<Comparison, Error> {
        let (sender, ends) = channel();
        thread::scope(|scope| {
            let writer = scope.spawn(move || self.write_tables(&ends));
            let ran = self.run_trials(&sender, watcher);
            drop(sender);
            let written = writer.join().expect("tables do not panic");
            ran.and(written)
        })
    }

    /// Writes the tables until nobody sends the end of a trial any more, and returns the last.
    fn write_tables(&self, ends: &Receiver<Ended>) -> Result<Comparison, Error> {
        let mut outcomes = vec![None; self.trials.len()];
        while let Ok(first) = ends.recv() {
            // Trials that ended while the last tables were drawn are drawn together.
            for Ended { index, outcome } in std::iter::once(first).chain(ends.try_iter()) {
                outcomes[index] = Some(outcome);
            }
            self.comparison(&outcomes).write(self.out)?;
        }
        Ok(self.comparison(&outcomes))
    }

    /// Runs the trials until all are over or their ends are not received any more.
    fn run_trials(&self, sender: &Sender<Ended>, watcher: &dyn Watcher) -> Result<(), Error> {
        let next = AtomicUsize::new(0);
        let work = || {
            let take = || next.fetch_add(1, Ordering::Relaxed);
            for index in std::iter::repeat_with(take).take_while(|index| *index < self.trials.len()) {
                let outcome = self.settle(index, watcher)?;
                if sender.send(Ended { index, outcome }).is_err() {
                    break;
                }
            }
            Ok(())
        };
        self.side_by_side(&work)
    }

    /// Runs `work` on as many threads as there are jobs, each with a pool of its own.
    fn side_by_side(&self, work: &(dyn Fn() -> Result<(), Error> + Sync)) -> Result<(), Error> {
        let jobs = self.jobs.get().min(self.trials.len());
        if jobs <= 1 {
            return work();
        }
        let threads = (rayon::current_num_threads() / jobs).max(1);
        thread::scope(|scope| {
            let worker = || rayon::ThreadPoolBuilder::new().num_threads(threads).build()?.install(work);
            let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(worker)).collect();
            let finished = workers.into_iter().map(|worker| worker.join().expect("trials do not panic"));
            finished.collect::<Vec<_>>().into_iter().collect()
        })
    }

    /// Runs a trial unless it is finished.
    fn settle(&self, index: usize, watcher: &dyn Watcher) -> Result<TrialOutcome, Error> {
        let trial = &self.trials[index];
        let position = TrialPosition { index, of: self.trials.len() };
        let (result, found) = match trial.result() {
            Ok(Some(result)) => (Ok(result), true),
            Ok(None) => (trial.run(&mut *watcher.begins(trial, position)), false),
            Err(error) => (Err(error), false),
        };
        // A trial that was interrupted is not over: the next command resumes it.
        let result = match result {
            Err(error) if error.is_interrupted() => return Err(error),
            result => result,
        };
        watcher.ends(trial, position, &result, found);
        let failed = |error: Error| Failure { trial: trial.name(), reason: error.to_string() };
        Ok(result.map(Arc::new).map_err(failed))
    }

    /// Returns the comparison of the trials that are over; those that are not have no outcome.
    fn comparison(&self, outcomes: &[Option<TrialOutcome>]) -> Comparison {
        let (mut results, mut failures) = (Vec::new(), Vec::new());
        for outcome in outcomes.iter().flatten() {
            match outcome {
                Ok(result) => results.push(Arc::clone(result)),
                Err(failure) => failures.push(failure.clone()),
            }
        }
        Comparison::new(self.protocol, self.settings, results, failures)
    }
}
