//! One trial: a contender with a seed on a data set, in a run folder of its own.

use super::contender::{Contender, random_genotype};
use super::sample::{Sample, Sampled, chosen};
use super::slot::Slot;
use super::training::{Trained, Training};
use crate::error::Error;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::observer::Observer;
use zodarts_nas::records::SearchRecord;
use zodarts_nas::search::SearchSummary;
use zodarts_run::folder::{RunFolder, names};
use zodarts_run::job::Job;
use zodarts_run::lock::Lock;

/// A trial and its place.
#[derive(Clone, Debug)]
pub struct Trial<'a> {
    /// What is tried.
    pub contender: Contender,
    /// Where, with which settings and data.
    pub(super) slot: Slot<'a>,
    /// The sample of its seed, from which some contenders are taken.
    pub(super) sample: Sample<'a>,
}

/// What a finished trial found.
#[derive(Clone, Debug)]
pub struct TrialResult {
    /// What was tried.
    pub contender: Contender,
    /// With which seed.
    pub seed: u64,
    /// Its trainings, at least one: three under protocol `paper`, as the authors do.
    pub trainings: Vec<Trained>,
    /// What the search came to, if it was one.
    pub search: Option<SearchSummary>,
    /// The search, epoch by epoch; empty for `random-ws`, which has no mixture to follow.
    pub course: Vec<SearchRecord>,
    /// The sample it was taken from, if it was.
    pub sample: Option<Vec<Sampled>>,
    /// Threads it was begun with, if they are on record: seconds depend on them, nothing else.
    pub threads: Option<usize>,
}

impl TrialResult {
    /// The evaluation of the first training: what does not depend on the training can be read from it.
    pub fn test(&self) -> &Metrics {
        &self.trainings[0].test
    }
}

impl Trial<'_> {
    /// A name for people.
    pub fn name(&self) -> String {
        let Slot { dataset, settings, protocol, .. } = &self.slot;
        format!("{} · {} · seed {} · protocol {protocol}", dataset.info.name, self.contender, settings.seed)
    }

    /// Refuses a folder that holds a trial of other settings or other data, before anything is run.
    ///
    /// # Errors
    /// [`zodarts_run::Error::OtherRun`] with what differs, or what is damaged.
    pub fn check(&self) -> Result<(), Error> {
        self.slot.check()?;
        if self.is_of_sample() {
            self.sample.check()?;
        }
        Training::of(&self.slot).iter().try_for_each(Training::check)
    }

    /// What the trial found, if it is finished.
    ///
    /// # Errors
    /// If a file is damaged.
    pub fn result(&self) -> Result<Option<TrialResult>, Error> {
        let Some(folder) = self.slot.begun()? else { return Ok(None) };
        let results = Training::of(&self.slot).iter().map(Training::result).collect::<Result<Vec<_>, _>>()?;
        let finished: Option<Vec<Trained>> = results.into_iter().collect();
        finished.map(|trainings| self.found(&folder, trainings)).transpose()
    }

    /// Runs what is left of a trial that is not finished: a stage that is finished is not run again, one that was cut short goes on
    /// from its last checkpoint.
    ///
    /// # Errors
    /// [`zodarts_run::Error::InUse`] if another process runs it. See [`Job::search`], [`Job::train`] and [`evaluate_run`](zodarts_run::job::evaluate_run).
    pub fn run(&self, observer: &mut dyn Observer) -> Result<TrialResult, Error> {
        let _lock = Lock::beside(&self.slot.path)?;
        self.check()?;
        let folder = self.slot.open()?;
        let genotype = self.genotype(&self.slot.job(&folder), observer)?;
        let trainings = Training::of(&self.slot);
        let trained: Result<Vec<Trained>, Error> =
            trainings.iter().map(|training| training.run(genotype, observer)).collect();
        self.found(&folder, trained?)
    }

    fn found(&self, folder: &RunFolder, trainings: Vec<Trained>) -> Result<TrialResult, Error> {
        let (search, course) = (folder.record(SearchSummary::FILE)?, folder.records(names::SEARCH_RECORDS)?);
        let (contender, seed) = (self.contender, self.slot.settings.seed);
        let sample = if self.is_of_sample() { self.sample.finished()? } else { None };
        let threads = folder.config()?.0.map(|run| run.threads);
        Ok(TrialResult { contender, seed, trainings, search, course, sample, threads })
    }

    fn is_of_sample(&self) -> bool {
        matches!(self.contender, Contender::OfSample(_))
    }

    fn genotype(&self, job: &Job<'_>, observer: &mut dyn Observer) -> Result<Option<Genotype>, Error> {
        if let Some(found) = job.folder.record::<SearchSummary>(SearchSummary::FILE)? {
            return Ok(Some(found.genotype));
        }
        Ok(match self.contender {
            Contender::Resnet18 => None,
            Contender::Random => {
                let genotype = random_genotype(self.slot.settings.search.space, self.slot.settings.seed);
                job.folder.write_genotype(&genotype)?;
                Some(genotype)
            }
            Contender::Search(_) => Some(job.search(None, observer)?.genotype),
            Contender::RandomWs => Some(job.random_search(observer)?.best.genotype),
            Contender::OfSample(end) => {
                let taken = chosen(end, &self.sample.run(observer)?);
                job.keep_found(&taken)?;
                Some(taken.genotype)
            }
        })
    }
}
