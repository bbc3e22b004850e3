//! Developers' commands: `cargo xtask validate`, `deny`, `fuzz`, `golden`, `peers`, `reference`, `roofline`, `sanitize` and `semver`.

mod browser;
mod deny;
mod fuzz;
mod golden;
mod network;
mod peers;
mod python;
mod reference;
mod roofline;
mod sanitize;
mod semver;
mod shell;
mod tool;
mod validate;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <COMMAND>

Commands:
  validate [--fix]                   Check everything, cheapest first; --fix formats instead of checking the format
  deny                               Hold what the workspace depends on to deny.toml: licences, build scripts, sources,
                                     known faults; installs cargo-deny below target/tools where it is not there
  fuzz TARGET|all [--time 10m]       Read damaged files of a kind (a file of fuzz/fuzz_targets), as coverage guides, for a time each;
                                     needs cargo-fuzz; what crashes, hangs or fills the memory is left in fuzz/artifacts
  golden [--write] [--python PATH]   Make the golden numbers again and compare them with those checked in;
                                     --write replaces these, --python uses an interpreter that has the packages of
                                     xtask/golden/requirements.txt instead of making a virtual environment
  peers [--only PART] [--quick] [--python PATH] [--data FOLDER]
                                     Compare zodarts with PyTorch and onnxruntime on this machine and write
                                     bench/results; see bench/README.md
  reference                          Make docs/reference.md again from the command's own definitions
  roofline [--json] [--rounds N] [--portable]
                                     Measure this machine's limits and the share of them that each kernel reaches
  sanitize                           Run the tests of zodarts-kernels under AddressSanitizer (where there is a nightly
                                     toolchain) and valgrind (where it is installed)
  semver [--baseline REV]            Ask cargo-semver-checks whether the library zodarts keeps what it promised at REV,
                                     by default the last tag; installs it below target/tools where it is not there
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["validate"] => validate::run(false),
        ["validate", "--fix"] => validate::run(true),
        ["deny"] => deny::run(),
        ["fuzz", options @ ..] => fuzz::run(&fuzz::Options::parse(options)?),
        ["golden", options @ ..] => golden::run(&golden::Options::parse(options)?),
        ["peers", options @ ..] => peers::run(&peers::Options::parse(options)?),
        ["reference"] => reference::run(),
        ["roofline", options @ ..] => roofline::run(options),
        ["sanitize"] => sanitize::run(),
        ["semver", options @ ..] => semver::run(&semver::Options::parse(options)?),
        ["--help" | "-h" | "help"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("cannot understand `{}`\n\n{USAGE}", arguments.join(" ")),
    }
}
