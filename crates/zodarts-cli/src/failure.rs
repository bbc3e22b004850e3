//! How errors look, and what the process returns.

use crate::interrupt;
use anyhow::Error;
use std::io::{self, ErrorKind, IsTerminal};
use std::process::ExitCode;

/// The user's input is at fault.
const INPUT: u8 = 1;
/// Something no input should be able to cause.
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

/// An error with its causes, then its hints.
fn text(error: &Error, styled: bool) -> String {
    let (red, plain) = if styled { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    let labels = [format!("{red}error{plain}")].into_iter().chain(std::iter::repeat("  cause".into()));
    let line = |((message, _), label): (Cause, String)| format!("{label}: {message}\n");
    let lines: Vec<String> = causes(error).into_iter().zip(labels).map(line).collect();
    lines.concat() + &hints(error, styled)
}

/// What to do, by an error and its causes.
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

/// Returns the typed hint of an error of the libraries.
fn hint(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    macro_rules! first {
        ($($error:ty),*) => {
            None$(.or_else(|| cause.downcast_ref::<$error>().and_then(<$error>::hint)))*
        };
    }
    first!(
        zodarts_lab::Error,
        zodarts_run::Error,
        zodarts_nas::Error,
        zodarts_run::folder::RunError,
        zodarts_nas::files::FileError,
        zodarts_nas::settings::InvalidSettings,
        zodarts_nas::memory::OutOfMemory,
        zodarts_nas::genotype::GenotypeError,
        zodarts_nas::model::ModelError,
        zodarts_nas::evaluate::EvaluateError,
        zodarts_nas::evaluate::predictions::PredictionsError
    )
}

/// A message and what to do about it.
type Cause = (String, Option<String>);

/// An error and its causes, each with its hint. Messages without a typed hint carry it after the first semicolon.
fn causes(error: &Error) -> Vec<Cause> {
    let parts = |message: &str| {
        message.split_once("; ").map(|(before, after)| (before.to_owned(), Some(after.to_owned())))
    };
    let cause = |cause: &(dyn std::error::Error + 'static)| {
        let message = cause.to_string();
        match hint(cause) {
            Some(hint) => (message, Some(hint)),
            None => parts(&message).unwrap_or((message, None)),
        }
    };
    let mut causes: Vec<Cause> = error.chain().map(cause).collect();
    // Wrappers repeat what they wrap.
    causes.dedup_by(|cause, above| above.0.contains(&cause.0));
    causes
}

fn styled() -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !no_color
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_stands_on_its_own_line() {
        let error = Error::msg("a.npz: is broken; copy it again").context("in run");
        let expected = "error: in run\n  cause: a.npz: is broken\nhint: copy it again\n";
        assert_eq!(text(&error, false), expected);
    }

    #[test]
    fn a_cause_is_not_told_twice() {
        let error = Error::msg("disk full").context("a: cannot be written: disk full");
        assert_eq!(text(&error, false), "error: a: cannot be written: disk full\n");
    }
}
