//! What it takes to do a run again: the command, the versions, every setting.

use crate::markup::Markup;
use crate::run::Run;
use askama::Template;
use toml::Value;
use zodarts_run::folder::RunInfo;
use zodarts_run::settings::Architecture;

#[derive(Template)]
#[template(path = "settings.html")]
struct Body<'a> {
    command: String,
    info: Option<&'a RunInfo>,
    settings: Vec<(String, String)>,
}

/// The command, the circumstances, the settings.
pub fn body(run: &Run) -> Markup {
    let mut settings = Vec::new();
    let table = toml::Table::try_from(&run.settings).expect("settings are plain values");
    flatten("", &Value::Table(table), &mut settings);
    Markup::of(&Body { command: command(run), info: run.info.as_ref(), settings })
}

/// The command that does it again, in the folder above the run's.
fn command(run: &Run) -> String {
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

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Every setting with its full name.
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
