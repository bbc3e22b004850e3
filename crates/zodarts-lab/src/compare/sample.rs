//! The sample of `best-of-32` and `worst-of-32`: genotypes drawn at random, each trained shortly and
//! evaluated on the validation images.
//!
//! The sample is a run folder beside the trials. It holds `config.toml` with the settings of the short
//! trainings, and `sample.jsonl`, to which one line is appended for each genotype that was evaluated. The
//! process that makes it holds the lock `seed-S.lock` beside it. Another trial that needs the same sample
//! waits, and then finds it finished.

use crate::error::Error;
use crate::resumable_folder::ResumableFolder;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use zodarts_data::rng::stream;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::observer::{Event, Observer, StageKind, Step};
use zodarts_nas::search::{SearchSummary, Stop};
use zodarts_nas::train::batch_size;
use zodarts_run::folder::RunFolder;
use zodarts_run::lock::Lock;
use zodarts_run::settings::{Checked, Settings};

/// The number of genotypes of a sample.
pub const SAMPLE: usize = 32;

/// A full training has this many times the epochs of a short one.
const SHORTER: usize = 10;

const FILE: &str = "sample.jsonl";

/// A genotype of the sample and its short training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampled {
    /// The genotype.
    pub genotype: Genotype,
    /// Validation ACC after the short training.
    pub val_acc: f64,
    /// Validation AUC after it; `None` if it is undefined.
    pub val_auc: Option<f64>,
    /// Trainable parameters.
    pub params: u64,
    /// Multiply-accumulates of one image.
    pub macs: u64,
    /// Epochs of the short training.
    pub epochs: usize,
    /// Its passes over one batch.
    pub passes: usize,
    /// Its seconds.
    pub seconds: f64,
}

/// An end of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The best genotype.
    Best,
    /// The worst genotype.
    Worst,
}

/// The sample of a seed on a data set, and its run folder.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    resumable: ResumableFolder<'a>,
}

impl<'a> Sample<'a> {
    /// Returns the sample in the folder of `resumable`, whose settings are those of a full training.
    pub fn new(resumable: ResumableFolder<'a>) -> Self {
        Self { resumable: ResumableFolder { settings: shortened(&resumable.settings), ..resumable } }
    }

    /// Refuses a folder that holds another sample.
    pub fn check(&self) -> Result<(), Error> {
        self.resumable.check()
    }

    /// Returns the genotypes, or `None` if some are not evaluated yet.
    pub fn finished(&self) -> Result<Option<Vec<Sampled>>, Error> {
        let Some(folder) = self.resumable.begun()? else { return Ok(None) };
        let sample: Vec<Sampled> = folder.records(FILE)?;
        Ok((sample.len() == SAMPLE).then_some(sample))
    }

    /// Trains and evaluates the genotypes that are missing, and returns all.
    pub fn run(&self, observer: &mut dyn Observer) -> Result<Vec<Sampled>, Error> {
        let _lock = Lock::wait_beside(&self.resumable.path, || {
            observer.event(Event::Note("waiting for the sample, which another trial is making".into()));
        })?;
        let folder = self.resumable.open()?;
        folder.drop_half_line(FILE)?;
        let mut sample: Vec<Sampled> = folder.records(FILE)?;
        let mut random = stream(self.resumable.settings.seed, "sample-genotypes", 0);
        let genotypes = Genotype::draw_different(self.resumable.settings.search.space, SAMPLE, &mut random);
        for genotype in genotypes.into_iter().skip(sample.len()) {
            let mut observer = Among { index: sample.len(), observer: &mut *observer };
            let sampled = self.judge(&folder, genotype, &mut observer)?;
            folder.append(FILE, &sampled)?;
            sample.push(sampled);
        }
        observer.event(Event::StageDone(StageKind::Sample));
        Ok(sample)
    }

    fn judge(
        &self,
        folder: &RunFolder,
        genotype: Genotype,
        observer: &mut dyn Observer,
    ) -> Result<Sampled, Error> {
        let ResumableFolder { dataset, settings, .. } = &self.resumable;
        let outcome = self.resumable.job(folder).try_out(genotype, observer)?;
        let (images, cost) = (dataset.train.len(), outcome.model.cost());
        let steps = images.div_ceil(batch_size(&dataset.info, images, &settings.train));
        Ok(Sampled {
            genotype,
            val_acc: outcome.val_acc,
            val_auc: outcome.val_auc,
            params: cost.params,
            macs: cost.macs,
            epochs: outcome.epochs,
            passes: outcome.epochs * steps,
            seconds: outcome.seconds,
        })
    }
}

