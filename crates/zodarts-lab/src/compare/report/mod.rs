//! The tables of a comparison and its files.

mod figure;
mod markdown;
mod trials;

use self::figure::EpochRecords;
use super::rows::Row;
use super::sample_statistics::SampleRow;
use super::trial::TrialResult;
use crate::error::Error;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use zodarts_nas::files::json;
use zodarts_nas::files::write_file;
use zodarts_nas::protocol::Protocol;
use zodarts_run::settings::Settings;

/// Trials and their results.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The protocol of every number.
    pub protocol: Protocol,
    /// Version of zodarts.
    pub version: &'static str,
    /// Settings that all trials share; method, architecture and seed are each trial's own.
    pub settings: Settings,
    /// One row for each data set and candidate that has a finished trial, in the order they were named.
    pub rows: Vec<Row>,
    /// The samples that candidates were taken from, by data set.
    pub samples: Vec<SampleRow>,
    /// The trials that failed, with the reasons.
    pub failures: Vec<Failure>,
    #[serde(skip)]
    results: Vec<Arc<TrialResult>>,
}

/// A trial that failed.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// The trial.
    pub trial: String,
    /// The reason.
    pub reason: String,
}

impl Comparison {
    /// Returns the comparison of finished and failed trials.
    pub fn new(
        protocol: Protocol,
        settings: &Settings,
        results: Vec<Arc<TrialResult>>,
        failures: Vec<Failure>,
    ) -> Self {
        let mut groups: Vec<Vec<&TrialResult>> = Vec::new();
        for result in &results {
            let own = |group: &&mut Vec<&TrialResult>| {
                group[0].candidate == result.candidate
                    && group[0].test().fingerprint == result.test().fingerprint
            };
            match groups.iter_mut().find(own) {
                Some(group) => group.push(result),
                None => groups.push(vec![result]),
            }
        }
        let rows = groups.iter().filter_map(|group| Row::of(group)).collect();
        Self {
            protocol,
            version: env!("CARGO_PKG_VERSION"),
            settings: settings.clone(),
            rows,
            samples: SampleRow::all(&results),
            failures,
            results,
        }
    }

    /// Returns the tables as Markdown.
    pub fn markdown(&self) -> String {
        markdown::text(self)
    }

    /// Writes the tables and figures.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn write(&self, out: &Path) -> Result<(), Error> {
        for (dataset, runs) in self.epoch_records(|result| &result.search_records) {
            write_figure(out, "figure-1", dataset, figure::first_edge(&runs))?;
            write_figure(out, "figure-1-all-edges", dataset, figure::all_edges(&runs))?;
            write_figure(out, "live-operations", dataset, figure::live_operations(&runs))?;
        }
        // Under protocol `paper` the epochs are measured on the test images, not on validation images.
        if self.protocol == Protocol::Official {
            for (dataset, runs) in self.epoch_records(|result| &result.trainings[0].records) {
                write_figure(out, "training", dataset, figure::training(&runs))?;
            }
        }
        write_file(&out.join("tables.md"), self.markdown().as_bytes())?;
        write_file(&out.join("trials.csv"), trials::csv(&self.results).as_bytes())?;
        write_file(&out.join("comparison.json"), json(self).as_bytes())?;
        Ok(())
    }

    /// Returns the first records of each candidate that has some, by data set.
    fn epoch_records<R>(&self, of: impl Fn(&TrialResult) -> &[R]) -> Vec<(&str, Vec<EpochRecords<'_, R>>)> {
        let mut runs: Vec<(&str, Vec<EpochRecords<'_, R>>)> = Vec::new();
        for result in self.results.iter().filter(|result| !of(result).is_empty()) {
            let (name, dataset) = (result.candidate.name(), &*result.test().dataset);
            let at = runs.iter().position(|(other, _)| *other == dataset).unwrap_or_else(|| {
                runs.push((dataset, Vec::new()));
                runs.len() - 1
            });
            let of_dataset = &mut runs[at].1;
            if of_dataset.iter().all(|run| run.name != name) {
                of_dataset.push(EpochRecords { name, seed: result.seed, records: of(result) });
            }
        }
        runs
    }
}

/// Writes a figure of a data set.
fn write_figure(out: &Path, name: &str, dataset: &str, svg: Result<String, String>) -> Result<(), Error> {
    let what = || format!("{name} of {dataset}");
    let svg = svg.map_err(|reason| Error::Drawing { what: what(), reason })?;
    Ok(write_file(&out.join(format!("{name}-{dataset}.svg")), svg.as_bytes())?)
}
