//! `docs/reference.md`, made from the command's own definitions.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::process::Stdio;

/// Has the command print its reference, and keeps that.
pub fn run() -> Result<()> {
    let mut cargo = shell::cargo();
    cargo.args(["run", "--quiet", "--package", "zodarts-cli", "--", "reference"]).stderr(Stdio::inherit());
    let output = cargo.output().context("cannot run cargo")?;
    if !output.status.success() {
        bail!("cargo: {}", output.status);
    }
    let path = shell::root().join("docs/reference.md");
    std::fs::write(&path, output.stdout).with_context(|| format!("{} cannot be written", path.display()))
}
