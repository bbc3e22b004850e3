//! Absolute paths for the records of a run, so that it can be evaluated from any folder.

use crate::settings::Settings;
use zodarts_data::DataSource;

/// Returns the data as named, with a path made absolute.
pub fn absolute_data(data: &str) -> String {
    match DataSource::parse(data) {
        Ok(DataSource::Npz(path) | DataSource::Folder(path) | DataSource::Image(path)) => {
            std::path::absolute(path).map_or_else(|_| data.into(), |path| path.display().to_string())
        }
        _ => data.into(),
    }
}

/// Returns the settings with paths made absolute.
pub fn absolute_settings(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    let absolute = |path: String| std::path::absolute(&path).map_or(path, |path| path.display().to_string());
    settings.data.labels = settings.data.labels.map(absolute);
    let number = |val: &str| val.parse::<f64>().is_ok();
    settings.data.val = settings.data.val.map(|val| if number(&val) { val } else { absolute_data(&val) });
    settings
}
