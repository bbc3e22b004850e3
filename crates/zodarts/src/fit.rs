//! From data to a tested classifier, and from data to an architecture.

use crate::run_handle::Run;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use zodarts_data::{DataError, Dataset, LabelledArrays, Volumes};
use zodarts_nas::memory::Memory;
use zodarts_nas::methods::SearchMethod;
use zodarts_nas::observer::{Observer, Silent};
use zodarts_nas::search::{SearchInput, SearchOutcome};
use zodarts_nas::settings::Checked;
use zodarts_nas::stage::Deadline;
use zodarts_run::Error;
use zodarts_run::folder::Goal;
use zodarts_run::job::{DataAccess, Place, Resume, RunRequest, open_data};
use zodarts_run::settings::{Preset, Settings};

/// Labelled images: by name or path, or in memory.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DataInput {
    /// `phantom`, the name of a MedMNIST data set, an npz file, or a folder of images.
    Named(String),
    /// Arrays in memory.
    Arrays(Box<LabelledArrays>),
}

impl From<&str> for DataInput {
    fn from(spec: &str) -> Self {
        DataInput::Named(spec.into())
    }
}

impl From<String> for DataInput {
    fn from(spec: String) -> Self {
        DataInput::Named(spec)
    }
}

impl From<LabelledArrays> for DataInput {
    fn from(arrays: LabelledArrays) -> Self {
        DataInput::Arrays(Box::new(arrays))
    }
}

impl DataInput {
    fn open(&self, settings: &Settings) -> Result<Dataset, Error> {
        match self {
            DataInput::Named(spec) => open_data(spec, &settings.data, &DataAccess::default(), &|_| ()),
            DataInput::Arrays(_) if settings.data.volumes != Volumes::None => {
                let expected = "none for arrays in memory, which are of images";
                Err(DataError::Option { option: "volumes", found: "slices".into(), expected }.into())
            }
            DataInput::Arrays(arrays) => {
                let arrays = (**arrays).clone().with_alike(settings.data.alike);
                let arrays = arrays.with_fit(settings.data.fit);
                Ok(Dataset::from_arrays(arrays, settings.data.split_seed)?)
            }
        }
    }

    fn spec(&self) -> &str {
        match self {
            DataInput::Named(spec) => spec,
            DataInput::Arrays(arrays) => &arrays.name,
        }
    }
}

/// Starts a run that searches an architecture for `data`, trains its network and tests it once.
pub fn fit(data: impl Into<DataInput>) -> FitBuilder {
    FitBuilder {
        data: data.into(),
        settings: Preset::Standard.settings(),
        place: Place::default(),
        resume: Resume::Auto,
        max_time: None,
    }
}

/// A run in the making; see [`fit`].
#[derive(Clone, Debug)]
#[must_use = "nothing runs before `run`"]
pub struct FitBuilder {
    data: DataInput,
    settings: Settings,
    place: Place,
    resume: Resume,
    max_time: Option<Duration>,
}

impl FitBuilder {
    /// Takes the settings of a preset, [`Preset::Standard`] by default; the seed stays.
    pub fn preset(self, preset: Preset) -> Self {
        let settings = Settings { seed: self.settings.seed, ..preset.settings() };
        Self { settings, ..self }
    }

    /// Takes these settings, all of them.
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Sets the seed, 0 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Sets the run folder; by default it is below `runs`, named after data, method and seed.
    pub fn out(self, folder: impl Into<PathBuf>) -> Self {
        Self { place: Place::At(folder.into()), ..self }
    }

    /// Limits the time of the whole run.
    pub fn max_time(self, limit: Duration) -> Self {
        Self { max_time: Some(limit), ..self }
    }

    /// Runs. An unfinished run of the same settings and data in the same place goes on.
    ///
    /// # Errors
    /// Returns an error if the data cannot be opened, a setting makes no sense, the run does not fit in
    /// memory, or its folder cannot be used.
    pub fn run(self) -> Result<Run, Error> {
        self.run_with(&mut Silent)
    }

    /// Runs, and tells `observer` of every step. The observer can stop the run.
    ///
    /// # Errors
    /// As [`FitBuilder::run`], and if the observer stops it.
    pub fn run_with(self, observer: &mut dyn Observer) -> Result<Run, Error> {
        let start = Instant::now();
        self.place.check()?;
        let settings = self.settings.check()?;
        let dataset = self.data.open(&settings)?;
        let request = RunRequest::new(Goal::Fit, &dataset, &settings, &self.place).with_resume(self.resume);
        let (folder, _lock) = request.open()?;
        request.job(self.data.spec(), &folder).with_limit(self.max_time, start).fit(observer)?;
        Ok(Run::of(folder))
    }
}

/// Starts a search of an architecture for `data`.
pub fn search(data: impl Into<DataInput>) -> SearchBuilder {
    SearchBuilder { data: data.into(), settings: Preset::Standard.settings(), method: None }
}

/// A search in the making; see [`search`].
#[derive(Debug)]
#[must_use = "nothing runs before `run`"]
pub struct SearchBuilder {
    data: DataInput,
    settings: Settings,
    method: Option<Box<dyn SearchMethod>>,
}

impl SearchBuilder {
    /// Takes the settings of a preset, [`Preset::Standard`] by default; the seed stays.
    pub fn preset(self, preset: Preset) -> Self {
        let settings = Settings { seed: self.settings.seed, ..preset.settings() };
        Self { settings, ..self }
    }

    /// Takes these settings, all of them.
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Sets the seed, 0 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Sets the number of epochs.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.settings.search.epochs = epochs;
        self
    }

    /// Searches with this method, which may be one of your own.
    pub fn method(self, method: impl SearchMethod + 'static) -> Self {
        Self { method: Some(Box::new(method)), ..self }
    }

    /// Searches, and keeps nothing on disk.
    ///
    /// # Errors
    /// Returns an error if the data cannot be opened, a setting makes no sense, or the search does not fit in
    /// memory.
    pub fn run(self) -> Result<SearchOutcome, Error> {
        self.run_with(&mut Silent)
    }

    /// Searches, and tells `observer` of every step. The observer can stop the search.
    ///
    /// # Errors
    /// As [`SearchBuilder::run`], and if the observer stops it.
    pub fn run_with(self, observer: &mut dyn Observer) -> Result<SearchOutcome, Error> {
        let settings = self.settings.check()?;
        let dataset = self.data.open(&settings)?;
        let development = dataset.train.merged(&dataset.val);
        let method: &dyn SearchMethod = match &self.method {
            Some(method) => &**method,
            None => &*settings.method,
        };
        let input = SearchInput {
            info: &dataset.info,
            development: &development,
            settings: settings.part(|settings| &settings.search),
            method: Checked::of(method)?,
            mixing: None,
            seed: settings.seed,
            deadline: Deadline::NONE,
            memory: Memory::available(),
            store: None,
        };
        Ok(zodarts_nas::search::search(input, observer)?)
    }
}
