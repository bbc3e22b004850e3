//! Opening the data of a run.

use crate::error::Error;
use crate::settings::DataSettings;
use std::path::PathBuf;
use zodarts_data::{Dataset, OpenEvent, OpenOptions, TableOptions, ValSource};
use zodarts_nas::memory::Memory;

/// The way to data that are not on this machine.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DataAccess {
    /// Never uses the network.
    pub offline: bool,
    /// Base URL to download from instead of Zenodo.
    pub mirror: Option<String>,
}

impl DataAccess {
    /// Returns the access over the network or, if `offline`, without it; from `mirror` if it is given.
    pub fn new(offline: bool, mirror: Option<String>) -> Self {
        Self { offline, mirror }
    }
}

/// Opens the data that `spec` names as the settings say. `on_event` is called with progress and notices.
///
/// # Errors
/// Returns the errors of [`Dataset::open`].
pub fn open_data(
    spec: &str,
    settings: &DataSettings,
    access: &DataAccess,
    on_event: &dyn Fn(OpenEvent),
) -> Result<Dataset, Error> {
    Ok(Dataset::open(spec, &open_options(settings, access), on_event)?)
}

/// Returns the options with which [`open_data`] opens data.
pub fn open_options(settings: &DataSettings, access: &DataAccess) -> OpenOptions {
    OpenOptions::default()
        .with_image_size(settings.image_size)
        .with_fit(settings.fit)
        .with_seed(settings.split_seed)
        .with_val(settings.val.as_deref().map(validation))
        .with_alike(settings.alike)
        .with_channels(settings.channels)
        .with_volumes(settings.volumes)
        .with_drop_leaks(settings.drop_leaks)
        .with_labels(settings.labels.as_ref().map(PathBuf::from))
        .with_table(table(settings))
        .with_window(settings.window)
        .with_anonymous(settings.anonymous)
        .with_offline(access.offline)
        .with_memory(Memory::available().bytes())
        .with_mirror(access.mirror.clone())
}

/// Returns the form of the table of labels.
fn table(settings: &DataSettings) -> TableOptions {
    TableOptions {
        path_column: settings.path_column.clone(),
        label_column: settings.label_column.clone(),
        split_column: settings.split_column.clone(),
        patient_column: settings.patient_column.clone(),
        suffix: settings.suffix.clone(),
        label_separator: settings.label_separator.clone(),
    }
}

/// Returns the validation data that a text names: a number is a fraction, anything else a path.
fn validation(text: &str) -> ValSource {
    text.parse().map_or_else(|_| ValSource::File(PathBuf::from(text)), ValSource::Fraction)
}
