//! `zodarts completions`.

use crate::args;
use crate::output;
use anyhow::Result;
use clap_complete::Shell;

/// Prints a shell's completion script.
pub fn run(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "zodarts", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}
