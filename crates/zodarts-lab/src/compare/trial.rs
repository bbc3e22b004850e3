//! A trial: a candidate with a seed on a data set, in a run folder of its own.

use super::candidate::{Candidate, random_genotype};
use super::sample::{Sample, Sampled, chosen};
use super::training::{Trained, Training};
use crate::error::Error;
use crate::resumable_folder::ResumableFolder;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::observer::Observer;
use zodarts_nas::records::SearchRecord;
use zodarts_nas::search::SearchSummary;
use zodarts_run::folder::{RunFolder, names};
use zodarts_run::job::Job;
use zodarts_run::lock::Lock;

/// A trial and its run folder.
#[derive(Clone, Debug)]
pub struct Trial<'a> {
    /// The candidate.
    pub candidate: Candidate,
    /// The run folder, with its settings and data.
    pub(super) resumable: ResumableFolder<'a>,
    /// The sample of its seed, from which some candidates are taken.
    pub(super) sample: Sample<'a>,
}

/// The result of a finished trial.
#[derive(Clone, Debug)]
pub struct TrialResult {
    /// The candidate.
    pub candidate: Candidate,
    /// The seed.
    pub seed: u64,
    /// Its trainings, at least one; three under protocol `paper`, as in the paper.
    pub trainings: Vec<Trained>,
    /// The summary of the search; `None` if the candidate does not search.
    pub search: Option<SearchSummary>,
    /// The records of the search's epochs; empty for `random-ws`, which has no mixture.
    pub search_records: Vec<SearchRecord>,
    /// The sample from which the genotype was taken, if it was.
    pub sample: Option<Vec<Sampled>>,
    /// The number of threads at the beginning, if it was recorded. Only the seconds depend on it.
    pub threads: Option<usize>,
}

impl TrialResult {
    /// Returns the evaluation of the first training. Values that do not depend on the training can be read
    /// from it.
    pub fn test(&self) -> &Metrics {
        &self.trainings[0].test
    }
}

impl Trial<'_> {
    /// Returns a name for people to read.
    pub fn name(&self) -> String {
        let ResumableFolder { dataset, settings, protocol, .. } = &self.resumable;
        format!("{} · {} · seed {} · protocol {protocol}", dataset.info.name, self.candidate, settings.seed)
    }

    /// Refuses a folder that holds a trial of other settings or other data, before anything is run.
    ///
    /// # Errors
    /// Returns [`zodarts_run::Error::OtherRun`] with what differs, or an error if a file is damaged.
    pub fn check(&self) -> Result<(), Error> {
        self.resumable.check()?;
        if self.is_of_sample() {
            self.sample.check()?;
        }
        Training::of(&self.resumable).iter().try_for_each(Training::check)
    }

    /// Returns the result, or `None` if the trial is not finished.
    ///
    /// # Errors
    /// Returns an error if a file is damaged.
    pub fn result(&self) -> Result<Option<TrialResult>, Error> {
        let Some(folder) = self.resumable.begun()? else { return Ok(None) };
        let results =
            Training::of(&self.resumable).iter().map(Training::result).collect::<Result<Vec<_>, _>>()?;
        let finished: Option<Vec<Trained>> = results.into_iter().collect();
        finished.map(|trainings| self.found(&folder, trainings)).transpose()
    }

    /// Runs the trial as far as it is not finished. A finished stage is not run again, and one that was cut
    /// short resumes from its last checkpoint.
    ///
    /// # Errors
    /// Returns [`zodarts_run::Error::InUse`] if another process runs the trial, and the errors of
    /// [`Job::search`], [`Job::train`] and [`evaluate_run`](zodarts_run::job::evaluate_run).
    pub fn run(&self, observer: &mut dyn Observer) -> Result<TrialResult, Error> {
        let _lock = Lock::beside(&self.resumable.path)?;
        self.check()?;
        let folder = self.resumable.open()?;
        let genotype = self.genotype(&self.resumable.job(&folder), observer)?;
        let trainings = Training::of(&self.resumable);
        let trained: Result<Vec<Trained>, Error> =
            trainings.iter().map(|training| training.run(genotype, observer)).collect();
        self.found(&folder, trained?)
    }

    fn found(&self, folder: &RunFolder, trainings: Vec<Trained>) -> Result<TrialResult, Error> {
        let search = folder.record(SearchSummary::FILE)?;
        let search_records = folder.records(names::SEARCH_RECORDS)?;
        let (candidate, seed) = (self.candidate, self.resumable.settings.seed);
        let sample = if self.is_of_sample() { self.sample.finished()? } else { None };
        let threads = folder.config()?.0.map(|run| run.threads);
        Ok(TrialResult { candidate, seed, trainings, search, search_records, sample, threads })
    }

    fn is_of_sample(&self) -> bool {
        matches!(self.candidate, Candidate::OfSample(_))
    }

    fn genotype(&self, job: &Job<'_>, observer: &mut dyn Observer) -> Result<Option<Genotype>, Error> {
        if let Some(found) = job.folder.record::<SearchSummary>(SearchSummary::FILE)? {
            return Ok(Some(found.genotype));
        }
        Ok(match self.candidate {
            Candidate::Resnet18 => None,
            Candidate::Random => {
                let genotype =
                    random_genotype(self.resumable.settings.search.space, self.resumable.settings.seed);
                job.folder.write_genotype(&genotype)?;
                Some(genotype)
            }
            Candidate::Search(_) => Some(job.search(None, observer)?.genotype),
            Candidate::RandomWs => Some(job.random_search(observer)?.best.genotype),
            Candidate::OfSample(end) => {
                let taken = chosen(end, &self.sample.run(observer)?);
                job.keep_found(&taken)?;
                Some(taken.genotype)
            }
        })
    }
}
