//! What the workspace depends on, held to `deny.toml` by `cargo deny`.

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

/// Fetches the database first: where that fails nothing is known about the dependencies, and only what a check of a database that is
/// there finds is their fault. That `deny.toml` can be read has been seen before.
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
