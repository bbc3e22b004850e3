//! How errors look, and what the process returns.

use crate::interrupt;
use anyhow::Error;
use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal};
use std::process::ExitCode;
use zodarts_data::DataError;

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
    if error.chain().any(|cause| matches!(cause.downcast_ref(), Some(zodarts::Error::Interrupted))) {
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

/// A message and what to do about it.
type Cause = (String, Option<String>);

/// Returns an error and its causes, each with its hint.
fn causes(error: &Error) -> Vec<Cause> {
    let mut causes: Vec<Cause> = error.chain().map(cause).collect();
    // Wrappers repeat what they wrap.
    causes.dedup_by(|(cause, _), (above, _)| above.contains(&**cause));
    causes
}

/// Returns the message and the hint of an error: the typed hint of the data's errors, of others the text
/// after the first semicolon.
fn cause(error: &(dyn std::error::Error + 'static)) -> Cause {
    let text = error.to_string();
    if let Some(error) = data_error(error) {
        return (text, error.hint().map(Cow::into_owned));
    }
    match text.split_once("; ") {
        Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
        None => (text, None),
    }
}

/// Returns the error of the data that an error is, or that it stands for.
fn data_error<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e DataError> {
    match error.downcast_ref() {
        Some(zodarts::Error::Data(error)) => Some(error),
        _ => error.downcast_ref(),
    }
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
    fn an_error_of_the_data_has_a_typed_hint() {
        let error = || DataError::Image { path: "a; b.png".into(), detail: "it is empty".into() };
        let expected = "error: a; b.png: cannot read the image: it is empty\nhint: remove it or replace it\n";
        assert_eq!(text(&Error::new(error()), false), expected);
        assert_eq!(text(&Error::new(zodarts::Error::Data(error())), false), expected);
    }

    #[test]
    fn a_cause_is_not_told_twice() {
        let error = Error::msg("disk full").context("a: cannot be written: disk full");
        assert_eq!(text(&error, false), "error: a: cannot be written: disk full\n");
    }
}
