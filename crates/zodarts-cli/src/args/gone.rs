//! Options that are settings of `--set` now.

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use zodarts_run::settings::{declared, moved};

/// Sections in which an option of a command may be a setting.
const SECTIONS: [&str; 4] = ["search", "train", "data", "predict"];

/// Returns an error that says how the setting is written now, if `error` is about an option that is one.
pub fn explained(error: clap::Error, command: &mut Command, words: &[String]) -> clap::Error {
    let ContextValue::String(argument) = (match error.get(ContextKind::InvalidArg) {
        Some(value) if error.kind() == ErrorKind::UnknownArgument => value,
        _ => return error,
    }) else {
        return error;
    };
    let Some(name) = argument.strip_prefix("--") else { return error };
    let name = name.split('=').next().unwrap_or_default();
    let called = words.iter().skip(1).find(|word| command.find_subcommand(word.as_str()).is_some());
    let Some(called) = called.cloned() else { return error };
    let Some(hint) = hint(&called, name) else { return error };
    let text = format!("--{name} is not an option of `zodarts {called}`\nhint: {hint}");
    let place =
        command.find_subcommand_mut(&called).map(|found| found.clone().bin_name(format!("zodarts {called}")));
    place.unwrap_or_else(|| command.clone()).error(ErrorKind::UnknownArgument, text)
}

fn hint(command: &str, option: &str) -> Option<String> {
    let both = ["fit", "compare"].contains(&command);
    if both && option == "epochs" {
        return Some("give --search-epochs or --train-epochs".into());
    }
    let key = option.replace('-', "_");
    let sections: &[&str] = match command {
        "fit" | "compare" => &SECTIONS,
        "search" | "study" => &["search", "data"],
        "train" => &["train", "data", "predict"],
        _ => return None,
    };
    let mut keys: Vec<String> = sections.iter().map(|section| format!("{section}.{key}")).collect();
    keys.retain(|key| declared(key).is_some());
    keys.extend(moved(&key).filter(|_| command != "train"));
    let forms: Vec<String> = keys.iter().map(|key| format!("`--set {key}=VALUE`")).collect();
    (!forms.is_empty()).then(|| format!("write {}; `zodarts settings` explains", forms.join(" or ")))
}
