//! `zodarts reference`: what `docs/reference.md` holds.

use crate::args;
use crate::output;
use anyhow::Result;
use clap::{Arg, Command};
use std::fmt::Write;

const HEAD: &str = "\
# Reference

Every command and option, as `zodarts COMMAND --help` has them. This page is made from the command's own definitions by
`cargo xtask reference`; a test holds the two together. Every option of `search` and `train`, and of their data, is also a key of the file for
`--config`, with `_` in place of `-`, in the section of its command.
";

/// Prints the reference of all commands as Markdown.
pub fn run() -> Result<()> {
    let mut command = args::command();
    command.build();
    let mut text = HEAD.to_owned();
    pages(&command, "zodarts", &mut text)?;
    output::print(&text)
}

/// A chapter for each command that does something, in the order of the help.
fn pages(command: &Command, name: &str, text: &mut String) -> Result<()> {
    let shown = command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help");
    let mut subs: Vec<&Command> = shown.collect();
    subs.sort_by_key(|sub| sub.get_display_order());
    for sub in subs {
        let name = format!("{name} {}", sub.get_name());
        if sub.has_subcommands() {
            pages(sub, &name, text)?;
        } else {
            chapter(sub, &name, text)?;
        }
    }
    Ok(())
}

fn chapter(command: &Command, name: &str, text: &mut String) -> Result<()> {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    writeln!(text, "\n## `{name}`\n\n{about}.\n")?;
    let shown = || command.get_arguments().filter(|arg| !arg.is_hide_set() && arg.get_id() != "help");
    let positions = shown().filter(|arg| arg.is_positional());
    let mut usage = format!("{name} [OPTIONS]");
    for position in positions {
        let values = position.get_value_names().unwrap_or_default();
        let value = values.first().map(ToString::to_string).unwrap_or_default();
        let more =
            if position.get_num_args().is_some_and(|count| count.max_values() > 1) { "…" } else { "" };
        let word =
            if position.is_required_set() { format!(" <{value}>{more}") } else { format!(" [{value}]") };
        usage.push_str(&word);
    }
    writeln!(text, "```text\n{usage}\n```")?;
    let mut headings: Vec<&str> = Vec::new();
    for heading in shown().map(|arg| arg.get_help_heading().unwrap_or("Options")) {
        if !headings.contains(&heading) && heading != "Global options" {
            headings.push(heading);
        }
    }
    for heading in headings {
        writeln!(text, "\n| {heading} | |\n| --- | --- |")?;
        for arg in shown().filter(|arg| arg.get_help_heading().unwrap_or("Options") == heading) {
            writeln!(text, "| {} | {} |", cell(&title(arg)), cell(&help(arg)))?;
        }
    }
    Ok(())
}

/// How an argument is typed.
fn title(arg: &Arg) -> String {
    let values = arg.get_value_names().unwrap_or_default();
    let value = values.first().map(ToString::to_string).unwrap_or_default();
    let takes = arg.get_action().takes_values();
    let short = arg.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    match arg.get_long() {
        None => format!("`{value}`"),
        Some(long) if takes => format!("`{short}--{long} {value}`"),
        Some(long) => format!("`{short}--{long}`"),
    }
}

/// What an argument does, what it takes, and what it is without it.
fn help(arg: &Arg) -> String {
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<String> =
        arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    if !values.is_empty() && arg.get_action().takes_values() {
        text = format!("{text} (one of {})", values.join(", "));
    }
    let defaults: Vec<String> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if !defaults.is_empty() && !arg.is_hide_default_value_set() && arg.get_action().takes_values() {
        text = format!("{text} [default: {}]", defaults.join(" "));
    }
    text
}

/// A text that can stand in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
