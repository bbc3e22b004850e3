//! `zodarts settings`.

use crate::args::SettingsArgs;
use crate::output;
use anyhow::Result;
use serde_json::{Value, json};
use zodarts_nas::settings::{InvalidSettings, nearest};
use zodarts_run::settings::{Part, Setting, catalogue};

/// Lists settings, or explains one.
pub fn run(args: &SettingsArgs) -> Result<()> {
    let mut parts = catalogue();
    if let Some(key) = &args.key {
        parts = found(parts, key)?;
    }
    if args.json {
        let objects: Vec<Value> = parts.iter().flat_map(objects).collect();
        return output::json(&objects);
    }
    let exact = args.key.as_deref().filter(|key| is_setting(&parts, key));
    output::print(&if exact.is_some() { explained(&parts) } else { listed(&parts) })
}

/// Returns the settings that `key` selects: by name, section, method, or the beginning of names.
fn found(parts: Vec<Part>, key: &str) -> Result<Vec<Part>> {
    let known: Vec<String> = parts.iter().flat_map(|part| part.settings.iter().map(Setting::path)).collect();
    let exact = known.iter().any(|path| path == key);
    let matches = |part: &Part, setting: &Setting| {
        let path = setting.path();
        part.method == Some(key) || path == key || !exact && path.starts_with(key)
    };
    let kept = parts.into_iter().map(|mut part| {
        let settings = std::mem::take(&mut part.settings);
        let settings = settings.into_iter().filter(|setting| matches(&part, setting)).collect();
        Part { settings, ..part }
    });
    let kept: Vec<Part> = kept.filter(|part| !part.settings.is_empty()).collect();
    if kept.is_empty() {
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let hint = nearest(key, &names).map(|near| format!("did you mean `{near}`?"));
        return Err(InvalidSettings::Unknown { key: key.into(), of: None, hint }.into());
    }
    Ok(kept)
}

fn is_setting(parts: &[Part], key: &str) -> bool {
    parts.iter().flat_map(|part| &part.settings).any(|setting| setting.path() == key)
}

/// Returns a heading for each part and a line for each setting.
fn listed(parts: &[Part]) -> String {
    let width = |cell: fn(&Setting) -> String| {
        let cells = parts.iter().flat_map(|part| &part.settings).map(|it| cell(it).chars().count());
        cells.max().unwrap_or(0)
    };
    let (names, defaults) = (width(Setting::path), width(default));
    let line = |setting: &Setting| {
        let (name, default) = (setting.path(), default(setting));
        format!("  {name:<names$}  {default:<defaults$}  {}\n", setting.doc)
    };
    let part = |part: &Part| {
        let lines: String = part.settings.iter().map(line).collect();
        format!("{}\n{lines}", heading(part))
    };
    parts.iter().map(part).collect::<Vec<String>>().join("\n")
}

/// Returns the full description of each setting.
fn explained(parts: &[Part]) -> String {
    let one = |part: &Part, setting: &Setting| {
        let method = part.method.map(|name| format!(" (of {name})")).unwrap_or_default();
        let (path, doc, accepts) = (setting.path(), setting.doc, &setting.accepts);
        let default = default(setting);
        format!("{path}{method}\n  {doc}\n  default  {default}\n  accepts  {accepts}\n")
    };
    let all = parts.iter().flat_map(|part| part.settings.iter().map(move |setting| one(part, setting)));
    all.collect::<Vec<String>>().join("\n")
}

/// Returns the title of a part.
pub fn heading(part: &Part) -> String {
    match (part.section, part.method) {
        ("", _) => "every run".into(),
        (section, None) => section.into(),
        (section, Some(method)) => format!("{section}, of {method}"),
    }
}

/// Returns the default as text.
pub fn default(setting: &Setting) -> String {
    setting.default.as_ref().map_or_else(|| "unset".into(), ToString::to_string)
}

fn objects(part: &Part) -> Vec<Value> {
    let object = |setting: &Setting| {
        json!({
            "key": setting.path(),
            "method": part.method,
            "default": setting.default,
            "accepts": setting.accepts,
            "doc": setting.doc,
        })
    };
    part.settings.iter().map(object).collect()
}
