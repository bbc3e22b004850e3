//! Options that are settings: their names are here, all else comes from the setting's declaration.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use std::marker::PhantomData;
use toml::{Table, Value};
use zodarts_run::settings::{AnyMethod, Preset, Setting, declared};

/// An option that is a setting.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// The setting's full name, such as `search.epochs`.
    pub key: &'static str,
    /// The option's name, without dashes.
    pub option: &'static str,
    /// The name of its value in the help; empty for one that lists its words.
    pub value: &'static str,
    /// Heading in the help.
    pub heading: Option<&'static str>,
    /// False for one that the help leaves out.
    pub shown: bool,
}

/// The options of a command that are settings.
pub trait Options {
    /// The options, in the order of the help.
    const ALL: &'static [&'static [Named]];
}

/// The settings that were given as options of `L`, as a configuration file would have them.
#[derive(Clone, Debug)]
pub struct Given<L> {
    table: Table,
    list: PhantomData<L>,
}

impl<L> Given<L> {
    /// Returns the table of a configuration file with these settings.
    pub fn table(&self) -> &Table {
        &self.table
    }
}

fn settings(list: &'static [&'static [Named]]) -> impl Iterator<Item = (Named, Setting)> {
    list.iter().copied().flatten().map(|named| {
        let setting = declared(named.key).unwrap_or_else(|| panic!("`{}` is no setting", named.key));
        (*named, setting)
    })
}

impl<L: Options> Args for Given<L> {
    fn augment_args(command: Command) -> Command {
        settings(L::ALL).fold(command, |command, (named, setting)| command.arg(arg(named, &setting)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<L: Options> FromArgMatches for Given<L> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut table = Table::new();
        for (named, setting) in settings(L::ALL) {
            if matches.value_source(named.key) == Some(ValueSource::CommandLine) {
                let text = matches.get_one::<String>(named.key).map_or("", String::as_str);
                put(&mut table, &setting.path(), value(text, setting.text));
            }
        }
        Ok(Self { table, list: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn arg(named: Named, setting: &Setting) -> Arg {
    let mut help = setting.doc.trim_end_matches('.').to_owned();
    let presets = Preset::default().differences();
    if presets.iter().any(|(key, _)| *key == named.key) {
        help.push_str(" [default: the preset's]");
    } else if let Some(default) = &setting.default {
        help = format!("{help} [default: {default}]");
    }
    let arg =
        Arg::new(named.key).long(named.option).help(help).help_heading(named.heading).hide(!named.shown);
    let value = if named.value.is_empty() {
        named.option.to_uppercase().replace('-', "_")
    } else {
        named.value.to_owned()
    };
    let arg = arg.value_name(value);
    let arg = match named.value {
        "BOOL" => arg.num_args(0..=1).default_missing_value("true"),
        _ => arg.allow_hyphen_values(setting.key == "window").allow_negative_numbers(true),
    };
    if setting.words.is_empty() { arg } else { arg.value_parser(words(setting)) }
}

fn words(setting: &Setting) -> PossibleValuesParser {
    let help = |word: &String| {
        let method = AnyMethod::named(word).ok().filter(|_| setting.path() == "method.name");
        let value = PossibleValue::new(word.clone());
        method.map_or_else(|| value.clone(), |method| value.clone().help(method.card().description))
    };
    PossibleValuesParser::new(setting.words.iter().map(help))
}

/// An assignment of `--set`.
#[derive(Clone, Debug)]
pub struct Assignment {
    key: String,
    text: String,
}

impl Assignment {
    /// Puts the value into a configuration's table.
    pub fn put(&self, table: &mut Table) {
        let text = declared(&self.key).is_some_and(|setting| setting.text);
        put(table, &self.key, value(&self.text, text));
    }
}

/// Parses `KEY=VALUE`.
pub fn assignment(text: &str) -> Result<Assignment, String> {
    let split = text.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    let whole = |part: &str| !part.is_empty() && part.split('.').all(|word| !word.is_empty());
    match split {
        Some((key, value)) if whole(key) && key.matches('.').count() <= 1 => {
            Ok(Assignment { key: key.into(), text: value.into() })
        }
        _ => Err("expected KEY=VALUE, such as search.channels=8".into()),
    }
}

fn put(table: &mut Table, path: &str, value: Value) {
    let Some((section, key)) = path.split_once('.') else {
        table.insert(path.into(), value);
        return;
    };
    let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(section) = section {
        section.insert(key.into(), value);
    }
}

/// A value in TOML's form; a bare word is a text.
fn value(text: &str, is_text: bool) -> Value {
    let parsed = format!("value = {text}").parse::<Table>().ok().and_then(|mut table| table.remove("value"));
    match parsed {
        Some(Value::String(text)) => Value::String(text),
        Some(value) if !is_text => value,
        _ => Value::String(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_toml_and_bare_words_are_texts() {
        assert_eq!(value("0.3", false), Value::Float(0.3));
        assert_eq!(value("8", false), Value::Integer(8));
        assert_eq!(value("true", false), Value::Boolean(true));
        assert_eq!(value("auto", false), Value::String("auto".into()));
        assert_eq!(value("\"auto\"", false), Value::String("auto".into()));
        assert_eq!(value("1.0", true), Value::String("1.0".into()));
        assert_eq!(value("-600,1500", true), Value::String("-600,1500".into()));
    }

    #[test]
    fn an_assignment_has_a_key_and_a_value() {
        let mut table = Table::new();
        assignment("search.channels = 8").unwrap().put(&mut table);
        assignment("seed=3").unwrap().put(&mut table);
        assert_eq!(table, "seed = 3\n[search]\nchannels = 8".parse().unwrap());
        for text in ["search.channels", "=3", "a.b.c=1", ".a=1"] {
            assert!(assignment(text).is_err(), "{text}");
        }
    }
}
