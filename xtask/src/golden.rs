//! Golden numbers: runs copies of the Python scripts of every `crates/*/golden` folder and compares the files
//! that they write with those checked in.

use crate::{python, shell};
use anyhow::{Context, Result};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The options of `cargo xtask golden`.
#[derive(Args, Debug)]
pub struct Options {
    /// Replace the checked-in numbers instead of comparing
    #[arg(long)]
    write: bool,
    /// An interpreter with the packages of xtask/golden/requirements.txt [default: a virtual environment]
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
}

/// Runs the scripts, then compares or replaces the numbers.
pub fn run(options: &Options) -> Result<()> {
    let requirements = "xtask/golden/requirements.txt";
    let Some(python) = python::interpreter(options.python.as_deref(), "golden-venv", requirements)? else {
        eprintln!("SKIPPED: python3 is not installed, so the golden numbers were neither made nor compared");
        return Ok(());
    };
    for folder in golden_folders()? {
        println!("==> {}", folder.strip_prefix(shell::root()).unwrap_or(&folder).display());
        let fresh = regenerate(&python, &folder)?;
        if options.write {
            copy_files(&fresh, &folder, |path| !is_script(path))?;
        } else {
            compare(&python, &folder, &fresh)?;
        }
    }
    Ok(())
}

fn golden_folders() -> Result<Vec<PathBuf>> {
    let crates = files_of(&shell::root().join("crates"))?;
    Ok(crates.into_iter().map(|path| path.join("golden")).filter(|path| path.is_dir()).collect())
}

/// Runs every script of the folder in a copy, and returns the copy.
fn regenerate(python: &Path, folder: &Path) -> Result<PathBuf> {
    let name = folder.parent().and_then(Path::file_name).context("a golden folder lies in a crate")?;
    let copy = shell::target().join("golden").join(name);
    if copy.exists() {
        fs::remove_dir_all(&copy).with_context(|| format!("cannot empty {}", copy.display()))?;
    }
    fs::create_dir_all(&copy).with_context(|| format!("cannot create {}", copy.display()))?;
    copy_files(folder, &copy, is_script)?;
    for script in files_of(&copy)?.iter().filter(|path| is_script(path)) {
        shell::run(Command::new(python).arg(script).current_dir(&copy))
            .with_context(|| format!("{} failed", script.display()))?;
    }
    Ok(copy)
}

fn compare(python: &Path, checked_in: &Path, fresh: &Path) -> Result<()> {
    let script = shell::root().join("xtask/golden/compare.py");
    shell::run(Command::new(python).arg(script).args([checked_in, fresh]))
        .context("golden numbers differ; if the new ones are right, run: cargo xtask golden --write")
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

fn copy_files(from: &Path, to: &Path, wanted: impl Fn(&Path) -> bool) -> Result<()> {
    for file in files_of(from)?.iter().filter(|path| path.is_file() && wanted(path)) {
        let name = file.file_name().context("a listed file has a name")?;
        fs::copy(file, to.join(name)).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    Ok(())
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let list = || -> std::io::Result<Vec<PathBuf>> {
        let mut paths =
            fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    };
    list().with_context(|| format!("cannot list {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_golden_folder_has_a_script() {
        let folders = golden_folders().unwrap();
        assert!(!folders.is_empty());
        for folder in folders {
            assert!(files_of(&folder).unwrap().iter().any(|path| is_script(path)), "{}", folder.display());
        }
    }
}
