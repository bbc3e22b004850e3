//! The programs of both sides.

use super::Options;
use crate::shell;
use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Threads of both sides, unless a table says otherwise.
pub const THREADS: usize = 2;

/// Memory formats of `PyTorch`, with their names in tables.
pub const FORMATS: [(&str, &str); 2] =
    [("contiguous", "PyTorch eager, NCHW"), ("channels_last", "PyTorch eager, channels_last")];

/// The places of programs, data and results.
pub struct Bench {
    /// Tiny sizes.
    pub quick: bool,
    /// The folder of the reports.
    pub results: PathBuf,
    python: Option<PathBuf>,
    data: PathBuf,
    scratch: PathBuf,
}

impl Bench {
    /// Builds zodarts' side and makes the folders.
    pub fn prepare(options: &Options, python: Option<PathBuf>) -> Result<Self> {
        let mut cargo = shell::cargo();
        cargo.args(["build", "--release", "-p", "zodarts-cli", "-p", "zodarts-bench", "--bins"]);
        shell::run(&mut cargo)?;
        let scratch = shell::target().join("peers/scratch");
        let results = if options.quick {
            shell::target().join("peers/quick-results")
        } else {
            shell::root().join("bench/results")
        };
        for folder in [&scratch, &results] {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        Ok(Self { quick: options.quick, results, python, data: options.data(), scratch })
    }

    /// `quick` in a trial run, else `full`.
    pub fn size<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    pub fn has_python(&self) -> bool {
        self.python.is_some()
    }

    pub fn data_file(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }

    /// A path for files that are thrown away; nothing exists there.
    pub fn scratch(&self, name: &str) -> Result<PathBuf> {
        let path = self.scratch.join(name);
        if path.exists() {
            fs::remove_dir_all(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        Ok(path)
    }

    /// A path for what takes long to make and is kept.
    pub fn kept(&self, name: &str) -> PathBuf {
        self.scratch.with_file_name(name)
    }

    /// One of the peers' scripts with its arguments.
    pub fn script(&self, name: &str, arguments: &[&str]) -> Result<Command> {
        let mut command = self.interpreter()?;
        command.arg(shell::root().join("bench/peers").join(name)).args(arguments);
        Ok(command)
    }

    /// Python.
    pub fn interpreter(&self) -> Result<Command> {
        Ok(Command::new(self.python.as_ref().context("there is no python3")?))
    }
}

/// One of zodarts' programs, built by [`Bench::prepare`], with its arguments.
pub fn program(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(shell::target().join("release").join(name));
    command.args(arguments);
    command
}

/// A path as an argument.
pub fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

/// Standard output of a command, and its seconds.
pub fn output(command: &mut Command) -> Result<(String, f64)> {
    let start = Instant::now();
    let output = command.stderr(Stdio::piped()).output().with_context(|| beginning(command))?;
    let seconds = start.elapsed().as_secs_f64();
    if !output.status.success() {
        bail!("{}: {}\n{}", beginning(command), output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok((String::from_utf8(output.stdout)?, seconds))
}

/// A command without the long end of its arguments.
fn beginning(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().take(4).map(OsStr::to_string_lossy));
    format!("{} …", words.join(" "))
}

/// The lines of JSON that a command prints.
pub fn records<T: DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    let parse = |line| serde_json::from_str(line).with_context(|| format!("cannot read `{line}`"));
    text.lines().map(parse).collect()
}

/// The one line of JSON that a command prints.
pub fn record<T: DeserializeOwned>(command: &mut Command) -> Result<T> {
    let (text, _) = output(command)?;
    let line = text.lines().last().with_context(|| format!("{} printed nothing", beginning(command)))?;
    serde_json::from_str(line).with_context(|| format!("cannot read `{line}`"))
}
