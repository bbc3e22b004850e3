//! Reading and writing the files of a run folder.

use super::checkpoint;
use super::config::{RunConfig, RunInfo};
use super::error::RunError;
use super::names;
use crate::settings::Settings;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::files::{
    FileError, clear_temporary, is_temporary, json, json_line, read_limited, write_file, write_then,
};
use zodarts_nas::genotype::Genotype;
use zodarts_nas::stage::store::Checkpoint;

/// The largest text file that is read, in bytes.
const MAX_TEXT: u64 = 16 << 20;

/// A run folder.
#[derive(Clone, Debug)]
pub struct RunFolder {
    path: PathBuf,
    resumes: bool,
}

/// The summary of a stage's records.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct History {
    /// Epochs done.
    pub epochs: usize,
    /// The seconds of these epochs.
    pub seconds: f64,
    /// The last epoch, from 0, whose weights were selected.
    pub selected: Option<usize>,
}

/// The fields that the records of search and training share.
#[derive(Deserialize)]
struct HistoryLine {
    epoch: usize,
    seconds: f64,
    #[serde(default)]
    selected: bool,
}

impl RunFolder {
    /// Creates a new folder, with its parents.
    ///
    /// # Errors
    /// Returns an error if it cannot be created, or holds files already.
    pub fn create(path: &Path) -> Result<Self, RunError> {
        fs::create_dir_all(path).map_err(|source| FileError::Write { path: path.into(), source })?;
        if !Self::is_vacant(path)? {
            return Err(RunError::Exists { path: path.into() });
        }
        Ok(Self { path: path.into(), resumes: false })
    }

    /// Reports whether a folder is empty, apart from the lock and temporary files that a killed process
    /// leaves.
    ///
    /// # Errors
    /// Returns an error if it cannot be read.
    pub fn is_vacant(path: &Path) -> Result<bool, FileError> {
        let names =
            || fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>();
        let names = names().map_err(|source| FileError::Read { path: path.into(), source })?;
        Ok(names.iter().all(|name| name == names::LOCK || is_temporary(name)))
    }

    /// Returns the folder of run `number`, from 1, of a name: `parent/name`, `parent/name-2` and so on.
    pub fn numbered(parent: &Path, name: &str, number: usize) -> PathBuf {
        parent.join(if number == 1 { name.to_owned() } else { format!("{name}-{number}") })
    }

