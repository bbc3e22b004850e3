//! Images that do not fit in memory are refused before they take any.

mod support;

use std::path::Path;
use support::{Npz, Told, class_folder, npy, open_with};
use tempfile::TempDir;
use zodarts_data::{DataError, Dataset, OpenOptions};

/// Bytes of ten 8×8 images in each of two classes. While splits are put together, a quarter of them may be in
/// memory twice.
const FOLDER: u64 = 2 * 10 * 64;

fn open_within(path: &Path, memory: u64, image_size: Option<usize>) -> Result<Dataset, DataError> {
    let options = OpenOptions::default().with_memory(memory).with_image_size(image_size);
    open_with(path, &options)
}

#[track_caller]
fn refused(result: Result<Dataset, DataError>, hint: &str) {
    let error = result.unwrap_err();
    assert!(matches!(error, DataError::Memory { .. }), "{error}");
    assert!(error.told().contains("the images need ") && error.told().ends_with(hint), "{error}");
}

#[test]
fn a_folder_is_refused_by_its_headers() {
    let folder = class_folder(10, 8);
    let needed = FOLDER + FOLDER / 4;
    assert_eq!(open_within(folder.path(), needed, None).unwrap().train.len(), 14);
    // Whatever follows the headers is not looked at.
    let file = folder.path().join("a/00.png");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 20]).unwrap();
    assert!(matches!(open_within(folder.path(), needed, None), Err(DataError::Image { .. })));
    refused(open_within(folder.path(), needed - 1, None), "give a smaller --image-size");
    refused(open_within(folder.path(), needed, Some(16)), "give a smaller --image-size");
}

#[test]
fn an_archive_is_refused_by_its_directory() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("images.npz");
    let mut npz = Npz::valid();
    npz.set("train_images", npy("|u1", "(6, 80, 80)", &vec![9; 6 * 6400]));
    for split in ["val", "test"] {
        npz.set(&format!("{split}_images"), npy("|u1", "(4, 80, 80)", &vec![9; 4 * 6400]));
    }
    npz.write(&path);
    let images = 14 * 6400;
    assert!(open_within(&path, images + images / 3, None).is_ok());
    refused(open_within(&path, images, None), "take some of the images out of it");
    // Images may be resized to a larger size.
    refused(open_within(&path, images + images / 3, Some(160)), "give a smaller --image-size");
}
