//! The choice of a run's folder: a new one, or that of a run that was cut short.

use super::difference::other_run;
use crate::error::Error;
use crate::folder::{Goal, RunError, RunFolder, names};
use crate::lock::Lock;
use crate::settings::Settings;
use std::path::{Path, PathBuf};
use zodarts_data::DatasetInfo;

/// The treatment of a run that was cut short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resume {
    /// Resumes the run if there is one, and begins a new one otherwise.
    #[default]
    Auto,
    /// Resumes the run, and fails if there is none.
    Always,
    /// Begins a new run.
    Never,
}

/// A query for the folder of a run.
#[derive(Clone, Copy, Debug)]
pub struct RunQuery<'a> {
    /// The goal of the run.
    pub goal: Goal,
    /// Its data.
    pub info: &'a DatasetInfo,
    /// Its settings.
    pub settings: &'a Settings,
    /// The treatment of a run that was cut short.
    pub resume: Resume,
}

/// The state of the run in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
enum RunState {
    /// The run is finished.
    Finished,
    /// The run was cut short.
    CutShort,
    /// The folder holds another run, with this difference.
    Other(String),
}

impl RunQuery<'_> {
    /// Opens the folder at `path`, which must be new, empty, or that of the same run cut short. Nobody else
    /// works in it as long as the lock lasts.
    ///
    /// # Errors
    /// Returns an error if it holds anything else, another process works in it, or it cannot be read or
    /// written.
    pub fn at(&self, path: &Path) -> Result<(RunFolder, Lock), Error> {
        if !path.join(names::CONFIG).is_file() {
            return self.begin(path, || Ok((RunFolder::create(path)?, Lock::inside(path)?)));
        }
        let lock = Lock::inside(path)?;
        let folder = RunFolder::open(path)?;
        match self.state(&folder)? {
            RunState::CutShort if self.resume != Resume::Never => Ok((folder.resuming()?, lock)),
            RunState::CutShort | RunState::Finished => Err(RunError::Exists { path: path.into() }.into()),
            RunState::Other(difference) => Err(Error::OtherRun { path: path.into(), difference }),
        }
    }

    /// Opens the newest of `parent/name`, `parent/name-2` and so on that holds the same run cut short and
    /// that nobody else uses, or creates a new folder of these names.
    ///
    /// # Errors
    /// Returns an error if a folder cannot be read or written, or there is none and a new one is not wanted.
    pub fn below(&self, parent: &Path, name: &str) -> Result<(RunFolder, Lock), Error> {
        let numbered = |number| RunFolder::numbered(parent, name, number);
        let mut begun: Vec<PathBuf> = Vec::new();
        while numbered(begun.len() + 1).exists() {
            begun.push(numbered(begun.len() + 1));
        }
        let mut candidates = begun.iter().rev().filter(|_| self.resume != Resume::Never);
        if let Some(found) = candidates.find_map(|path| self.cut_short(path)) {
            return Ok(found);
        }
        self.begin(&parent.join(name), || fresh(parent, name))
    }

    /// Returns the folder of a run that may resume, or `None` if it may not, for whatever reason.
    fn cut_short(&self, path: &Path) -> Option<(RunFolder, Lock)> {
        let folder = RunFolder::open(path).ok()?;
        // The state is read under the lock, as the run might end in the meantime.
        let lock = Lock::inside(path).ok()?;
        let state = self.state(&folder).ok()?;
        (state == RunState::CutShort).then(|| Some((folder.resuming().ok()?, lock)))?
    }

    fn begin(
        &self,
        path: &Path,
        create: impl FnOnce() -> Result<(RunFolder, Lock), Error>,
    ) -> Result<(RunFolder, Lock), Error> {
        if self.resume == Resume::Always {
            return Err(Error::NothingToResume { path: path.into(), command: self.goal.name() });
        }
        create()
    }

    fn state(&self, folder: &RunFolder) -> Result<RunState, Error> {
        let (run, settings) = folder.config()?;
        let command = run.as_ref().and_then(|run| run.command.as_deref());
        if command != Some(self.goal.name()) {
            let found = command
                .map_or_else(|| "a command that is not on record".into(), |it| format!("`zodarts {it}`"));
            return Ok(RunState::Other(format!("made by {found}, not `zodarts {}`", self.goal)));
        }
        Ok(match other_run(run.as_ref(), &settings, self.info, self.settings) {
            Some(difference) => RunState::Other(difference),
            None if folder.status()?.is_finished() => RunState::Finished,
            None => RunState::CutShort,
        })
    }
}

/// Takes the first of `parent/name`, `parent/name-2` and so on that is new or vacant and that nobody else
/// takes first.
fn fresh(parent: &Path, name: &str) -> Result<(RunFolder, Lock), Error> {
    for number in 1.. {
        let path = RunFolder::numbered(parent, name, number);
        if path.is_file() {
            continue;
        }
        if let Some(taken) = take(&path)? {
            return Ok(taken);
        }
    }
    unreachable!("there is always another number")
}

/// Takes a folder, or returns `None` if somebody else has it.
fn take(path: &Path) -> Result<Option<(RunFolder, Lock)>, Error> {
    let folder = match RunFolder::create(path) {
        Err(RunError::Exists { .. }) => return Ok(None),
        created => created?,
    };
    let lock = match Lock::inside(path) {
        Err(Error::InUse { .. }) => return Ok(None),
        locked => locked?,
    };
    // Somebody may have come, worked and gone between the two.
    Ok(RunFolder::is_vacant(path)?.then_some((folder, lock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_leaves_that_is_killed_at_once_is_taken() {
        let parent = tempfile::tempdir().unwrap();
        let path = |name: &str| parent.path().join(name);
        let next = || fresh(parent.path(), "run").unwrap();
        let (first, lock) = next();
        assert_eq!(first.path(), path("run"));
        // Somebody works there.
        assert_eq!(next().0.path(), path("run-2"));
        drop(lock);
        std::fs::write(path("run").join(".writing-x"), "half").unwrap();
        assert_eq!(next().0.path(), path("run"));
        std::fs::write(path("run").join(names::CONFIG), "").unwrap();
        std::fs::write(path("run-2").join("notes.txt"), "mine").unwrap();
        std::fs::write(path("run-3"), "a file").unwrap();
        assert_eq!(next().0.path(), path("run-4"));
    }
}