/// Returns the settings of a short training: a tenth of the epochs, with the full schedule in them.
fn shortened(settings: &Checked<Settings>) -> Checked<Settings> {
    let mut short = settings.clone().into_inner();
    short.train.epochs = (settings.train.epochs / SHORTER).max(1);
    short.check().expect("a shorter training is as good as a whole one")
}

/// Returns the summary of a search that takes one end of a sample. The sample must not be empty.
pub fn chosen(end: End, sample: &[Sampled]) -> SearchSummary {
    let genotype = pick(end, sample).expect("a sample is not empty").genotype;
    SearchSummary {
        genotype,
        argmax: genotype,
        epochs: sample.iter().map(|sampled| sampled.epochs).sum(),
        passes: sample.iter().map(|sampled| sampled.passes).sum(),
        seconds: sample.iter().map(|sampled| sampled.seconds).sum(),
        stop: Stop::Finished,
        supernet: None,
    }
}

/// Returns the genotype at an end of the sample, by ACC, then AUC; among equals, the first drawn.
fn pick(end: End, sample: &[Sampled]) -> Option<Sampled> {
    let wins = match end {
        End::Best => Ordering::Greater,
        End::Worst => Ordering::Less,
    };
    sample.iter().copied().reduce(|a, b| if merit(&b).partial_cmp(&merit(&a)) == Some(wins) { b } else { a })
}

fn merit(sampled: &Sampled) -> (f64, f64) {
    (sampled.val_acc, sampled.val_auc.unwrap_or(0.0))
}

/// Shows the short trainings as one stage.
struct Among<'o> {
    index: usize,
    observer: &'o mut dyn Observer,
}

impl Observer for Among<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Step(step) => self.observer.event(Event::Step(Step {
                stage: StageKind::Sample,
                epoch: self.index * step.epochs + step.epoch,
                epochs: SAMPLE * step.epochs,
                ..step
            })),
            Event::StageDone(_) => {}
            other => self.observer.event(other),
        }
    }

    fn stop_requested(&self) -> bool {
        self.observer.stop_requested()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampled(index: usize, val_acc: f64, val_auc: Option<f64>) -> Sampled {
        let genotype = Genotype::from_index(&zodarts_nn::space::NAS_BENCH_201, index).unwrap();
        Sampled { genotype, val_acc, val_auc, params: 1, macs: 1, epochs: 2, passes: 6, seconds: 0.5 }
    }

    #[test]
    fn ends_are_found_by_acc_then_auc_then_order() {
        let sample = [
            sampled(1, 0.5, Some(0.9)),
            sampled(2, 0.8, Some(0.6)),
            sampled(3, 0.8, Some(0.7)),
            sampled(4, 0.8, Some(0.7)),
            sampled(5, 0.5, Some(0.4)),
            sampled(6, 0.5, Some(0.4)),
        ];
        let index = |end| pick(end, &sample).unwrap().genotype.index();
        assert_eq!((index(End::Best), index(End::Worst)), (3, 5));
        assert_eq!(pick(End::Best, &[]), None);
    }

    #[test]
    fn the_whole_sample_is_the_price_of_either_end() {
        let sample = [sampled(1, 0.5, None), sampled(2, 0.8, None)];
        let (best, worst) = (chosen(End::Best, &sample), chosen(End::Worst, &sample));
        assert_eq!((best.epochs, best.passes, best.seconds), (4, 12, 1.0));
        assert_eq!((worst.epochs, worst.passes, worst.seconds), (4, 12, 1.0));
        assert_ne!(best.genotype, worst.genotype);
    }

    #[test]
    fn a_short_training_has_a_tenth_of_the_epochs_and_one_at_least() {
        let epochs = |whole| {
            let mut settings = Settings::default();
            settings.train.epochs = whole;
            shortened(&settings.check().unwrap()).train.epochs
        };
        assert_eq!((epochs(300), epochs(19), epochs(2)), (30, 1, 1));
    }
}
