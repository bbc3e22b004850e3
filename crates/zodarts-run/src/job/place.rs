//! Where a run goes: a folder of its own, or that of one that was cut short.

use super::difference::{other_data, other_setting};
use crate::error::Error;
use crate::folder::{Goal, RunError, RunFolder, names};
use crate::lock::Lock;
use crate::settings::Settings;
use std::path::{Path, PathBuf};
use zodarts_data::DatasetInfo;

/// Whether a run goes on that was cut short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resume {
    /// If there is one.
    #[default]
    Auto,
    /// Yes: without one there is nothing to do.
    Always,
    /// No: a new run begins.
    Never,
}

/// A run that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// What it is to come to.
    pub goal: Goal,
    /// Its data.
    pub info: &'a DatasetInfo,
    /// Its settings.
    pub settings: &'a Settings,
    /// Whether it may be one that was cut short.
    pub resume: Resume,
}

/// How far a folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// What was wanted is there.
    Reached,
    /// It is on the way.
    CutShort,
    /// It is of another kind, and in what.
    Other(String),
}

impl Wanted<'_> {
    /// The folder at `path`, which is new, empty, or that of such a run that was cut short. Nobody else works in it as long as the lock
    /// lasts.
    ///
    /// # Errors
    /// If it holds anything else, another process works in it, or it cannot be read or written.
    pub fn at(&self, path: &Path) -> Result<(RunFolder, Lock), Error> {
        if !path.join(names::CONFIG).is_file() {
            return self.begin(path, || Ok((RunFolder::create(path)?, Lock::inside(path)?)));
        }
        let lock = Lock::inside(path)?;
        let folder = RunFolder::open(path)?;
        match self.standing(&folder)? {
            Standing::CutShort if self.resume != Resume::Never => Ok((folder.resuming()?, lock)),
            Standing::CutShort | Standing::Reached => Err(RunError::Exists { path: path.into() }.into()),
            Standing::Other(difference) => Err(Error::OtherRun { path: path.into(), difference }),
        }
    }

    /// The newest of `parent/name`, `parent/name-2` and so on that is such a run, was cut short and is nobody else's; a new one of these
    /// names if there is none.
    ///
    /// # Errors
    /// If a folder cannot be read or written, or there is none and a new one is not wanted.
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

    /// A run that may go on; none if it may not, for whatever reason.
    fn cut_short(&self, path: &Path) -> Option<(RunFolder, Lock)> {
        let folder = RunFolder::open(path).ok()?;
        // It is looked at under its lock, or it might end in the meantime.
        let lock = Lock::inside(path).ok()?;
        let standing = self.standing(&folder).ok()?;
        (standing == Standing::CutShort).then(|| Some((folder.resuming().ok()?, lock)))?
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

    fn standing(&self, folder: &RunFolder) -> Result<Standing, Error> {
        let (run, settings) = folder.config()?;
        let command = run.as_ref().and_then(|run| run.command.as_deref());
        if command != Some(self.goal.name()) {
            let found = command
                .map_or_else(|| "a command that is not on record".into(), |it| format!("`zodarts {it}`"));
            return Ok(Standing::Other(format!("made by {found}, not `zodarts {}`", self.goal)));
        }
        let difference =
            other_data(run.as_ref(), self.info).or_else(|| other_setting(&settings, self.settings));
        Ok(match difference {
            Some(difference) => Standing::Other(difference),
            None if folder.status()?.is_finished() => Standing::Reached,
            None => Standing::CutShort,
        })
    }
}

/// `parent/name`, or `parent/name-2` and so on: the first that is new or vacant, as a process leaves it that is killed at once, and that
/// nobody else is quicker to take.
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

/// A folder that nobody has.
fn take(path: &Path) -> Result<Option<(RunFolder, Lock)>, Error> {
    let folder = match RunFolder::create(path) {
        Err(RunError::Exists { .. }) => return Ok(None),
        created => created?,
    };
    let lock = match Lock::inside(path) {
        Err(Error::InUse { .. }) => return Ok(None),
        locked => locked?,
    };
    // Between the two somebody may have come, worked and gone.
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
