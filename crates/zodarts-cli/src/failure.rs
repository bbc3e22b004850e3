//! The text of errors, and the exit status.

use crate::interrupt;
use anyhow::Error;
use std::borrow::Cow;
use std::fmt;
use std::io::{self, ErrorKind, IsTerminal};
use std::process::ExitCode;
use zodarts_data::DataError;
use zodarts_export::ExportError;
use zodarts_nas::evaluate::EvaluateError;
use zodarts_nas::evaluate::predictions::PredictionsError;
use zodarts_nas::files::FileError;
use zodarts_nas::genotype::GenotypeError;
use zodarts_nas::memory::OutOfMemory;
use zodarts_nas::model::ModelError;
use zodarts_nas::settings::InvalidSettings;
use zodarts_report::ReportError;
use zodarts_run::folder::RunError;

/// The exit status for an error of the input.
const INPUT: u8 = 1;
/// The exit status for an error that no input should cause.
const UNEXPECTED: u8 = 2;

/// Prints what is wrong with the command line, or the help that was asked for.
pub fn usage(error: &clap::Error) -> ExitCode {
    // Nothing is left to be done if even this cannot be printed.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { INPUT } else { 0 })
}

/// Prints an error, its causes and its hint.
pub fn report(error: &Error) -> ExitCode {
    if is_interrupted(error) {
        eprint!("interrupted\n{}", hints(error, styled()));
        return ExitCode::from(interrupt::status());
    }
    let io = error.downcast_ref::<io::Error>();
    if io.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) {
        // Whoever read the output has seen enough.
        return ExitCode::SUCCESS;
    }
    eprint!("{}", text(error, styled()));
    ExitCode::from(if io.is_some() { UNEXPECTED } else { INPUT })
}

/// Says that a panic, already printed, is not the user's fault.
pub fn bug() -> ExitCode {
    eprintln!("error: zodarts has a bug: the message above should be impossible");
    eprintln!("hint: please report it with the command that led to it");
    ExitCode::from(UNEXPECTED)
}

/// Returns an error with its causes, then its hints.
fn text(error: &Error, styled: bool) -> String {
    let (red, plain) = if styled { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    let labels = [format!("{red}error{plain}")].into_iter().chain(std::iter::repeat("  cause".into()));
    let line = |((message, _), label): (Cause, String)| format!("{label}: {message}\n");
    let lines: Vec<String> = causes(error).into_iter().zip(labels).map(line).collect();
    lines.concat() + &hints(error, styled)
}

/// Returns the hints of an error and its causes.
fn hints(error: &Error, styled: bool) -> String {
    let (cyan, plain) = if styled { ("\x1b[1;36m", "\x1b[0m") } else { ("", "") };
    let line = |(_, hint): Cause| hint.map(|hint| format!("{cyan}hint{plain}: {hint}\n"));
    causes(error).into_iter().filter_map(line).collect::<Vec<String>>().concat()
}

/// Reports whether a run was stopped on request.
fn is_interrupted(error: &Error) -> bool {
    let interrupted = |cause: &(dyn std::error::Error + 'static)| {
        matches!(cause.downcast_ref(), Some(zodarts_nas::Error::Interrupted))
            || cause.downcast_ref().is_some_and(zodarts_run::Error::is_interrupted)
            || cause.downcast_ref().is_some_and(zodarts_lab::Error::is_interrupted)
    };
    error.chain().any(interrupted)
}

/// A function that returns the hint of an error of one type: `None` if the error is of another type,
/// `Some(None)` if it has no hint.
type TypedHint = fn(&(dyn std::error::Error + 'static)) -> Option<Option<String>>;

/// The error types that carry hints.
const TYPED: [TypedHint; 15] = [
    |error| error.downcast_ref().map(|advice: &Advice| Some(advice.hint())),
    |error| error.downcast_ref().map(zodarts_lab::Error::hint),
    |error| error.downcast_ref().map(zodarts_run::Error::hint),
    |error| error.downcast_ref().map(zodarts_nas::Error::hint),
    |error| error.downcast_ref().map(RunError::hint),
    |error| error.downcast_ref().map(FileError::hint),
    |error| error.downcast_ref().map(InvalidSettings::hint),
    |error| error.downcast_ref().map(OutOfMemory::hint),
    |error| error.downcast_ref().map(GenotypeError::hint),
    |error| error.downcast_ref().map(ModelError::hint),
    |error| error.downcast_ref().map(EvaluateError::hint),
    |error| error.downcast_ref().map(PredictionsError::hint),
    |error| error.downcast_ref().map(ReportError::hint),
    |error| error.downcast_ref().map(ExportError::hint),
    |error| error.downcast_ref().map(|error: &DataError| error.hint().map(Cow::into_owned)),
];

/// A message and its hint.
type Cause = (String, Option<String>);

/// Returns an error and its causes, each with its hint.
fn causes(error: &Error) -> Vec<Cause> {
    let cause = |cause: &(dyn std::error::Error + 'static)| {
        (cause.to_string(), TYPED.iter().find_map(|hint| hint(cause)).flatten())
    };
    let mut causes: Vec<Cause> = error.chain().map(cause).collect();
    // Only the error as a whole gives access to a context.
    if let Some(context) = error.downcast_ref::<Advice>().filter(|context| context.message == causes[0].0) {
        causes[0].1 = Some(context.hint());
    }
    // Wrappers repeat what they wrap.
    causes.dedup_by(|cause, above| above.0.contains(&cause.0));
    causes
}

/// An error of the command line itself, with its hint.
#[derive(Debug)]
pub struct Advice {
    message: String,
    hint: Cow<'static, str>,
}

impl Advice {
    /// Returns a message with its hint, as the context of another error.
    pub fn new(message: impl Into<String>, hint: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }

    /// Returns an error of this message and what to do about it.
    pub fn error(message: impl Into<String>, hint: &'static str) -> Error {
        Error::new(Self::new(message, hint))
    }

    fn hint(&self) -> String {
        self.hint.clone().into_owned()
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Advice {}

fn styled() -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !no_color
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_stands_on_its_own_line() {
        let error = Advice::error("a.npz: is broken", "copy it again").context("in run");
        let expected = "error: in run\n  cause: a.npz: is broken\nhint: copy it again\n";
        assert_eq!(text(&error, false), expected);
    }

    #[test]
    fn a_context_can_have_a_hint() {
        let error =
            Error::msg("disk full").context(Advice::new("the run stopped", "its files are in runs/a"));
        let expected = "error: the run stopped\n  cause: disk full\nhint: its files are in runs/a\n";
        assert_eq!(text(&error, false), expected);
    }

    #[test]
    fn an_error_of_the_data_has_a_typed_hint() {
        let error = || DataError::Image { path: "a; b.png".into(), detail: "it is empty".into(), hint: None };
        let expected = "error: a; b.png: cannot read the image: it is empty\nhint: remove it or replace it; \
                        `zodarts data check` lists every file that cannot be read\n";
        assert_eq!(text(&Error::new(error()), false), expected);
        assert_eq!(text(&Error::new(zodarts_nas::Error::Data(error())), false), expected);
    }

    #[test]
    fn a_cause_is_not_told_twice() {
        let error = Error::msg("disk full").context("a: cannot be written: disk full");
        assert_eq!(text(&error, false), "error: a: cannot be written: disk full\n");
    }
}
