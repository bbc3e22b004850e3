//! Every check of the workspace, cheapest first, up to the first that fails.

use crate::{browser, deny, hot_kernels, network, python, sanitize, shell};
use anyhow::{Context, Result};
use clap::Args;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Instant;

/// The options of `cargo xtask validate`.
#[derive(Args, Debug)]
pub struct Options {
    /// Format the sources instead of checking their format
    #[arg(long)]
    fix: bool,
}

/// One call of cargo.
struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const FORMAT: Step = Step { name: "format", arguments: &["fmt", "--all"], environment: &[] };

const FORMAT_CHECK: Step =
    Step { name: "format check", arguments: &["fmt", "--all", "--", "--check"], environment: &[] };

const FETCH: Step =
    Step { name: "dependencies, fetched", arguments: &["fetch", "--locked"], environment: &[] };

/// The first step that compiles everything, so the one in which build scripts run.
const LINTS: Step = Step {
    name: "lints",
    arguments: &["clippy", "--offline", "--workspace", "--all-targets", "--", "-D", "warnings"],
    environment: &[],
};

/// With the dependencies that the lints compiled: the profile of both workspaces is the same.
const FUZZ_LINTS: Step = Step {
    name: "lints of the fuzz targets, a workspace of their own",
    arguments: &[
        "clippy",
        "--locked",
        "--manifest-path",
        "fuzz/Cargo.toml",
        "--target-dir",
        "target",
        "--",
        "-D",
        "warnings",
    ],
    environment: &[],
};

const DOCUMENTATION: Step = Step {
    name: "documentation",
    arguments: &["doc", "--workspace", "--no-deps"],
    environment: &[("RUSTDOCFLAGS", "-D warnings")],
};

/// Without nextest: every test, those in documentation among them.
const TESTS: [Step; 1] = [Step { name: "tests", arguments: &["test", "--workspace"], environment: &[] }];

/// With nextest, which runs the tests of all programs side by side. It leaves out those in documentation.
const NEXTEST: [Step; 2] = [
    Step { name: "tests", arguments: &["nextest", "run", "--workspace"], environment: &[] },
    Step { name: "tests in documentation", arguments: &["test", "--workspace", "--doc"], environment: &[] },
];

const BENCHMARKS: Step = Step {
    name: "benchmarks, once each",
    // By name among all packages: for one package alone, libraries would be built again with other features.
    arguments: &["test", "--workspace", "--bench", "data", "--bench", "kernels"],
    environment: &[],
};

/// Returns the steps that run tests.
fn tests() -> &'static [Step] {
    if shell::on_path("cargo-nextest").is_some() { &NEXTEST } else { &TESTS }
}

impl Step {
    /// The step as one would type it.
    fn command_line(&self) -> String {
        let environment = self.environment.iter().map(|(name, value)| format!("{name}=\"{value}\" "));
        format!("{}cargo {}", environment.collect::<String>(), self.arguments.join(" "))
    }

    fn run(&self, python: Option<&OsString>) -> Result<()> {
        let mut cargo = shell::cargo();
        cargo.envs(python.map(|python| (PYTHON, python)));
        self.run_by(cargo, "")
    }

    /// Without a network where the system allows that, so that nothing downloads anything while it is built.
    fn run_cut_off(&self) -> Result<()> {
        if network::can_be_cut() {
            return self.run_by(network::cargo(), &network::prefix());
        }
        println!(
            "==> SKIPPED: what is built may reach the network, for `{}` does not work here",
            network::prefix().trim_end()
        );
        self.run(None)
    }

    /// By a command that starts with cargo, and is typed with `prefix` before it.
    fn run_by(&self, mut cargo: Command, prefix: &str) -> Result<()> {
        let command_line = format!("{prefix}{}", self.command_line());
        cargo.args(self.arguments).envs(self.environment.iter().copied());
        timed(self.name, "passed in", &command_line, || shell::run(&mut cargo))
    }
}

/// Checks that may have to skip what they cannot do here must not say that it passed.
const OVER: &str = "over after";

/// Runs a step and prints its command, its end and its seconds.
fn timed(name: &str, ending: &str, command_line: &str, run: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("==> {name}: {command_line}");
    let start = Instant::now();
    run().with_context(|| format!("{name} failed; to run it alone: {command_line}"))?;
    println!("==> {name}: {ending} {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Names the Python that exported files and event files are checked with.
const PYTHON: &str = "ZODARTS_PYTHON";

/// The programs beside cargo that tests run.
struct Programs {
    /// A Python with torch, onnx, onnxruntime, tensorboard and pydicom.
    python: Option<OsString>,
    /// The checks that are skipped, each with the reason why its program is missing.
    skipped: Vec<String>,
}

impl Programs {
    /// Finds the programs, or installs them.
    fn ensure() -> Self {
        let mut skipped = Vec::new();
        let python = std::env::var_os(PYTHON).or_else(|| match export_python() {
            Ok(path) => Some(path.into()),
            Err(reason) => {
                skipped.push(format!(
                    "exported files are not run in onnxruntime and PyTorch, event files are not read by \
                     TensorBoard, nor images by Pillow and pydicom: {reason}"
                ));
                None
            }
        });
        if let Err(reason) = browser::ensure() {
            skipped.push(format!("pages are not looked at in a browser: {reason}"));
        }
        Self { python, skipped }
    }
}

/// Returns the Python that is made for the tests.
fn export_python() -> Result<PathBuf, String> {
    match python::interpreter(None, "export-venv", "xtask/export/requirements.txt") {
        Ok(Some(path)) => Ok(path),
        Ok(None) => Err("there is no python3".into()),
        Err(error) => Err(format!("{error:#}")),
    }
}

/// Runs all steps.
pub fn run(options: &Options) -> Result<()> {
    let start = Instant::now();
    let first = if options.fix { FORMAT } else { FORMAT_CHECK };
    first.run(None)?;
    println!(
        "==> in the background: a Python with torch, onnxruntime, tensorboard and pydicom (or {PYTHON})"
    );
    println!("==> in the background: a Chromium, to look at pages");
    // They are downloaded while others compile.
    let Programs { python, skipped } = thread::scope(|scope| {
        let programs = scope.spawn(Programs::ensure);
        timed("dependencies, held to deny.toml", OVER, "cargo xtask deny", deny::run)?;
        FETCH.run(None)?;
        LINTS.run_cut_off()?;
        anyhow::Ok(programs.join().expect("programs are looked for without panic"))
    })?;
    for reason in skipped {
        println!("==> SKIPPED: {reason}");
    }
    for step in [&DOCUMENTATION, &FUZZ_LINTS].into_iter().chain(tests()).chain([&BENCHMARKS]) {
        step.run(python.as_ref())?;
    }
    // Of the tests just compiled: for one package alone, libraries would be built with other features.
    let under = || sanitize::memory(&["--workspace"]);
    timed("kernels under valgrind", OVER, "cargo xtask sanitize", under)?;
    // The profile of the tests compiles kernels as the release does; a test compares the profiles.
    let binary = shell::target().join("debug/zodarts");
    let command = format!("cargo xtask hot-kernels --binary {}", binary.display());
    timed("kernels in the tests' binary", OVER, &command, || hot_kernels::check(&binary))?;
    println!("==> all checks passed in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_shown_as_one_would_type_it() {
        assert_eq!(
            DOCUMENTATION.command_line(),
            "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps"
        );
    }
}
