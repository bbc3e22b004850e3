//! Runs trials, one after another or several at a time.

use super::report::{Comparison, Failure};
use super::trial::{Trial, TrialResult};
use crate::error::Error;
use std::num::NonZero;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use zodarts_nas::observer::Observer;
use zodarts_nas::protocol::Protocol;
use zodarts_run::settings::Settings;

/// Watches a comparison, from several threads if several trials run at a time.
pub trait Watcher: Sync {
    /// A trial begins, or goes on: returns who watches it.
    fn begins(&self, trial: &Trial<'_>, position: Position) -> Box<dyn Observer + '_>;
    /// A trial is over. `found` says that it had been finished before.
    fn ends(&self, trial: &Trial<'_>, position: Position, result: &Result<TrialResult, Error>, found: bool);
}

/// Which of the trials it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// From 0.
    pub index: usize,
    /// Trials in all.
    pub of: usize,
}

/// Trials and where their tables go.
#[derive(Clone, Copy, Debug)]
pub struct Campaign<'a> {
    /// The trials.
    pub trials: &'a [Trial<'a>],
    /// The settings they share.
    pub settings: &'a Settings,
    /// The protocol they share.
    pub protocol: Protocol,
    /// Trials at a time: each gets its share of the threads.
    pub jobs: NonZero<usize>,
    /// The folder of the comparison.
    pub out: &'a Path,
}

/// What has become of each trial so far.
type Outcomes = Vec<Option<Result<TrialResult, Failure>>>;

impl Campaign<'_> {
    /// Runs what is not finished, and writes the tables anew whenever a trial is. A trial that fails does not keep the
    /// others from running.
    ///
    /// # Errors
    /// If the tables cannot be written, threads not be started, or an observer asks for an end.
    ///
    /// # Panics
    /// If a trial does, which no input should be able to cause.
    pub fn run(&self, watcher: &dyn Watcher) -> Result<Comparison, Error> {
        let next = AtomicUsize::new(0);
        let outcomes = Mutex::new(vec![None; self.trials.len()]);
        let work = || {
            let take = || next.fetch_add(1, Ordering::Relaxed);
            let indices = std::iter::repeat_with(take).take_while(|index| *index < self.trials.len());
            indices.into_iter().try_for_each(|index| self.settle(index, &outcomes, watcher))
        };
        self.side_by_side(&work)?;
        let outcomes = outcomes.into_inner().expect("no trial panicked");
        Ok(self.comparison(&outcomes))
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

    fn settle(&self, index: usize, outcomes: &Mutex<Outcomes>, watcher: &dyn Watcher) -> Result<(), Error> {
        let trial = &self.trials[index];
        let position = Position { index, of: self.trials.len() };
        let (result, found) = match trial.result() {
            Ok(Some(result)) => (Ok(result), true),
            Ok(None) => (trial.run(&mut *watcher.begins(trial, position)), false),
            Err(error) => (Err(error), false),
        };
        // A trial that was interrupted is not over: the next command goes on with it.
        let result = match result {
            Err(error) if error.is_interrupted() => return Err(error),
            result => result,
        };
        watcher.ends(trial, position, &result, found);
        let failed = |error: Error| Failure { trial: trial.name(), reason: error.to_string() };
        let mut outcomes = outcomes.lock().expect("no trial panicked");
        outcomes[index] = Some(result.map_err(failed));
        self.comparison(&outcomes).write(self.out)
    }

    fn comparison(&self, outcomes: &Outcomes) -> Comparison {
        let (mut results, mut failures) = (Vec::new(), Vec::new());
        for outcome in outcomes.iter().flatten() {
            match outcome {
                Ok(result) => results.push(result.clone()),
                Err(failure) => failures.push(failure.clone()),
            }
        }
        Comparison::new((self.protocol, self.settings), results, failures)
    }
}
