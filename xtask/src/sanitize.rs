//! Runs the unit and integration tests of `zodarts-kernels`, the crate with `unsafe` code, under tools that
//! watch its memory accesses, on both vector types.

use crate::shell;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const KERNELS: &str = "zodarts-kernels";

/// Property tests draw fewer cases: a hundred times slower, valgrind would otherwise take an hour.
const CASES: (&str, &str) = ("PROPTEST_CASES", "8");

/// Runs both tools.
pub fn run() -> Result<()> {
    address()?;
    memory(&["--package", KERNELS])
}

/// Runs `AddressSanitizer`, which finds reads and writes outside of allocated memory. Needs a nightly
/// toolchain, and compiles the tests again.
pub fn address() -> Result<()> {
    let Some(host) = nightly_host() else {
        println!("==> SKIPPED: kernels are not run under AddressSanitizer: no nightly toolchain for Linux");
        return Ok(());
    };
    let mut rustup = Command::new("rustup");
    rustup.args(["run", "nightly", "cargo", "test", "--locked", "--package", KERNELS, "--lib", "--tests"]);
    rustup.args(["--target", &host, "--target-dir"]).arg(shell::target().join("sanitize"));
    let mut cargo = shell::as_by_hand(rustup);
    cargo.env("RUSTFLAGS", "-Zsanitizer=address").env("CARGO_INCREMENTAL", "0");
    shell::run(&mut cargo).context("AddressSanitizer, or a test under it, finds fault with the kernels")
}

/// Returns the host of the nightly toolchain, or `None` if there is none or it is not Linux.
fn nightly_host() -> Option<String> {
    let mut rustup = Command::new("rustup");
    // Looking is not a reason to install.
    rustup.args(["run", "nightly", "rustc", "-vV"]).env("RUSTUP_AUTO_INSTALL", "0");
    let output = rustup.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    host(&String::from_utf8_lossy(&output.stdout)).filter(|host| host.contains("linux")).map(str::to_owned)
}

/// The line `host: x86_64-unknown-linux-gnu` of what a compiler says of itself.
fn host(version: &str) -> Option<&str> {
    version.lines().find_map(|line| line.strip_prefix("host: "))
}

/// Runs valgrind's memcheck, which also finds uses of uninitialised memory and watches inline assembly. Takes
/// the tests as any `cargo test` of these packages compiles them.
pub fn memory(packages: &[&str]) -> Result<()> {
    if shell::on_path("valgrind").is_none() {
        println!("==> SKIPPED: kernels are not run under valgrind, for it is not installed");
        return Ok(());
    }
    let programs = test_programs(packages)?;
    if programs.is_empty() {
        bail!("{KERNELS} has no tests");
    }
    let next = AtomicUsize::new(0);
    let take = || programs.get(next.fetch_add(1, Ordering::Relaxed));
    let work = || std::iter::from_fn(take).try_for_each(|program| memcheck(program));
    // Valgrind runs the threads of a program one at a time, so as many programs run as there are cores.
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(programs.len());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("valgrind is run without panic"))
    })
}

fn memcheck(program: &Path) -> Result<()> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--error-exitcode=99", "--leak-check=no"]).arg(program);
    valgrind
        .args(["--test-threads", "1"])
        .env(CASES.0, CASES.1)
        .current_dir(shell::root().join("crates").join(KERNELS));
    println!("==> valgrind: {}", program.display());
    shell::run_quietly(&mut valgrind)
        .with_context(|| format!("valgrind, or a test under it, finds fault with {}", program.display()))
}

/// The compiled tests of the kernels.
fn test_programs(packages: &[&str]) -> Result<Vec<PathBuf>> {
    let mut cargo = shell::cargo();
    cargo.arg("test").args(packages).args(["--no-run", "--message-format=json-render-diagnostics"]);
    let output = cargo.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    if !output.status.success() {
        bail!("cargo test --no-run: {}", output.status);
    }
    let messages = String::from_utf8(output.stdout).context("cargo's messages are not UTF-8")?;
    Ok(messages.lines().filter_map(test_program).collect())
}

/// The program that a message of cargo is about, if it is a test of the kernels.
fn test_program(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let package = message["package_id"].as_str()?;
    let wanted = package.contains(&format!("/{KERNELS}#")) && message["profile"]["test"] == true;
    message["executable"].as_str().filter(|_| wanted).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_the_compiler_says() {
        assert_eq!(
            host("rustc 1.97.0\nhost: x86_64-unknown-linux-gnu\nLLVM 22"),
            Some("x86_64-unknown-linux-gnu")
        );
        assert_eq!(host("rustc 1.97.0"), None);
    }

    #[test]
    fn tests_of_the_kernels_are_picked_from_messages() {
        let message = |package: &str, test: bool, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"path+file:///a/crates/{package}#0.1.0",
                    "profile":{{"test":{test}}},"executable":{executable}}}"#
            )
        };
        assert_eq!(test_program(&message(KERNELS, true, "\"/t/twins\"")), Some("/t/twins".into()));
        assert_eq!(test_program(&message(KERNELS, false, "null")), None);
        assert_eq!(test_program(&message("zodarts-nn", true, "\"/t/resume\"")), None);
        assert_eq!(test_program("running 4 tests"), None);
    }
}
