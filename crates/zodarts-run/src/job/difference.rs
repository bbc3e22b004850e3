//! The difference between a run that was begun and one that is requested.

use super::absolute_paths::absolute_settings;
use crate::folder::RunInfo;
use crate::settings::Settings;
use std::collections::BTreeMap;
use zodarts_data::DatasetInfo;

/// The settings by section and key.
type Flat = BTreeMap<String, toml::Value>;

/// Returns the difference in data between a run and those at hand, or `None` if they are the same.
pub fn other_data(run: Option<&RunInfo>, info: &DatasetInfo) -> Option<String> {
    let own = &info.fingerprint;
    run.filter(|run| run.fingerprint != *own)
        .map(|run| format!("data with fingerprint {:.12}…, not {own:.12}…", run.fingerprint))
}

/// Returns the first setting, by section and key, in which a run `there` differs from what is wanted `here`.
pub fn other_setting(there: &Settings, here: &Settings) -> Option<String> {
    let (there, here) = (table(there), table(&absolute_settings(here)));
    let keys = there.keys().chain(here.keys());
    let key = keys.into_iter().find(|key| there.get(*key) != here.get(*key))?;
    let value = |table: &Flat| table.get(key).map_or_else(|| "unset".into(), ToString::to_string);
    Some(format!("`{key}` = {}, not {}", value(&there), value(&here)))
}

fn table(settings: &Settings) -> Flat {
    let mut flat = Flat::new();
    for (section, value) in toml::Table::try_from(settings).expect("settings are plain values") {
        match value {
            toml::Value::Table(values) => {
                flat.extend(values.into_iter().map(|(key, value)| (format!("{section}.{key}"), value)));
            }
            value => {
                flat.insert(section, value);
            }
        }
    }
    flat
}
