//! How errors look, and what the process returns.

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

/// Messages of the libraries carry their hint after the first semicolon.
fn text(error: &Error, styled: bool) -> String {
    let (red, cyan, plain) = if styled { ("\x1b[1;31m", "\x1b[1;36m", "\x1b[0m") } else { ("", "", "") };
    let (mut lines, mut hints) = (Vec::new(), Vec::new());
    let mut above = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Wrappers repeat what they wrap.
        if above.contains(&cause) {
            continue;
        }
        let (message, hint) = cause.split_once("; ").map_or((&*cause, None), |(a, b)| (a, Some(b)));
        let label = if above.is_empty() { format!("{red}error{plain}") } else { "  cause".into() };
        lines.push(format!("{label}: {message}\n"));
        hints.extend(hint.map(|hint| format!("{cyan}hint{plain}: {hint}\n")));
        above = cause;
    }
    lines.concat() + &hints.concat()
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
