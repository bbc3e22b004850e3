//! Every setting there is, by section.

use super::draft::Root;
use super::{DataSettings, PredictSettings, SearchSettings, TrainSettings};
use zodarts_nas::methods::AnyMethod;
use zodarts_nas::settings::{Section, Setting, Value};

/// The settings of a section, or of one method.
#[derive(Clone, Debug)]
pub struct Part {
    /// The section's name; empty for what stands above all sections.
    pub section: &'static str,
    /// The method whose settings these are; `None` for those of every run.
    pub method: Option<&'static str>,
    /// The settings, in their order.
    pub settings: Vec<Setting>,
}

/// Returns every setting, in the order of a run's `config.toml`.
pub fn catalogue() -> Vec<Part> {
    let part = |section, values: &dyn Section| Part { section, method: None, settings: values.settings() };
    let mut parts = vec![
        part("", &Root::default()),
        part("data", &DataSettings::default()),
        part("search", &SearchSettings::default()),
        Part { section: "method", method: None, settings: vec![name()] },
    ];
    parts.extend(AnyMethod::all().iter().map(|method| Part {
        section: "method",
        method: Some(method.name()),
        settings: method.settings(),
    }));
    parts.retain(|part| !part.settings.is_empty());
    parts.push(part("train", &TrainSettings::default()));
    parts.push(part("predict", &PredictSettings::default()));
    parts
}

/// Returns the declaration of a full name such as `search.epochs`; of a method's setting, the first one's.
pub fn declared(path: &str) -> Option<Setting> {
    catalogue().into_iter().flat_map(|part| part.settings).find(|setting| setting.path() == path)
}

fn name() -> Setting {
    let words: Vec<String> = AnyMethod::all().iter().map(|method| method.name().into()).collect();
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    Setting {
        section: "method",
        key: "name",
        doc: "Search method.",
        default: Some(Value::Text(AnyMethod::default().name().into())),
        accepts: format!("one of {}", quoted.join(", ")),
        words,
        text: true,
    }
}
