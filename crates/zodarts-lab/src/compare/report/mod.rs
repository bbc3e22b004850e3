//! The tables of a comparison and its files.

mod figure;
mod markdown;
mod trials;

use self::figure::Course;
use super::rows::Row;
use super::samples::SampleRow;
use super::trial::TrialResult;
use crate::error::Error;
use serde::Serialize;
use std::path::Path;
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
    /// One row for each data set and contender that has a finished trial, in the order they were named.
    pub rows: Vec<Row>,
    /// The samples that contenders were taken from, by data set.
    pub samples: Vec<SampleRow>,
    /// The trials that failed, with the reasons.
    pub failures: Vec<Failure>,
    #[serde(skip)]
    results: Vec<TrialResult>,
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
        (protocol, settings): (Protocol, &Settings),
        results: Vec<TrialResult>,
        failures: Vec<Failure>,
    ) -> Self {
        let mut groups: Vec<Vec<&TrialResult>> = Vec::new();
        for result in &results {
            let own = |group: &&mut Vec<&TrialResult>| {
                group[0].contender == result.contender
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
        for (dataset, courses) in self.courses(|result| &result.course) {
            keep(out, ("figure-1", dataset), figure::first_edge(&courses))?;
            keep(out, ("figure-1-all-edges", dataset), figure::all_edges(&courses))?;
            keep(out, ("live-operations", dataset), figure::live_operations(&courses))?;
        }
        // Under protocol `paper` the epochs are measured on the test images, not on validation images.
        if self.protocol == Protocol::Official {
            for (dataset, courses) in self.courses(|result| &result.trainings[0].course) {
                keep(out, ("training", dataset), figure::training(&courses))?;
            }
        }
        write_file(&out.join("tables.md"), self.markdown().as_bytes())?;
        write_file(&out.join("trials.csv"), trials::csv(&self.results).as_bytes())?;
        write_file(&out.join("comparison.json"), json(self).as_bytes())?;
        Ok(())
    }

    /// Returns the first course of each contender that has one, by data set.
    fn courses<R: Clone>(&self, of: impl Fn(&TrialResult) -> &[R]) -> Vec<(&str, Vec<Course<R>>)> {
        let mut courses: Vec<(&str, Vec<Course<R>>)> = Vec::new();
        for result in self.results.iter().filter(|result| !of(result).is_empty()) {
            let (name, dataset) = (result.contender.name(), &*result.test().dataset);
            let at = courses.iter().position(|(other, _)| *other == dataset).unwrap_or_else(|| {
                courses.push((dataset, Vec::new()));
                courses.len() - 1
            });
            let of_dataset = &mut courses[at].1;
            if of_dataset.iter().all(|course| course.name != name) {
                of_dataset.push(Course { name, seed: result.seed, records: of(result).to_vec() });
            }
        }
        courses
    }
}

/// Writes a figure of a data set.
fn keep(out: &Path, (name, dataset): (&str, &str), svg: Result<String, String>) -> Result<(), Error> {
    let what = || format!("{name} of {dataset}");
    let svg = svg.map_err(|reason| Error::Drawing { what: what(), reason })?;
    Ok(write_file(&out.join(format!("{name}-{dataset}.svg")), svg.as_bytes())?)
}
