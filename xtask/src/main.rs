//! Developers' commands of the workspace; `cargo xtask help` lists them.

mod browser;
mod deny;
mod dist;
mod fuzz;
mod golden;
mod hot_kernels;
mod network;
mod peers;
mod python;
mod reference;
mod roofline;
mod same_bits;
mod sanitize;
mod semver;
mod shell;
mod tool;
mod validate;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Developers' commands of the zodarts workspace.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// A developers' command. The first paragraph of its documentation is its line in the list of commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run every check, cheapest first, up to the first that fails.
    Validate(validate::Options),
    /// Check the dependencies against deny.toml: licences, build scripts, sources, advisories.
    ///
    /// Installs cargo-deny below target/tools if it is not there.
    Deny,
    /// Make the archive that is published, with manual pages and completions, and print its size.
    Dist,
    /// Feed damaged files to the readers, guided by coverage.
    ///
    /// Needs cargo-fuzz. An input that crashes, hangs or fills the memory is left in fuzz/artifacts.
    Fuzz(fuzz::Options),
    /// Recompute the golden numbers and compare them with those checked in.
    Golden(golden::Options),
    /// Check that the kernels of the built binary hold all of their arithmetic.
    ///
    /// Builds the release binary unless --binary names one with symbols. Skipped on targets other than x86-64
    /// Linux.
    HotKernels(hot_kernels::Options),
    /// Compare zodarts with PyTorch and onnxruntime on this machine; results go to bench/results.
    ///
    /// See bench/README.md.
    Peers(peers::Options),
    /// Rewrite docs/reference.md from the command's own definitions.
    Reference,
    /// Measure this machine's limits and the share of them that each kernel reaches.
    #[command(disable_help_flag = true)]
    Roofline(roofline::Options),
    /// Compare the results of short runs, bit by bit, with those of an earlier version.
    SameBits(same_bits::Options),
    /// Run the tests of zodarts-kernels under AddressSanitizer and valgrind.
    ///
    /// AddressSanitizer needs a nightly toolchain. A tool that is not installed is skipped.
    Sanitize,
    /// Check with cargo-semver-checks that the library zodarts is compatible with an earlier version.
    ///
    /// Installs it below target/tools if it is not there.
    Semver(semver::Options),
}

fn main() -> ExitCode {
    match run(&Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<()> {
    match command {
        Command::Validate(options) => validate::run(options),
        Command::Deny => deny::run(),
        Command::Dist => dist::run(),
        Command::Fuzz(options) => fuzz::run(options),
        Command::Golden(options) => golden::run(options),
        Command::HotKernels(options) => hot_kernels::run(options),
        Command::Peers(options) => peers::run(options),
        Command::Reference => reference::run(),
        Command::Roofline(options) => roofline::run(options),
        Command::SameBits(options) => same_bits::run(options),
        Command::Sanitize => sanitize::run(),
        Command::Semver(options) => semver::run(options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_of_the_roofline_are_passed_on() {
        let cli = Cli::try_parse_from(["xtask", "roofline", "--rounds", "3", "--help"]).unwrap();
        let Command::Roofline(options) = cli.command else { panic!("{cli:?}") };
        assert_eq!(options.options, ["--rounds", "3", "--help"]);
    }
}
