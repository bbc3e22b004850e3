//! Texts: configurations, architecture strings, windows.

use std::path::Path;
use zodarts_data::{DataSource, Window};
use zodarts_nas::genotype::Genotype;
use zodarts_run::folder::RunConfig;
use zodarts_run::settings::Preset;

pub const CONFIG_WORDS: &[&str] = &[
    "[search]",
    "[train]",
    "[data]",
    "[run]",
    "[predict]",
    "epochs = ",
    "9223372036854775807",
    "-1",
    "1e400",
    "nan",
    "inf",
    "\"auto\"",
    "channels = ",
    "= [",
    "{",
    "\"\"\"",
    "method = \"darts-v1\"",
    "temperature = 0",
    "seed = -1",
    "format = 99",
];

pub const WORDS: &[&str] = &[
    "|",
    "+",
    "~0",
    "~4294967296",
    "nor_conv_3x3",
    "none",
    "skip_connect",
    "40,400",
    "nan",
    "phantom:",
    "breastmnist_",
    ",",
];

pub fn configs() -> Vec<Vec<u8>> {
    let tables = Preset::ALL.map(|preset| toml_of(&preset.settings()));
    let small = "seed = 5\n[search]\nepochs = 7\n[train]\npatience = 3\n".to_owned();
    tables.into_iter().chain([small]).map(String::into_bytes).collect()
}

fn toml_of(settings: &zodarts_run::settings::Settings) -> String {
    let run = zodarts_run::folder::RunInfo {
        format: zodarts_run::folder::RunInfo::FORMAT,
        version: "0.1.0".into(),
        command: Some("fit".into()),
        data: "phantom".into(),
        dataset: "phantom".into(),
        fingerprint: "0".repeat(64),
        threads: 2,
        kernels: None,
    };
    RunConfig::new(run, settings).text()
}

pub fn read_config(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    RunConfig::parse(Path::new("config.toml"), text).is_ok_and(|(_, settings)| settings.validate().is_ok())
}

pub fn texts() -> Vec<Vec<u8>> {
    let genotype = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|";
    [genotype, "40,400", "-600.5, 1500", "phantom:7", "breastmnist_64"]
        .map(|text| text.as_bytes().to_vec())
        .into()
}

pub fn read(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let genotype = text.parse::<Genotype>();
    let window = text.parse::<Window>();
    let connected = genotype.as_ref().is_ok_and(|genotype| genotype.check_connected().is_ok());
    connected || window.is_ok() || DataSource::parse(text).is_ok()
}
