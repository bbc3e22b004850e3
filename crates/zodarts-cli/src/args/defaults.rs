//! Default values in the help, taken from the settings themselves.

use clap::{Arg, Command};
use toml::{Table, Value};
use zodarts::settings::Settings;

/// Adds to each option the value it has when neither option, file nor preset sets it.
pub fn shown(command: Command) -> Command {
    let settings = Table::try_from(Settings::default()).expect("settings are a table");
    let annotated = |command: Command, section: &str| {
        let values = settings[section].as_table().expect("sections are tables").clone();
        command.mut_args(move |arg| match arg.get_id().as_str() {
            "seed" => with_default(arg, "0"),
            "preset" => with_default(arg, "paper"),
            id => match values.get(id) {
                Some(Value::String(text)) => with_default(arg, text),
                Some(value) => with_default(arg, &value.to_string()),
                None => arg,
            },
        })
    };
    command
        .mut_subcommand("search", |command| annotated(command, "search"))
        .mut_subcommand("train", |command| annotated(command, "train"))
        .mut_subcommand("fit", |command| {
            command
                .mut_arg("seed", |arg| with_default(arg, "0"))
                .mut_arg("preset", |arg| with_default(arg, "standard with DATA, quick without"))
        })
}

fn with_default(arg: Arg, value: &str) -> Arg {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    arg.help(format!("{help} [default: {value}]"))
}
