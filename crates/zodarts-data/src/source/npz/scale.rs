//! The one scale of all pixel values of a file.

use super::archive::{NpzSplit, PIXEL_TYPES};
use super::pixels::{PixelScale, ValueRange};
use crate::error::DataError;
use crate::event::{Notice, OpenEvent};
use std::path::Path;

/// Advice on values of no known scale.
const SCALE_THEM: &str = "scale them, all by the same two numbers: \
                          ((x - low) / (high - low) * 255).round().clip(0, 255).astype(\"uint8\"); \
                          values in 0…1: (x * 255).round().astype(\"uint8\")";

/// Returns the scale of the images of all splits, and tells of it unless the values are bytes.
pub(super) fn scale_of(
    path: &Path,
    splits: &[NpzSplit; 3],
    on_event: &dyn Fn(OpenEvent),
) -> Result<PixelScale, DataError> {
    let element = splits[0].pixels.element;
    for NpzSplit { name, pixels, .. } in splits {
        if pixels.element != element && !(pixels.is_plain() && splits[0].pixels.is_plain()) {
            let found = format!(
                "{}, unlike {} ('{}') in train_images",
                pixels.element.name(),
                element.name(),
                element.descr()
            );
            return Err(refused(path, name, found, "save the images of all splits in one type"));
        }
    }
    scale(path, &splits.each_ref(), on_event)
}

/// Returns the scale of images for the validation of other images: one that does not depend on those.
pub(super) fn scale_of_itself(
    path: &Path,
    split: &NpzSplit,
    on_event: &dyn Fn(OpenEvent),
) -> Result<PixelScale, DataError> {
    let scale = scale(path, &[split], on_event)?;
    let depends = matches!(scale, PixelScale::White(white) if white != 1.0 && white != 255.0);
    if !depends {
        return Ok(scale);
    }
    let found = format!("{} with white at {}", split.pixels.element.name(), scale.white());
    let hint = "put them into the file of the other images as val_images, or scale both to 0…1";
    Err(refused(path, split.name, found, hint))
}

fn scale(path: &Path, splits: &[&NpzSplit], on_event: &dyn Fn(OpenEvent)) -> Result<PixelScale, DataError> {
    if splits.iter().all(|split| split.pixels.is_plain()) {
        return Ok(PixelScale::Bytes);
    }
    let element = splits[0].pixels.element;
    let range = ValueRange::of(splits.iter().map(|split| &split.pixels));
    let Some(scale) = range.scale(element) else {
        let found = format!("{} ('{}') with values {}", element.name(), element.descr(), range.text());
        return Err(refused(path, splits[0].name, found, SCALE_THEM));
    };
    let found = format!("{} {}", element.name(), range.text());
    on_event(Notice::PixelScale { found, white: scale.white() }.into());
    Ok(scale)
}

fn refused(path: &Path, split: &str, found: String, hint: &'static str) -> DataError {
    let (path, array, expected) = (path.to_owned(), format!("{split}_images"), PIXEL_TYPES);
    DataError::ArrayType { path, array, found, expected, hint }
}
