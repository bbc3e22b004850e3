//! Data for a network that was trained on others: its shape of images and its classes.

use super::raw::RawDataset;
use crate::error::DataError;
use crate::image_fit::ImageFit;
use crate::info::DatasetInfo;
use crate::store::{ImageShape, ImageStore};
use crate::task::Task;

/// Brings images to the shape of a network's data, and labels to its classes.
///
/// # Errors
/// [`DataError::OtherSamples`] if only one of the two is of volumes, and [`DataError::OtherClasses`] if a
/// class is none of the network's.
pub(crate) fn adapt(raw: &mut RawDataset, network: &DatasetInfo, fit: ImageFit) -> Result<(), DataError> {
    if raw.train.slices.is_some() != network.slices.is_some() {
        let kind = |slices: Option<usize>| if slices.is_some() { "volumes" } else { "images" };
        let (data, found, expected) = (raw.name.clone(), kind(raw.train.slices), kind(network.slices));
        return Err(DataError::OtherSamples { data, found, expected });
    }
    let classes = places(raw, network).ok_or_else(|| DataError::OtherClasses {
        data: raw.name.clone(),
        found: raw.classes.clone(),
        expected: network.classes.clone(),
    })?;
    let DatasetInfo { channels, height, width, .. } = *network;
    raw.reshape(ImageShape { height, width, channels }, fit);
    for store in [&mut raw.train, &mut raw.val, &mut raw.test] {
        store.classes = network.classes.len();
        if store.is_multi_label() {
            (store.labels, store.label_width) = (placed(store, &classes, network), network.classes.len());
        } else {
            store.labels.iter_mut().for_each(|label| *label = classes[usize::from(*label)]);
        }
    }
    (raw.task, raw.classes) = (network.task, network.classes.clone());
    Ok(())
}

/// Returns the label rows of a store with the labels at the network's places.
fn placed(store: &ImageStore, places: &[u16], network: &DatasetInfo) -> Vec<u16> {
    let mut labels = vec![0; store.len() * network.classes.len()];
    for (image, row) in labels.chunks_exact_mut(network.classes.len()).enumerate() {
        for (label, place) in store.label_row(image).iter().zip(places) {
            row[usize::from(*place)] = *label;
        }
    }
    labels
}

/// Returns the network's class for each class of the data, by name; by number for data whose classes have
/// none. `None` if a class is none of the network's, or labels have another form.
fn places(raw: &RawDataset, network: &DatasetInfo) -> Option<Vec<u16>> {
    let several = |task: Task| task == Task::MultiLabel;
    if several(raw.task) != several(network.task) {
        return None;
    }
    let place = |name: &String| network.classes.iter().position(|class| class == name);
    let named: Option<Vec<u16>> =
        raw.classes.iter().map(|name| place(name).map(|place| place as u16)).collect();
    let numbered = raw.classes.iter().enumerate().all(|(index, name)| *name == index.to_string());
    let fits = raw.classes.len() <= network.classes.len();
    named.or_else(|| (numbered && fits).then(|| (0..raw.classes.len() as u16).collect()))
}
