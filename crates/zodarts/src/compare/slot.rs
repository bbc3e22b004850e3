//! A run folder of a comparison, which may have been begun before.

use crate::error::Error;
use crate::pipeline::{Job, lasting_settings};
use crate::protocol::Protocol;
use crate::run::{RunFolder, RunInfo};
use crate::settings::{PredictSettings, Settings};
use std::path::PathBuf;
use std::time::Instant;
use zodarts_data::Dataset;

/// A run folder and what belongs in it.
#[derive(Clone, Debug)]
pub struct Slot<'a> {
    pub dataset: &'a Dataset,
    /// The data as the user named them.
    pub data: &'a str,
    pub protocol: Protocol,
    pub settings: Settings,
    pub path: PathBuf,
}

impl Slot<'_> {
    /// The folder, if it was begun.
    pub fn begun(&self) -> Result<Option<RunFolder>, Error> {
        let begun = self.path.join("config.toml").exists();
        Ok(begun.then(|| RunFolder::open(&self.path)).transpose()?)
    }

    /// Refuses a folder that was begun with other settings or other data.
    pub fn check(&self) -> Result<(), Error> {
        let Some(folder) = self.begun()? else { return Ok(()) };
        let (run, settings) = folder.config()?;
        let difference = self.other_data(run.as_ref()).or_else(|| self.other_setting(&settings));
        match difference {
            Some(difference) => Err(Error::OtherTrial { path: self.path.clone(), difference }),
            None => Ok(()),
        }
    }

    /// The folder, begun now if it was not before.
    pub fn open(&self) -> Result<RunFolder, Error> {
        self.check()?;
        if let Some(folder) = self.begun()? {
            return Ok(folder.resuming());
        }
        let folder = RunFolder::create(&self.path)?;
        self.job(&folder).begin()?;
        Ok(folder)
    }

    /// What is to be done in the folder.
    pub fn job<'j>(&'j self, folder: &'j RunFolder) -> Job<'j> {
        Job {
            dataset: self.dataset,
            data: self.data,
            settings: &self.settings,
            folder,
            protocol: self.protocol,
            limit: None,
            start: Instant::now(),
        }
    }

    fn other_data(&self, run: Option<&RunInfo>) -> Option<String> {
        let own = &self.dataset.info.fingerprint;
        run.filter(|run| run.fingerprint != *own)
            .map(|run| format!("data with fingerprint {:.12}…, not {own:.12}…", run.fingerprint))
    }

    /// The first setting, by section and key, in which the folder differs. What the method does not read does not count: its default
    /// may have changed since.
    fn other_setting(&self, settings: &Settings) -> Option<String> {
        let (there, here) = (table(settings), table(&lasting_settings(&self.settings)));
        let keys = there.keys().chain(here.keys());
        let key = keys.into_iter().find(|key| there.get(*key) != here.get(*key))?;
        let value = |table: &Flat| table.get(key).map_or_else(|| "unset".into(), ToString::to_string);
        Some(format!("`{key}` = {}, not {}", value(&there), value(&here)))
    }
}

/// Settings that are read, by section and key.
type Flat = std::collections::BTreeMap<String, toml::Value>;

fn table(settings: &Settings) -> Flat {
    let search = settings.search.as_read();
    let settings = Settings { search, predict: PredictSettings::default(), ..settings.clone() };
    let mut flat = Flat::new();
    for (section, value) in toml::Table::try_from(&settings).expect("settings are plain values") {
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
