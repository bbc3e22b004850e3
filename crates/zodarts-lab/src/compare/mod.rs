//! Contenders × data sets × seeds under one protocol, as trials that can be stopped and taken up again.
//!
//! ```text
//! OUT/
//!   tables.md               the tables, for people
//!   figure-1-DATASET.svg    an edge's operations over the epochs, one panel a method; -all-edges: every edge
//!   live-operations-DATASET.svg   how much of the supernet is still computed, one line a method
//!   trials.csv              one line a training
//!   comparison.json         everything the tables are made of
//!   trials/PROTOCOL/DATASET/CONTENDER/seed-S/   a run folder each
//!   trials/PROTOCOL/DATASET/sample-32/seed-S/   what best-of-32 and worst-of-32 are taken from
//! ```
//!
//! Under protocol `paper` the authors' three trainings of each search are in `retrain-1/` to `retrain-3/` in it, a run folder each, and
//! only the search is in the trial's own.

mod contender;
#[cfg(test)]
mod example_records;
mod live;
mod published;
mod ranks;
mod report;
mod rows;
mod run;
mod sample;
mod samples;
mod slot;
mod spread;
mod training;
mod trial;

pub use contender::{Contender, UnknownContender, random_genotype};
pub use published::{Published, published};
pub use report::{Comparison, Failure};
pub use rows::{Row, SearchRow};
pub use run::{Campaign, Position, Watcher};
pub use sample::{End, Sampled};
pub use samples::SampleRow;
pub use spread::Spread;
pub use training::Trained;
pub use trial::{Trial, TrialResult};

use crate::error::Error;
use sample::{SAMPLE, Sample};
use slot::Slot;
use std::path::Path;
use zodarts_data::Dataset;
use zodarts_nas::protocol::Protocol;
use zodarts_run::settings::{AnyMethod, Settings};

/// A data set and how the user named it.
#[derive(Clone, Debug)]
pub struct Named {
    /// The data as the user named them.
    pub data: String,
    /// The data set.
    pub dataset: Dataset,
}

/// What is to be compared.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// On which data.
    pub datasets: &'a [Named],
    /// What.
    pub contenders: &'a [Contender],
    /// With which seeds.
    pub seeds: &'a [u64],
    /// How the numbers come about.
    pub protocol: Protocol,
    /// Settings of every trial; method, architecture and seed are the trial's own.
    pub settings: &'a Settings,
    /// The search methods with their settings.
    pub methods: &'a [AnyMethod],
    /// The folder of the comparison.
    pub out: &'a Path,
}

impl<'a> Plan<'a> {
    /// The trials: seeds outermost, so that a comparison that is stopped early has something of everything.
    ///
    /// # Errors
    /// If something is named twice or cannot be compared under the protocol, or a trial's folder holds another trial.
    pub fn trials(&self) -> Result<Vec<Trial<'a>>, Error> {
        self.check()?;
        let mut trials = Vec::new();
        for &seed in self.seeds {
            for named in self.datasets {
                for &contender in self.contenders {
                    let trial = self.trial(named, contender, seed)?;
                    trial.check()?;
                    trials.push(trial);
                }
            }
        }
        Ok(trials)
    }

    fn trial(&self, named: &'a Named, contender: Contender, seed: u64) -> Result<Trial<'a>, Error> {
        let info = &named.dataset.info;
        let place = self
            .out
            .join("trials")
            .join(self.protocol.name())
            .join(format!("{}{}", info.name, info.size_flag));
        let settings = contender.settings((self.settings, self.methods), seed);
        let slot = Slot {
            dataset: &named.dataset,
            data: &named.data,
            protocol: self.protocol,
            settings: settings.check().map_err(zodarts_run::Error::from)?,
            path: place.join(contender.name()).join(format!("seed-{seed}")),
        };
        let path = place.join(format!("sample-{SAMPLE}")).join(format!("seed-{seed}"));
        let sample = Sample::new(Slot { path, ..slot.clone() });
        Ok(Trial { contender, slot, sample })
    }

    fn check(&self) -> Result<(), Error> {
        let datasets = self.datasets.iter().map(|named| {
            let info = &named.dataset.info;
            format!("data set {}{}", info.name, info.size_flag)
        });
        let contenders = self.contenders.iter().map(|contender| format!("contender {contender}"));
        let seeds = self.seeds.iter().map(|seed| format!("seed {seed}"));
        let refused = self.contenders.iter().find(|contender| !contender.runs_under(self.protocol));
        if let Some(contender) = refused {
            return Err(Error::NoValidation { candidate: contender.name(), protocol: self.protocol });
        }
        let mut seen = std::collections::HashSet::new();
        for what in datasets.chain(contenders).chain(seeds) {
            if !seen.insert(what.clone()) {
                return Err(Error::Twice { what });
            }
        }
        Ok(())
    }
}
