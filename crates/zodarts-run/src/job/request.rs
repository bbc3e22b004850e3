//! Requests for a run, checked before anything is written.

use super::Job;
use super::guarded::check_threshold;
use super::place::{Resume, RunQuery};
use crate::error::Error;
use crate::folder::{Goal, RunError, RunFolder, names};
use crate::lock::Lock;
use crate::settings::{Architecture, Checked, Settings};
use std::path::PathBuf;
use zodarts_data::Dataset;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::memory::Memory;
use zodarts_nas::{search, train};

/// The place of a run.
#[derive(Clone, Debug)]
pub enum Place {
    /// This folder: new, empty, or with the same run unfinished.
    At(PathBuf),
    /// A folder below this one, named after data, method and seed.
    Below(PathBuf),
}

impl Default for Place {
    fn default() -> Self {
        Place::Below("runs".into())
    }
}

impl Place {
    /// Returns the folder `out` or, without one, a place below `runs`.
    pub fn new(out: Option<PathBuf>) -> Self {
        out.map_or_else(Self::default, Place::At)
    }

    /// Refuses a folder that holds files and no run, before time is spent on data.
    ///
    /// # Errors
    /// Returns [`RunError::Exists`] if the folder is neither new, nor empty, nor that of a run.
    pub fn check(&self) -> Result<(), RunError> {
        let Place::At(path) = self else { return Ok(()) };
        if !path.exists() || path.join(names::CONFIG).is_file() || RunFolder::is_vacant(path)? {
            return Ok(());
        }
        Err(RunError::Exists { path: path.clone() })
    }
}

/// A request for a run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RunRequest<'a> {
    /// The command that makes it.
    pub goal: Goal,
    /// Its data.
    pub dataset: &'a Dataset,
    /// Its settings.
    pub settings: &'a Checked<Settings>,
    /// The genotype to train; `None` if it is to be searched, or for `ResNet-18`.
    pub genotype: Option<Genotype>,
    /// Its place.
    pub place: &'a Place,
    /// The way to treat a run that was cut short.
    pub resume: Resume,
    /// The memory that its networks may use.
    pub memory: Memory,
}

impl<'a> RunRequest<'a> {
    /// Returns a request for a run at `place`, which resumes one that was cut short there, with the memory
    /// that is available now.
    pub fn new(goal: Goal, dataset: &'a Dataset, settings: &'a Checked<Settings>, place: &'a Place) -> Self {
        let (genotype, resume, memory) = (None, Resume::Auto, Memory::available());
        Self { goal, dataset, settings, genotype, place, resume, memory }
    }

    /// Trains the network of this genotype.
    #[must_use]
    pub fn with_genotype(self, genotype: Option<Genotype>) -> Self {
        Self { genotype, ..self }
    }

    /// Treats a run that was cut short in this way.
    #[must_use]
    pub fn with_resume(self, resume: Resume) -> Self {
        Self { resume, ..self }
    }

    /// Returns the job of the request in the folder that was opened for it. `data` are the data as the user
    /// named them.
    pub fn job(&self, data: &'a str, folder: &'a RunFolder) -> Job<'a> {
        Job::within(self.memory, (self.dataset, data), self.settings, folder)
    }

    /// Checks that the run can be done, and opens its folder.
    ///
    /// # Errors
    /// Returns an error if a network is too large, a batch does not fit in memory, the data cannot have the
    /// threshold that is asked for, or the folder holds anything but the same run, unfinished.
    pub fn open(&self) -> Result<(RunFolder, Lock), Error> {
        self.check()?;
        match self.place {
            Place::At(path) => self.query().at(path),
            Place::Below(parent) => self.query().below(parent, &self.name()),
        }
    }

    /// Opens the folder of a search to train the network that it found there, unless it holds a training that
    /// is finished or of other settings.
    ///
    /// # Errors
    /// Returns the errors of [`RunRequest::open`].
    pub fn open_in_search(&self, searched: RunFolder) -> Result<(RunFolder, Lock), Error> {
        self.check()?;
        let path = searched.path().to_owned();
        if !path.join(names::TRAIN_RECORDS).exists() {
            let lock = Lock::inside(&path)?;
            return Ok((searched, lock));
        }
        match self.query().at(&path) {
            Err(Error::Run(RunError::Exists { path })) => Err(Error::AlreadyTrained { path }),
            opened => opened,
        }
    }

    fn query(&self) -> RunQuery<'_> {
        let Self { goal, dataset, settings, resume, .. } = *self;
        RunQuery { goal, info: &dataset.info, settings, resume }
    }

    /// Returns the name of a new folder.
    fn name(&self) -> String {
        let (info, seed) = (&self.dataset.info, self.settings.seed);
        let what = match (self.settings.train.architecture, self.goal) {
            (_, Goal::Search) | (Architecture::Genotype, Goal::Fit) => self.settings.method.name(),
            (Architecture::Genotype, _) => "genotype",
            (Architecture::Resnet18, _) => "resnet18",
        };
        format!("{}{}-{what}-seed{seed}", info.name, info.size_flag)
    }

    fn check(&self) -> Result<(), Error> {
        let Self { goal, dataset, settings, genotype, .. } = *self;
        let searched = settings.train.architecture == Architecture::Genotype && genotype.is_none();
        if goal == Goal::Search || goal == Goal::Fit && searched {
            check_search(dataset, settings, self.memory)?;
        }
        if goal != Goal::Search {
            check_training(dataset, settings, genotype, self.memory)?;
            check_threshold(dataset, settings)?;
        }
        Ok(())
    }
}

/// Refuses a search that is too large for this machine.
///
/// # Errors
/// Returns an error if the network is too large, or a batch does not fit in memory.
pub fn check_search(dataset: &Dataset, settings: &Settings, memory: Memory) -> Result<(), Error> {
    settings.check_sizes(dataset.info.height)?;
    let images = dataset.train.len() + dataset.val.len();
    let parts = (&settings.search, &*settings.method);
    Ok(search::check_memory(&dataset.info, images, parts, memory).map_err(zodarts_nas::Error::from)?)
}

/// Refuses a training that is too large for this machine. Without a genotype, the largest network of the
/// search space counts.
///
/// # Errors
/// Returns an error if the network is too large, or a batch does not fit in memory.
pub fn check_training(
    dataset: &Dataset,
    settings: &Settings,
    genotype: Option<Genotype>,
    memory: Memory,
) -> Result<(), Error> {
    settings.check_sizes(dataset.info.height)?;
    let images = dataset.train.len();
    let genotype = genotype.unwrap_or_else(|| Genotype::heaviest(settings.search.space));
    Ok(train::check_memory(&dataset.info, images, &settings.train, Some(genotype), memory)?)
}

/// Refuses data that a search did not see: test images here may be images that shaped the architecture there.
///
/// # Errors
/// Returns [`Error::SearchedElsewhere`] if the fingerprints differ.
pub fn check_searched_data(searched: &RunFolder, dataset: &Dataset) -> Result<(), Error> {
    match searched.config()?.0 {
        Some(record) if record.fingerprint != dataset.info.fingerprint => Err(Error::SearchedElsewhere {
            path: searched.path().into(),
            searched: record.dataset,
            given: dataset.info.name.clone(),
        }),
        _ => Ok(()),
    }
}
