//! Compatibility of the library `zodarts` with an earlier version, checked by `cargo semver-checks`.

use crate::shell;
use crate::tool::Tool;
use anyhow::{Context, Result, anyhow};
use clap::Args;
use std::process::Command;

const SEMVER_CHECKS: Tool = Tool { name: "cargo-semver-checks", version: "0.51.0" };

/// The options of `cargo xtask semver`.
#[derive(Args, Debug)]
pub struct Options {
    /// The git revision to compare with [default: the last tag]
    #[arg(long, value_name = "REV")]
    baseline: Option<String>,
}

/// Compares the library with the baseline.
///
/// # Errors
/// If the library breaks more than the version in `Cargo.toml` allows.
pub fn run(options: &Options) -> Result<()> {
    let baseline = options.baseline.clone().or_else(last_tag).context(
        "no version is tagged yet; name a commit to compare with: cargo xtask semver --baseline REV",
    )?;
    let tool = SEMVER_CHECKS.ensure().map_err(|reason| anyhow!(reason))?;
    println!("==> the library of this folder, compared with that of {baseline}");
    let mut command = shell::as_by_hand(Command::new(tool));
    command.args(["semver-checks", "--package", "zodarts", "--baseline-rev", &baseline]);
    shell::run(&mut command)
}

fn last_tag() -> Option<String> {
    let mut git = Command::new("git");
    let output = git.args(["describe", "--tags", "--abbrev=0"]).current_dir(shell::root()).output().ok()?;
    let tag = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| tag.trim().to_owned())
}
