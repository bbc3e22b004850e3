//! Builds and runs `zodarts-roofline`: the share of this machine's limits that each kernel reaches.

use crate::shell;
use anyhow::Result;
use clap::Args;

/// The options of `zodarts-roofline`.
#[derive(Args, Debug)]
pub struct Options {
    /// Passed on: `--json`, `--rounds N`, `--portable`; `--help` explains them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub options: Vec<String>,
}

/// Runs `zodarts-roofline` with these options.
pub fn run(options: &Options) -> Result<()> {
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
    shell::run(cargo.args(&options.options))
}