    /// Opens an existing folder.
    ///
    /// # Errors
    /// Returns an error if there is no `config.toml` in it.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        if !path.join(names::CONFIG).is_file() {
            return Err(RunError::NotARun { path: path.into(), missing: names::CONFIG, command: "fit" });
        }
        Ok(Self { path: path.into(), resumes: false })
    }

    /// Returns the same folder, in which a stage that was cut short resumes from its last checkpoint. The
    /// settings must be those of the run. Half-written files are removed, so nobody else may work there.
    ///
    /// # Errors
    /// Returns an error if these files cannot be removed.
    pub fn resuming(self) -> Result<Self, RunError> {
        for folder in [self.path.clone(), self.path.join(names::CHECKPOINTS)] {
            clear_temporary(&folder).map_err(|source| FileError::Write { path: folder, source })?;
        }
        Ok(Self { resumes: true, ..self })
    }

    /// Reports whether stages that were cut short resume.
    pub fn resumes(&self) -> bool {
        self.resumes
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes `config.toml`.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn write_config(&self, run: RunInfo, settings: &Settings) -> Result<(), FileError> {
        self.write(names::CONFIG, RunConfig::new(run, settings).text().as_bytes())
    }

    /// Reads `config.toml`.
    ///
    /// # Errors
    /// Returns an error if it is missing or damaged.
    pub fn config(&self) -> Result<(Option<RunInfo>, Settings), FileError> {
        let path = self.path.join(names::CONFIG);
        RunConfig::parse(&path, &self.text(names::CONFIG)?)
    }

    /// Writes `genotype.txt`.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn write_genotype(&self, genotype: &Genotype) -> Result<(), FileError> {
        self.write(names::GENOTYPE, format!("{genotype}\n").as_bytes())
    }

    /// Reads `genotype.txt`.
    ///
    /// # Errors
    /// Returns an error if it is missing or not a genotype.
    pub fn genotype(&self) -> Result<Genotype, RunError> {
        if !self.path.join(names::GENOTYPE).is_file() {
            let path = self.path.clone();
            return Err(RunError::NotARun { path, missing: names::GENOTYPE, command: "search" });
        }
        let damaged = |reason: String| FileError::Damaged { path: self.path.join(names::GENOTYPE), reason };
        Ok(self.text(names::GENOTYPE)?.trim().parse().map_err(|error| damaged(format!("{error}")))?)
    }

    /// Writes `metrics.json`, or `metrics-SPLIT.json` for another split than test.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn write_metrics(&self, metrics: &Metrics) -> Result<PathBuf, FileError> {
        let name = Metrics::file_name(&metrics.split);
        self.write_record(&name, metrics)?;
        Ok(self.path.join(name))
    }

    /// Reads the metrics of a split. Returns `None` if they were not written.
    ///
    /// # Errors
    /// Returns an error if the file is damaged.
    pub fn metrics(&self, split: &str) -> Result<Option<Metrics>, FileError> {
        self.record(&Metrics::file_name(split))
    }

    /// Writes a value to a `.json` file.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn write_record(&self, name: &str, record: &impl Serialize) -> Result<(), FileError> {
        self.write(name, json(record).as_bytes())
    }

    /// Reads a `.json` file. Returns `None` if it was not written.
    ///
    /// # Errors
    /// Returns an error if the file is damaged.
    pub fn record<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, FileError> {
        let path = self.path.join(name);
        if !path.is_file() {
            return Ok(None);
        }
        let refuse = |error: serde_json::Error| FileError::Damaged { path, reason: error.to_string() };
        serde_json::from_str(&self.text(name)?).map(Some).map_err(refuse)
    }

    /// Sets the records of a stage that was cut short aside, so that it can begin again: `NAME.jsonl` becomes
    /// `NAME-interrupted.jsonl`.
    ///
    /// # Errors
    /// Returns an error if they cannot be renamed.
    pub fn set_aside(&self, stage: &str) -> Result<(), FileError> {
        let path = self.path.join(format!("{stage}.jsonl"));
        match fs::rename(&path, self.path.join(format!("{stage}-interrupted.jsonl"))) {
            Err(source) if source.kind() != ErrorKind::NotFound => Err(FileError::Write { path, source }),
            _ => Ok(()),
        }
    }

    /// Removes the half line that a run leaves in a `.jsonl` file if it is killed while it writes, so that
    /// lines can be appended.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or written.
    pub fn drop_half_line(&self, name: &str) -> Result<(), FileError> {
        self.keep_lines(name, usize::MAX)
    }

    /// Keeps the first `count` whole lines of a `.jsonl` file and drops the rest.
    pub(super) fn keep_lines(&self, name: &str, count: usize) -> Result<(), FileError> {
        let path = self.path.join(name);
        if !path.is_file() {
            return Ok(());
        }
        let text = read_limited(&path, MAX_TEXT)?;
        let lines = text.split_inclusive(|byte| *byte == b'\n').take(count);
        let kept: usize = lines.filter(|line| line.ends_with(b"\n")).map(<[u8]>::len).sum();
        if kept == text.len() { Ok(()) } else { self.write(name, &text[..kept]) }
    }

    /// Appends a line to a `.jsonl` file.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn append(&self, name: &str, record: &impl Serialize) -> Result<(), FileError> {
        self.append_line(name, &json_line(record))
    }

    /// Appends a line, with its end, to a `.jsonl` file.
    pub(super) fn append_line(&self, name: &str, line: &str) -> Result<(), FileError> {
        let path = self.path.join(name);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        // Synced to the disk, because the checkpoint that follows relies on it.
        let write = |mut file: File| file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
        file.and_then(write).map_err(|source| FileError::Write { path, source })
    }

    /// Sums up a `.jsonl` file. Returns `None` if it does not exist or has no records.
    ///
    /// # Errors
    /// Returns an error if it cannot be read or a line is not a record.
    pub fn history(&self, name: &str) -> Result<Option<History>, FileError> {
        let lines: Vec<HistoryLine> = self.records(name)?;
        Ok((!lines.is_empty()).then(|| History {
            epochs: lines.len(),
            seconds: lines.iter().map(|line| line.seconds).sum(),
            selected: lines.iter().rfind(|line| line.selected).map(|line| line.epoch),
        }))
    }

    /// Returns the records of a `.jsonl` file; empty if it does not exist.
    ///
    /// # Errors
    /// Returns an error if it cannot be read or a line is not such a record.
    pub fn records<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>, FileError> {
        let records: Result<Vec<T>, _> =
            self.lines(name)?.iter().map(|line| serde_json::from_str(line)).collect();
        let path = || self.path.join(name);
        records.map_err(|error| FileError::Damaged { path: path(), reason: format!("not a record: {error}") })
    }

    /// Returns the whole lines of a `.jsonl` file; empty if it does not exist.
    pub(super) fn lines(&self, name: &str) -> Result<Vec<String>, FileError> {
        if !self.path.join(name).is_file() {
            return Ok(Vec::new());
        }
        let mut text = self.text(name)?;
        // A run that was killed while it wrote leaves half a line.
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Writes `checkpoint/latest`; the one before becomes `checkpoint/previous`.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub(super) fn write_checkpoint(&self, checkpoint: &Checkpoint<'_>) -> Result<(), FileError> {
        let folder = self.path.join(names::CHECKPOINTS);
        let (latest, previous) = (folder.join("latest.safetensors"), folder.join("previous.safetensors"));
        let failed = |source| FileError::Write { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        let keep = || if latest.is_file() { fs::rename(&latest, &previous) } else { Ok(()) };
        write_then(&latest, &checkpoint::encode(checkpoint), keep).map_err(failed)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        write_file(&self.path.join(name), bytes)
    }

    fn text(&self, name: &str) -> Result<String, FileError> {
        let path = self.path.join(name);
        let bytes = read_limited(&path, MAX_TEXT)?;
        String::from_utf8(bytes).map_err(|_| FileError::Damaged { path, reason: "not UTF-8 text".into() })
    }
}
