//! Whether the library `zodarts` still keeps what an earlier version of it promised, asked of `cargo semver-checks`.

use crate::shell;
use crate::tool::Tool;
use anyhow::{Context, Result, anyhow, bail};
use std::process::Command;

const SEMVER_CHECKS: Tool = Tool { name: "cargo-semver-checks", version: "0.51.0" };

/// What to compare with.
#[derive(Debug, PartialEq)]
pub struct Options {
    /// A git revision; the last tag without one.
    baseline: Option<String>,
}

impl Options {
    /// Reads `[--baseline REV]`.
    pub fn parse(arguments: &[&str]) -> Result<Self> {
        match arguments {
            [] => Ok(Self { baseline: None }),
            ["--baseline", revision] => Ok(Self { baseline: Some((*revision).to_owned()) }),
            _ => bail!("semver takes [--baseline REV], found `{}`", arguments.join(" ")),
        }
    }
}

/// Compares, and fails if the version in `Cargo.toml` promises more than the library keeps.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_needs_a_revision() {
        let baseline = Some("v0.1.0".to_owned());
        assert_eq!(Options::parse(&["--baseline", "v0.1.0"]).unwrap(), Options { baseline });
        assert_eq!(Options::parse(&[]).unwrap(), Options { baseline: None });
        assert!(Options::parse(&["--baseline"]).is_err());
    }
}
