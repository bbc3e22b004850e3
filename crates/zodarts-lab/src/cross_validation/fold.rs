//! A fold: a training on the others, and the scores of the images that it holds out.

use super::result::FoldResult;
use crate::error::Error;
use crate::resumable_folder::ResumableFolder;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::model::Model;
use zodarts_nas::observer::Observer;
use zodarts_run::folder::{Evaluation, Progress, RunFolder, Split, names};
use zodarts_run::lock::Lock;

/// The run of a fold.
#[derive(Clone, Debug)]
pub struct FoldRun<'a> {
    pub genotype: Option<Genotype>,
    pub resumable: ResumableFolder<'a>,
}

impl FoldRun<'_> {
    /// Refuses a folder that holds another run.
    pub fn check(&self) -> Result<(), Error> {
        self.resumable.check()?;
        let Some(folder) = self.resumable.begun()? else { return Ok(()) };
        let found =
            if folder.path().join(names::GENOTYPE).is_file() { Some(folder.genotype()?) } else { None };
        if found == self.genotype {
            return Ok(());
        }
        let words =
            |genotype: Option<Genotype>| genotype.map_or_else(|| "none".into(), |found| found.to_string());
        let (path, found, wanted) = (folder.path().to_owned(), words(found), words(self.genotype));
        Err(Error::OtherArchitecture { path, found, wanted })
    }

    /// Returns the result, or `None` if the fold is not finished.
    pub fn result(&self) -> Result<Option<FoldResult>, Error> {
        let Some(folder) = self.resumable.begun()? else { return Ok(None) };
        found(&folder)
    }

    /// Trains and scores, as far as that was not done before.
    ///
    /// # Panics
    /// If another program removes the evaluation at once.
    pub fn run(&self, observer: &mut dyn Observer) -> Result<FoldResult, Error> {
        let _lock = Lock::beside(&self.resumable.path)?;
        let folder = self.resumable.open()?;
        if let Some(genotype) = &self.genotype {
            folder.write_genotype(genotype)?;
        }
        let job = self.resumable.job(&folder);
        let model = match folder.status()?.training {
            Progress::Done => Model::load(folder.path())?,
            _ => job.train(self.genotype, observer)?.model,
        };
        job.evaluate(&model, Split::Val)?;
        Ok(found(&folder)?.expect("an evaluation that was just written"))
    }
}

/// Returns the evaluation of a fold, if it is complete.
fn found(folder: &RunFolder) -> Result<Option<FoldResult>, Error> {
    Ok(Evaluation::read(folder, Split::Val)?.map(FoldResult))
}
