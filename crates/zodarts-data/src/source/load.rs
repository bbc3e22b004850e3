//! Reading of a data set from its source.

use super::data_source::DataSource;
use super::raw::RawDataset;
use super::{files, medmnist, npz, phantom};
use crate::error::DataError;
use crate::event::OpenEvent;
use crate::options::{OpenOptions, Volumes};

/// Reads a data set.
pub(crate) fn load(
    source: &DataSource,
    options: &OpenOptions,
    on_event: &dyn Fn(OpenEvent),
) -> Result<RawDataset, DataError> {
    let in_files = matches!(source, DataSource::Folder(_) | DataSource::Image(_));
    if let (Some(table), false) = (&options.labels, in_files) {
        return Err(DataError::LabelsNotUsed { table: table.clone() });
    }
    if let (None, Some((option, found))) = (&options.labels, options.table.first_given()) {
        let expected = "unset without a table for --labels";
        return Err(DataError::Option { option, found: found.to_owned(), expected });
    }
    if let (None, DataSource::Image(path)) = (&options.labels, source) {
        return Err(DataError::UnlabelledImage { path: path.clone() });
    }
    if options.volumes == Volumes::Slices && !matches!(source, DataSource::Npz(_) | DataSource::MedMnist(_)) {
        let expected = "none for data that are no archive of arrays";
        return Err(DataError::Option { option: "volumes", found: "slices".into(), expected });
    }
    match source {
        DataSource::Phantom { seed } => Ok(phantom::generate(*seed)),
        DataSource::Npz(path) => npz::read(path, options, on_event),
        DataSource::Folder(path) | DataSource::Image(path) => files::read(path, options, on_event),
        DataSource::MedMnist(file) => {
            npz::read(&medmnist::download(*file, options, on_event)?, options, on_event)
        }
    }
}
