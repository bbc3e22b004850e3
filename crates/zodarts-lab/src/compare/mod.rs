//! Comparisons: candidates × data sets × seeds under one protocol, as trials that can be stopped and resumed.
//!
//! ```text
//! OUT/
//!   tables.md               the tables, for people
//!   figure-1-DATASET.svg    the operations of the first edge over the epochs, one panel per method
//!   figure-1-all-edges-DATASET.svg   the same for every edge
//!   live-operations-DATASET.svg   the share of live operations, one line per method
//!   trials.csv              one line per training
//!   comparison.json         all numbers of the tables
//!   trials/PROTOCOL/DATASET/CANDIDATE/seed-S/   one run folder each
//!   trials/PROTOCOL/DATASET/sample-32/seed-S/   the sample of best-of-32 and worst-of-32
//! ```
//!
//! Under protocol `paper`, a trial's own folder holds only the search. The three trainings that the authors
//! run for each search are in `retrain-1/` to `retrain-3/` inside it, each a run folder.

mod candidate;
#[cfg(test)]
mod example_records;
mod live_operations;
mod published;
mod ranks;
mod report;
mod rows;
mod run;
mod sample;
mod sample_statistics;
mod spread;
mod training;
mod trial;

pub use candidate::{Candidate, UnknownCandidate, random_genotype};
pub use published::{Published, published};
pub use report::{Comparison, Failure};
pub use rows::{Row, SearchRow};
pub use run::{Runner, TrialPosition, Watcher};
pub use sample::{End, Sampled};
pub use sample_statistics::SampleRow;
pub use spread::Spread;
pub use training::Trained;
pub use trial::{Trial, TrialResult};

use crate::error::Error;
use crate::resumable_folder::ResumableFolder;
use sample::{SAMPLE, Sample};
use std::path::Path;
use zodarts_data::Dataset;
use zodarts_nas::protocol::Protocol;
use zodarts_run::folder::Goal;
use zodarts_run::settings::{AnyMethod, Settings};

/// A data set and the name that the user gave.
#[derive(Clone, Debug)]
pub struct NamedDataset {
    /// The data as the user named them.
    pub data: String,
    /// The data set.
    pub dataset: Dataset,
}

/// The plan of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The data sets.
    pub datasets: &'a [NamedDataset],
    /// The candidates.
    pub candidates: &'a [Candidate],
    /// The seeds.
    pub seeds: &'a [u64],
    /// The protocol of all trainings and evaluations.
    pub protocol: Protocol,
    /// Settings of every trial; method, architecture and seed are the trial's own.
    pub settings: &'a Settings,
    /// The search methods with their settings.
    pub methods: &'a [AnyMethod],
    /// The folder of the comparison.
    pub out: &'a Path,
}

impl<'a> Plan<'a> {
    /// Returns the trials. Seeds vary slowest, so that a comparison that is stopped early has results for
    /// every candidate and data set.
    ///
    /// # Errors
    /// Returns an error if something is named twice or cannot be compared under the protocol, or if a trial's
    /// folder holds another trial.
    pub fn trials(&self) -> Result<Vec<Trial<'a>>, Error> {
        self.check()?;
        let mut trials = Vec::new();
        for &seed in self.seeds {
            for named in self.datasets {
                for &candidate in self.candidates {
                    let trial = self.trial(named, candidate, seed)?;
                    trial.check()?;
                    trials.push(trial);
                }
            }
        }
        Ok(trials)
    }

    fn trial(&self, named: &'a NamedDataset, candidate: Candidate, seed: u64) -> Result<Trial<'a>, Error> {
        let info = &named.dataset.info;
        let place = self
            .out
            .join("trials")
            .join(self.protocol.name())
            .join(format!("{}{}", info.name, info.size_flag));
        let settings = candidate.settings(self.settings, self.methods, seed);
        let resumable = ResumableFolder {
            dataset: &named.dataset,
            data: &named.data,
            protocol: self.protocol,
            goal: Goal::Trial,
            settings: settings.check().map_err(zodarts_run::Error::from)?,
            path: place.join(candidate.name()).join(format!("seed-{seed}")),
        };
        let path = place.join(format!("sample-{SAMPLE}")).join(format!("seed-{seed}"));
        let sample = Sample::new(ResumableFolder { path, ..resumable.clone() });
        Ok(Trial { candidate, resumable, sample })
    }

    fn check(&self) -> Result<(), Error> {
        let datasets = self.datasets.iter().map(|named| {
            let info = &named.dataset.info;
            format!("data set {}{}", info.name, info.size_flag)
        });
        let candidates = self.candidates.iter().map(|candidate| format!("candidate {candidate}"));
        let seeds = self.seeds.iter().map(|seed| format!("seed {seed}"));
        let refused = self.candidates.iter().find(|candidate| !candidate.runs_under(self.protocol));
        if let Some(candidate) = refused {
            return Err(Error::NoValidation { candidate: candidate.name(), protocol: self.protocol });
        }
        let mut seen = std::collections::HashSet::new();
        for what in datasets.chain(candidates).chain(seeds) {
            if !seen.insert(what.clone()) {
                return Err(Error::Twice { what });
            }
        }
        Ok(())
    }
}
