//! `zodarts presets`.

use crate::output::{self, Table};
use anyhow::Result;
use serde_json::{Map, Value, json};
use zodarts_run::settings::Preset;

/// Prints the differences between the presets.
pub fn run(json: bool) -> Result<()> {
    if json { output::json(&Preset::ALL.map(object)) } else { output::print(&text()) }
}

fn object(preset: Preset) -> Value {
    let settings: Map<String, Value> =
        preset.differences().into_iter().map(|(key, value)| (key.into(), value.into())).collect();
    json!({"name": preset.name(), "description": preset.description(), "settings": settings})
}

fn text() -> String {
    let columns = Preset::ALL.map(Preset::differences);
    let mut table = Table::new(["setting"].into_iter().chain(Preset::ALL.map(Preset::name)));
    for (row, (key, _)) in columns[0].iter().enumerate() {
        table.row([*key].into_iter().chain(columns.iter().map(|column| &*column[row].1)));
    }
    let described = Preset::ALL.map(|preset| format!("{:<10}{}\n", preset.name(), preset.description()));
    format!("{}\n{table}", described.concat())
}
