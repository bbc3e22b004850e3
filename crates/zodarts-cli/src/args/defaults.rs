//! Default values in the help, taken from the settings themselves.

use clap::{Arg, Command};
use toml::{Table, Value};
use zodarts_run::settings::Settings;

/// Adds to each option the value it has when neither option, file nor preset sets it.
pub fn shown(command: Command) -> Command {
    let preset = |command: Command, name| command.mut_arg("preset", |arg| with_default(arg, name));
    command
        .mut_subcommand("fit", |fit| {
            let fit = annotated(fit, &["data", "search", "train", "predict"]);
            preset(fit, "standard with DATA, quick without")
        })
        .mut_subcommand("search", |search| preset(annotated(search, &["data", "search"]), "paper"))
        .mut_subcommand("train", |train| preset(annotated(train, &["data", "train", "predict"]), "paper"))
        .mut_subcommand("compare", |compare| preset(annotated(compare, &["data"]), "paper"))
        .mut_subcommand("data", |data| {
            let data = data.mut_subcommand("info", |info| annotated(info, &["data"]));
            data.mut_subcommand("check", |check| annotated(check, &["data"]))
        })
}

/// Options that are settings of these sections get their values.
fn annotated(command: Command, sections: &[&str]) -> Command {
    let mut values = Table::try_from(Settings::default()).expect("settings are a table");
    for section in sections {
        let section = values[*section].as_table().expect("sections are tables").clone();
        values.extend(section);
    }
    command.mut_args(|arg| match values.get(arg.get_id().as_str()) {
        Some(Value::String(text)) => with_default(arg, text),
        Some(value) if !value.is_table() => with_default(arg, &value.to_string()),
        _ => arg,
    })
}

fn with_default(arg: Arg, value: &str) -> Arg {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    arg.help(format!("{help} [default: {value}]"))
}
