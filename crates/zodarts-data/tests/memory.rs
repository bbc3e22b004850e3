//! Images that do not fit in memory are refused before they take any.

mod support;

use image::{GrayImage, Luma};
use std::path::Path;
use support::{Npz, npy};
use tempfile::TempDir;
use zodarts_data::{DataError, Dataset, OpenOptions};

/// Bytes of the images of [`folder`]; in putting splits together a quarter of them may be there twice.
const FOLDER: u64 = 2 * 10 * 64;

/// Ten 8×8 images in each of two classes.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    for at in 0..20_u8 {
        let class = folder.path().join(if at % 2 == 0 { "a" } else { "b" });
        std::fs::create_dir_all(&class).unwrap();
        GrayImage::from_pixel(8, 8, Luma([at])).save(class.join(format!("{at:02}.png"))).unwrap();
    }
    folder
}

fn open(path: &Path, memory: u64, image_size: Option<usize>) -> Result<Dataset, DataError> {
    let options = OpenOptions { memory: Some(memory), image_size, ..OpenOptions::default() };
    Dataset::open(path.to_str().unwrap(), &options, &|_| ())
}

#[track_caller]
fn refused(result: Result<Dataset, DataError>, hint: &str) {
    let error = result.unwrap_err();
    assert!(matches!(error, DataError::Memory { .. }), "{error}");
    assert!(error.to_string().contains("the images need ") && error.to_string().ends_with(hint), "{error}");
}

#[test]
fn a_folder_is_refused_by_its_headers() {
    let folder = folder();
    let needed = FOLDER + FOLDER / 4;
    assert_eq!(open(folder.path(), needed, None).unwrap().train.len(), 14);
    // Whatever follows the headers is not looked at.
    let file = folder.path().join("a/00.png");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 20]).unwrap();
    assert!(matches!(open(folder.path(), needed, None), Err(DataError::Image { .. })));
    refused(open(folder.path(), needed - 1, None), "give a smaller --image-size");
    refused(open(folder.path(), needed, Some(16)), "give a smaller --image-size");
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
    assert!(open(&path, images + images / 3, None).is_ok());
    refused(open(&path, images, None), "take some of the images out of it");
    // What is read may be brought to a larger size.
    refused(open(&path, images + images / 3, Some(160)), "give a smaller --image-size");
}
