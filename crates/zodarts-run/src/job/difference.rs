//! The difference between a run that was begun and one that is requested.

use super::absolute_paths::absolute_settings;
use crate::folder::RunInfo;
use crate::settings::{DataSettings, Settings};
use std::collections::BTreeMap;
use zodarts_data::{Alike, ChannelPlan, DatasetInfo};

/// The settings by section and key.
type Flat = BTreeMap<String, toml::Value>;

/// Returns the difference between a run with these settings and what is wanted `here` on the data at hand, or
/// `None` if there is none.
pub fn other_run(
    run: Option<&RunInfo>,
    there: &Settings,
    info: &DatasetInfo,
    here: &Settings,
) -> Option<String> {
    other_data(run, info)
        .map(|found| found + &earlier_data(&there.data, &here.data))
        .or_else(|| other_setting(there, here))
}

/// Returns the difference in data between a run and those at hand, or `None` if they are the same.
fn other_data(run: Option<&RunInfo>, info: &DatasetInfo) -> Option<String> {
    let own = &info.fingerprint;
    run.filter(|run| run.fingerprint != *own)
        .map(|run| format!("data with fingerprint {:.12}…, not {own:.12}…", run.fingerprint))
}

/// Returns how to open data as a run did that an earlier version may have begun.
fn earlier_data(there: &DataSettings, here: &DataSettings) -> String {
    let cut = (there.alike == Alike::Apart && here.alike != Alike::Apart)
        .then_some("`data.alike` = \"apart\" cuts copies");
    let kept = (there.channels == ChannelPlan::Stored && here.channels != ChannelPlan::Stored)
        .then_some("`data.channels` = \"stored\" keeps colour that shows grey");
    let ways: Vec<&str> = cut.into_iter().chain(kept).collect();
    if ways.is_empty() { String::new() } else { format!(" ({} as earlier versions did)", ways.join(" and ")) }
}

/// Settings whose effect the fingerprint of the data tells. Runs of earlier versions do not have them.
const IN_FINGERPRINT: [&str; 2] = ["data.alike", "data.channels"];

/// Returns the first setting, by section and key, in which a run `there` differs from what is wanted `here`
/// on the same data.
fn other_setting(there: &Settings, here: &Settings) -> Option<String> {
    let (there, here) = (table(there), table(&absolute_settings(here)));
    let keys = there.keys().chain(here.keys());
    let differs =
        |key: &&String| !IN_FINGERPRINT.contains(&key.as_str()) && there.get(*key) != here.get(*key);
    let key = keys.into_iter().find(differs)?;
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
