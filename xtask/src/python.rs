//! A Python interpreter with pinned packages.

use crate::shell;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The interpreter `given`, which has the packages already, or that of the virtual environment `name` in
/// cargo's output directory, made from `requirements`, a file below the workspace root. `None` without a
/// `python3`.
pub fn interpreter(given: Option<&Path>, name: &str, requirements: &str) -> Result<Option<PathBuf>> {
    match given {
        Some(path) => Ok(Some(path.into())),
        None if is_installed() => virtual_environment(name, requirements).map(Some),
        None => Ok(None),
    }
}

fn is_installed() -> bool {
    Command::new("python3")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn virtual_environment(name: &str, requirements: &str) -> Result<PathBuf> {
    let folder = shell::target().join(name);
    let python = folder.join("bin/python");
    if !python.exists() {
        shell::run_quietly(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    let requirements = shell::root().join(requirements);
    shell::run_quietly(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--retries", "1", "-r"])
            .arg(requirements),
    )?;
    Ok(python)
}
