//! Going on where a stage was cut short.

use super::RunError;
use super::checkpoint::Restored;
use super::folder::RunFolder;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What all records say of themselves.
#[derive(Deserialize)]
struct Numbered {
    epoch: usize,
}

/// A stage up to its last checkpoint that can be used.
#[derive(Debug)]
pub struct Resumed<R> {
    /// The checkpoint.
    pub checkpoint: Restored,
    /// The records up to it, one an epoch.
    pub records: Vec<R>,
}

/// What there is to go on with.
#[derive(Debug)]
pub struct Resumption<R> {
    /// Where to go on; none if the stage has to begin, or begin again.
    pub from: Option<Resumed<R>>,
    /// Why checkpoints could not be used.
    pub refused: Vec<RunError>,
}

impl RunFolder {
    /// Where a stage can go on. Records beyond the checkpoint are dropped; without a checkpoint they are set aside. In a folder that
    /// does not [resume](RunFolder::resuming) a stage begins, and nothing is touched.
    ///
    /// # Errors
    /// If a file cannot be written, or is of a later version. Damaged files are no errors: the checkpoint before is taken, or the stage begins again.
    pub fn resume<R: DeserializeOwned>(&self, stage: &str) -> Result<Resumption<R>, RunError> {
        let mut refused = Vec::new();
        if !self.resumes() {
            return Ok(Resumption { from: None, refused });
        }
        for name in ["latest", "previous"] {
            let path = self.path().join("checkpoint").join(format!("{name}.safetensors"));
            if !path.is_file() {
                continue;
            }
            match Restored::read(&path).and_then(|checkpoint| self.up_to(stage, checkpoint)) {
                Ok(Some(resumed)) => return Ok(Resumption { from: Some(resumed), refused }),
                Ok(None) => {}
                Err(error @ (RunError::Write { .. } | RunError::Newer { .. })) => return Err(error),
                Err(error) => refused.push(error),
            }
        }
        self.set_aside(stage)?;
        Ok(Resumption { from: None, refused })
    }

    /// The stage up to a checkpoint; none if it is one of another stage.
    fn up_to<R: DeserializeOwned>(
        &self,
        stage: &str,
        checkpoint: Restored,
    ) -> Result<Option<Resumed<R>>, RunError> {
        if checkpoint.stage() != stage {
            return Ok(None);
        }
        let (name, count) = (format!("{stage}.jsonl"), checkpoint.epochs_done());
        let mut records: Vec<R> = self.records(&name)?;
        if records.len() < count {
            let reason = format!("{} records, but {count} epochs were done", records.len());
            return Err(RunError::Damaged { path: self.path().join(name), reason });
        }
        self.check_order(&name, count)?;
        records.truncate(count);
        self.keep_lines(&name, count)?;
        Ok(Some(Resumed { checkpoint, records }))
    }

    /// Refuses records of which one is not that of its epoch: a stage goes on by what they say.
    fn check_order(&self, name: &str, count: usize) -> Result<(), RunError> {
        let numbered: Vec<Numbered> = self.records(name)?;
        match numbered.iter().take(count).enumerate().find(|(at, record)| record.epoch != *at) {
            Some((at, Numbered { epoch })) => {
                let reason = format!("line {} is of epoch {epoch}, expected {at}", at + 1);
                Err(RunError::Damaged { path: self.path().join(name), reason })
            }
            None => Ok(()),
        }
    }
}
