//! A run folder as the store of a stage.

use super::checkpoint;
use super::files::RunFolder;
use super::names;
use serde::Deserialize;
use zodarts_nas::files::FileError;
use zodarts_nas::stage::store::{CheckRecord, Checkpoint, Restored, Resumed, Resumption, Store};

/// The field that every record has.
#[derive(Deserialize)]
struct Numbered {
    epoch: usize,
}

impl Store for RunFolder {
    /// Returns the point from which a stage resumes. A folder that is not [resuming](RunFolder::resuming) has
    /// none, and its files are left untouched.
    fn resume(&self, stage: &str, check: CheckRecord<'_>) -> Result<Resumption, FileError> {
        let mut refused = Vec::new();
        if !self.resumes() {
            return Ok(Resumption { from: None, refused });
        }
        for name in ["latest", "previous"] {
            let path = self.path().join(names::CHECKPOINTS).join(format!("{name}.safetensors"));
            if !path.is_file() {
                continue;
            }
            match checkpoint::read(&path).and_then(|checkpoint| self.up_to(stage, checkpoint, check)) {
                Ok(Some(resumed)) => return Ok(Resumption { from: Some(resumed), refused }),
                Ok(None) => {}
                Err(error @ (FileError::Write { .. } | FileError::Newer { .. })) => return Err(error),
                Err(error) => refused.push(error),
            }
        }
        self.set_aside(stage)?;
        Ok(Resumption { from: None, refused })
    }

    fn append_record(&self, stage: &str, line: &str) -> Result<(), FileError> {
        self.append_line(&format!("{stage}.jsonl"), line)
    }

    fn save_checkpoint(&self, checkpoint: &Checkpoint<'_>) -> Result<(), FileError> {
        self.write_checkpoint(checkpoint)
    }
}

impl RunFolder {
    /// Returns the stage up to a checkpoint, or `None` if the checkpoint is of another stage.
    fn up_to(
        &self,
        stage: &str,
        checkpoint: Restored,
        check: CheckRecord<'_>,
    ) -> Result<Option<Resumed>, FileError> {
        if checkpoint.stage != stage {
            return Ok(None);
        }
        let (name, count) = (format!("{stage}.jsonl"), checkpoint.epochs_done);
        let damaged = |reason| FileError::Damaged { path: self.path().join(&name), reason };
        let mut records = self.lines(&name)?;
        for record in &records {
            check(record).map_err(|error| damaged(format!("not a record: {error}")))?;
        }
        if records.len() < count {
            return Err(damaged(format!("{} records, but {count} epochs were done", records.len())));
        }
        records.truncate(count);
        check_order(&records).map_err(damaged)?;
        self.keep_lines(&name, count)?;
        Ok(Some(Resumed { checkpoint, records }))
    }
}

/// Refuses records that are not in the order of their epochs, because a stage resumes from what they say.
fn check_order(records: &[String]) -> Result<(), String> {
    for (at, record) in records.iter().enumerate() {
        let Numbered { epoch } =
            serde_json::from_str(record).map_err(|error| format!("not a record: {error}"))?;
        if epoch != at {
            return Err(format!("line {} is of epoch {epoch}, expected {at}", at + 1));
        }
    }
    Ok(())
}
