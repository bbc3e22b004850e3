//! The command that repeats a run, its version and machine, and all its settings.

use crate::markup::Markup;
use crate::run::ReportedRun;
use askama::Template;
use toml::Value;
use zodarts_run::folder::RunInfo;
use zodarts_run::settings::Architecture;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsSection<'a> {
    command: String,
    info: Option<&'a RunInfo>,
    settings: Vec<(String, String)>,
}

/// Returns the command, the version and machine, and the settings.
pub fn body(run: &ReportedRun) -> Markup {
    let mut settings = Vec::new();
    let table = toml::Table::try_from(&run.settings).expect("settings are plain values");
    flatten("", &Value::Table(table), &mut settings);
    Markup::of(&SettingsSection { command: command(run), info: run.info.as_ref(), settings })
}

/// Returns the command that repeats the run. It is given in the folder that contains the run folder.
fn command(run: &ReportedRun) -> String {
    let data = run.info.as_ref().map_or("DATA", |info| &*info.data);
    let config = format!("--config {}", quoted(&format!("{}/config.toml", run.name)));
    let trained = !run.train.is_empty();
    let searched = !run.search.is_empty();
    let genotype = run.model.as_ref().and_then(|model| model.card.genotype);
    match (searched, trained, genotype) {
        (true, false, _) => format!("zodarts search {} {config}", quoted(data)),
        (false, _, Some(genotype)) if run.settings.train.architecture == Architecture::Genotype => {
            format!("zodarts train {} --genotype '{genotype}' {config}", quoted(data))
        }
        _ => format!("zodarts fit {} {config}", quoted(data)),
    }
}

/// Returns a word quoted for a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Appends every setting below `prefix` with its full name.
fn flatten(prefix: &str, value: &Value, into: &mut Vec<(String, String)>) {
    let Value::Table(table) = value else {
        into.push((prefix.to_owned(), value.to_string()));
        return;
    };
    for (key, value) in table {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        flatten(&name, value, into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_split_them() {
        assert_eq!(quoted("data/a-b.npz"), "data/a-b.npz");
        assert_eq!(quoted("my data"), "'my data'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
