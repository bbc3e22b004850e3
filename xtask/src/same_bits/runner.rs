//! Runs the commands of a case in a folder of its own.

use super::artifacts::{self, Artifact};
use super::cases::{BREAST, Case, Form, SETTINGS, Stop};
use crate::shell;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The longest wait for a point at which a run is stopped.
const PATIENCE: Duration = Duration::from_mins(2);
/// Exit code of a run that was stopped by SIGINT.
const INTERRUPTED: i32 = 130;

/// A binary and the place of its runs.
pub struct Runner {
    binary: PathBuf,
    form: Form,
    /// The parent of the cases' folders.
    pub folder: PathBuf,
}

impl Runner {
    /// Empties the folder of the runs.
    ///
    /// # Errors
    /// If the binary is not there or the folder cannot be emptied.
    pub fn prepare(binary: &Path, form: Form) -> Result<Self> {
        let binary = fs::canonicalize(binary).with_context(|| format!("no binary {}", binary.display()))?;
        let name = match form {
            Form::Old => "old",
            Form::New => "new",
        };
        let folder = shell::target().join("same-bits").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        Ok(Self { binary, form, folder })
    }

    /// Runs a case and returns what it left.
    ///
    /// # Errors
    /// If a command fails, or ends before it can be stopped.
    pub fn run(&self, case: &Case) -> Result<Vec<Artifact>> {
        let place = self.folder.join(case.name.replace(' ', "-"));
        fs::create_dir_all(&place).with_context(|| format!("cannot create {}", place.display()))?;
        for (name, text) in SETTINGS {
            fs::write(place.join(name), text.of(self.form))?;
        }
        if case.reads_breast() {
            fs::copy(breast(), place.join(BREAST)).context("cannot copy the data")?;
        }
        let commands = case.commands(self.form);
        case.stops.iter().try_for_each(|stop| self.stop(&place, &commands[0], stop))?;
        commands.iter().try_for_each(|line| succeed(line, &self.command(&place, line).output()?))?;
        artifacts::of(&place)
    }

    fn command(&self, place: &Path, line: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command.current_dir(place).args(line.split_whitespace()).stdin(Stdio::null());
        command
    }

    /// Starts a command, and interrupts it at a point.
    fn stop(&self, place: &Path, line: &str, stop: &Stop) -> Result<()> {
        let mut command = self.command(place, line);
        let log = File::create(place.join("stopped.log"))?;
        let mut child = command.stdout(Stdio::null()).stderr(log).spawn().context("cannot run the binary")?;
        let reached = wait(&mut child, &place.join("out").join(stop.file), stop.lines);
        if reached.is_err() {
            // It may have ended already.
            let _ = child.kill();
        } else {
            shell::run(Command::new("kill").args(["-INT", &child.id().to_string()]))?;
        }
        let status = child.wait()?;
        reached.with_context(|| line.to_owned())?;
        if status.code() != Some(INTERRUPTED) {
            bail!("`{line}`, interrupted, ended with {status} instead of exit code {INTERRUPTED}");
        }
        Ok(())
    }
}

/// Returns the reason for which a case cannot run here, or `None`.
pub fn missing(case: &Case) -> Option<String> {
    let file = breast();
    let missing = case.reads_breast() && !file.is_file();
    missing.then(|| format!("{} is not there; ZODARTS_DATA names its folder", file.display()))
}

/// Returns the data file of the BreastMNIST cases, as the environment names its folder.
fn breast() -> PathBuf {
    let folder = std::env::var_os("ZODARTS_DATA");
    folder.map_or_else(|| shell::root().join("../shared/data"), PathBuf::from).join(BREAST)
}

/// Waits until a file has so many lines.
fn wait(child: &mut Child, file: &Path, lines: usize) -> Result<()> {
    let start = Instant::now();
    loop {
        let text = fs::read_to_string(file).unwrap_or_default();
        if text.lines().count() >= lines {
            return Ok(());
        }
        if let Some(status) = child.try_wait()? {
            bail!("it ended with {status} before {} had {lines} lines", file.display());
        }
        if start.elapsed() > PATIENCE {
            bail!("{} did not get {lines} lines in time", file.display());
        }
        sleep(Duration::from_millis(1));
    }
}

fn succeed(line: &str, output: &Output) -> Result<()> {
    if !output.status.success() {
        bail!("`zodarts {line}`: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
