//! `zodarts reference`, which prints the text of `docs/reference.md`.

use super::settings::{default, heading};
use crate::args;
use crate::output;
use anyhow::Result;
use clap::{Arg, Command};
use std::fmt::Write;
use zodarts_run::settings::catalogue;

const HEAD: &str = "\
# Reference

Every command and option, as `zodarts COMMAND --help` shows them, and every [setting](#settings). `cargo xtask
reference` generates this page from the definitions of the command and the declarations of the settings, and a
test checks that it is current.
";

const SETTINGS: &str = "
## Settings

Keys of a run's `config.toml`, of a file for `--config`, and of `--set KEY=VALUE`. `[method]` has the
settings of the method that it names and no others. A section with the name of a method, such as
`[darts-v2]`, applies if that method is chosen, so a file can hold the settings of all methods that a
comparison runs.
";

/// Prints the reference of all commands as Markdown.
pub fn run() -> Result<()> {
    let mut command = args::command();
    command.build();
    let mut text = HEAD.to_owned();
    pages(&command, "zodarts", &mut text)?;
    settings(&mut text)?;
    output::print(&text)
}

/// Writes the chapter of the settings: a table for each section and each method.
fn settings(text: &mut String) -> Result<()> {
    text.push_str(SETTINGS);
    for part in catalogue() {
        writeln!(
            text,
            "\n### {}\n\n| key | default | accepts | |\n| --- | --- | --- | --- |",
            heading(&part)
        )?;
        for setting in &part.settings {
            let (path, accepts) = (setting.path(), cell(&setting.accepts));
            writeln!(text, "| `{path}` | {} | {accepts} | {} |", default(setting), cell(setting.doc))?;
        }
    }
    Ok(())
}

/// Writes a chapter for each command that does something, in the order of the help.
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

/// Returns an argument as it is typed.
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

/// Returns the help of an argument, with its possible values and its default.
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

/// Returns a text that is safe in a table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
