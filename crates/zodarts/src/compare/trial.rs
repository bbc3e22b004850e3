//! One trial: a contender with a seed on a data set, in a run folder of its own.

use super::contender::{Contender, random_genotype};
use crate::error::Error;
use crate::genotype::Genotype;
use crate::model::Model;
use crate::observer::Observer;
use crate::pipeline::{Job, Split, evaluate_as_paper, evaluate_run, lasting_settings};
use crate::protocol::Protocol;
use crate::run::{Metrics, RunFolder, RunInfo, SearchRecord};
use crate::search::SearchSummary;
use crate::settings::Settings;
use std::path::PathBuf;
use std::time::Instant;
use zodarts_data::Dataset;

/// A trial and its place.
#[derive(Clone, Debug)]
pub struct Trial<'a> {
    /// The data set.
    pub dataset: &'a Dataset,
    /// The data as the user named them.
    pub data: &'a str,
    /// What is tried.
    pub contender: Contender,
    /// With which seed.
    pub seed: u64,
    /// How its number comes about.
    pub protocol: Protocol,
    /// The settings.
    pub settings: Settings,
    /// Its run folder.
    pub path: PathBuf,
}

/// What a finished trial found.
#[derive(Clone, Debug)]
pub struct TrialResult {
    /// What was tried.
    pub contender: Contender,
    /// The evaluation on the test split.
    pub test: Metrics,
    /// The evaluation on the validation split; none under protocol `paper`, whose training saw it.
    pub val: Option<Metrics>,
    /// What the search came to, if it was one.
    pub search: Option<SearchSummary>,
    /// The search, epoch by epoch.
    pub course: Vec<SearchRecord>,
}

impl Trial<'_> {
    /// A name for people.
    pub fn name(&self) -> String {
        let Self { dataset, contender, seed, protocol, .. } = self;
        format!("{} · {contender} · seed {seed} · protocol {protocol}", dataset.info.name)
    }

    /// Refuses a folder that holds a trial of other settings or other data, before anything is run.
    ///
    /// # Errors
    /// [`Error::OtherTrial`] with what differs, or what is damaged.
    pub fn check(&self) -> Result<(), Error> {
        let Some(folder) = self.begun()? else { return Ok(()) };
        let (run, settings) = folder.config()?;
        let difference = self.other_data(run.as_ref()).or_else(|| self.other_setting(&settings));
        match difference {
            Some(difference) => Err(Error::OtherTrial { path: self.path.clone(), difference }),
            None => Ok(()),
        }
    }

    /// What the trial found, if it is finished.
    ///
    /// # Errors
    /// If a file is damaged.
    pub fn result(&self) -> Result<Option<TrialResult>, Error> {
        let Some(folder) = self.begun()? else { return Ok(None) };
        let Some(test) = folder.metrics("test")? else { return Ok(None) };
        self.found(&folder, test).map(Some)
    }

    /// Runs what is left of a trial that is not finished: a stage that is finished is not run again, one that was cut short begins anew.
    ///
    /// # Errors
    /// See [`Job::search`], [`Job::train`] and [`evaluate_run`].
    pub fn run(&self, observer: &mut dyn Observer) -> Result<TrialResult, Error> {
        self.check()?;
        let begun = self.begun()?;
        let fresh = begun.is_none();
        let folder = begun.map_or_else(|| RunFolder::create(&self.path), Ok)?;
        let job = Job {
            dataset: self.dataset,
            data: self.data,
            settings: &self.settings,
            folder: &folder,
            protocol: self.protocol,
            limit: None,
            start: Instant::now(),
        };
        if fresh {
            job.begin()?;
        }
        let genotype = self.genotype(&job, observer)?;
        let model = model(&job, genotype, observer)?;
        let test = match self.protocol {
            Protocol::Official => {
                // The test split last: its metrics say that the trial is finished.
                evaluate_run(&folder, &model, self.dataset, Split::Val)?;
                evaluate_run(&folder, &model, self.dataset, Split::Test)?
            }
            Protocol::Paper => evaluate_as_paper(&folder, &model, self.dataset)?,
        };
        self.found(&folder, test)
    }

    fn found(&self, folder: &RunFolder, test: Metrics) -> Result<TrialResult, Error> {
        let val = folder.metrics("val")?;
        let (search, course) = (folder.record(SearchSummary::FILE)?, folder.records("search.jsonl")?);
        Ok(TrialResult { contender: self.contender, test, val, search, course })
    }

    /// The folder, if the trial was begun.
    fn begun(&self) -> Result<Option<RunFolder>, Error> {
        let begun = self.path.join("config.toml").exists();
        Ok(begun.then(|| RunFolder::open(&self.path)).transpose()?)
    }

    fn other_data(&self, run: Option<&RunInfo>) -> Option<String> {
        let own = &self.dataset.info.fingerprint;
        run.filter(|run| run.fingerprint != *own)
            .map(|run| format!("data with fingerprint {:.12}…, not {own:.12}…", run.fingerprint))
    }

    /// The first setting, by section and key, in which the folder's trial differs.
    fn other_setting(&self, settings: &Settings) -> Option<String> {
        let (there, here) = (table(settings), table(&lasting_settings(&self.settings)));
        let keys = there.keys().chain(here.keys());
        let key = keys.into_iter().find(|key| there.get(*key) != here.get(*key))?;
        let value = |table: &Flat| table.get(key).map_or_else(|| "unset".into(), ToString::to_string);
        Some(format!("`{key}` = {}, not {}", value(&there), value(&here)))
    }

    fn genotype(&self, job: &Job<'_>, observer: &mut dyn Observer) -> Result<Option<Genotype>, Error> {
        match self.contender {
            Contender::Resnet18 => Ok(None),
            Contender::Random => {
                let genotype = random_genotype(self.seed);
                job.folder.write_genotype(&genotype)?;
                Ok(Some(genotype))
            }
            Contender::Search(_) => {
                if let Some(summary) = job.folder.record::<SearchSummary>(SearchSummary::FILE)? {
                    return Ok(Some(summary.genotype));
                }
                job.folder.set_aside("search")?;
                Ok(Some(job.search(None, observer)?.genotype))
            }
        }
    }
}

/// Settings by section and key.
type Flat = std::collections::BTreeMap<String, toml::Value>;

fn table(settings: &Settings) -> Flat {
    let mut flat = Flat::new();
    for (section, value) in toml::Table::try_from(settings).expect("settings are plain values") {
        match value {
            toml::Value::Table(values) => {
                flat.extend(values.into_iter().map(|(key, value)| (format!("{section}.{key}"), value)));
            }
            value => {
                flat.insert(section, value);
            }
        }
    }
    flat
}

fn model(job: &Job<'_>, genotype: Option<Genotype>, observer: &mut dyn Observer) -> Result<Model, Error> {
    // The description is written last.
    if job.folder.path().join("model.json").is_file() {
        return Ok(Model::load(job.folder.path())?);
    }
    job.folder.set_aside("train")?;
    Ok(job.train(genotype, observer)?.model)
}
