//! The dependencies of the workspace, checked against `deny.toml` by `cargo deny`.

use crate::shell;
use crate::tool::Tool;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };

/// Checks licences, build scripts and sources, and the advisories where their database can be fetched.
pub fn run() -> Result<()> {
    let deny = match DENY.ensure() {
        Ok(path) => path,
        Err(reason) => {
            println!(
                "==> SKIPPED: licences, build scripts, sources and advisories are not checked: {reason}"
            );
            return Ok(());
        }
    };
    cargo_deny(&deny, &["check", "licenses", "bans", "sources"])?;
    advisories(&deny)
}

/// Checks the advisories. If their database cannot be fetched, nothing is known about the dependencies, and
/// the check is skipped.
fn advisories(deny: &Path) -> Result<()> {
    if cargo_deny(deny, &["fetch", "db"]).is_err() {
        println!("==> SKIPPED: advisories are not checked, for their database cannot be fetched (see above)");
        return Ok(());
    }
    cargo_deny(deny, &["--offline", "check", "advisories"])
}

fn cargo_deny(deny: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new(deny);
    command.arg("--locked").args(arguments).current_dir(shell::root());
    shell::run(&mut command).with_context(|| format!("cargo deny --locked {} failed", arguments.join(" ")))
}
