//! The share of this machine's limits that each kernel reaches: builds and runs `zodarts-roofline`.

use crate::shell;
use anyhow::Result;

/// Runs it with these options; it explains them under `--help`.
pub fn run(options: &[&str]) -> Result<()> {
    let mut cargo = shell::cargo();
    cargo.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "zodarts-bench",
        "--bin",
        "zodarts-roofline",
        "--",
    ]);
    shell::run(cargo.args(options))
}
