//! Which images go into which split.

use super::images::Images;
use crate::error::DataError;
use crate::split::Share;
use std::path::{Path, PathBuf};

/// Fewest images, or patients, of a class that can be cut in three.
const MIN_PER_CLASS: usize = 3;
/// Share of the training images that become validation images where there are none.
const VAL: f64 = 0.1;

/// Images in splits.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub classes: Vec<String>,
    pub images: Images<'a>,
    /// The images of the training, validation and test split.
    pub splits: [Vec<u32>; 3],
    /// Whether some of these splits were cut here.
    pub cut: bool,
}

impl<'a> Plan<'a> {
    /// Of splits as they are given; validation images that are missing are taken from the training.
    pub fn given(classes: Vec<String>, images: Images<'a>, splits: [Vec<u32>; 3], seed: u64) -> Self {
        let [train, val, test] = splits;
        if !val.is_empty() {
            return Self { classes, images, splits: [train, val, test], cut: false };
        }
        let (val, train) = images.cut(&train, Share::of(VAL), seed, 0);
        Self { classes, images, splits: [train, val, test], cut: true }
    }
}

/// 70 % for training, 10 % for validation, 20 % for test, of each class.
pub(super) fn cut_in_three<'a>(
    path: &Path,
    images: Images<'a>,
    classes: Vec<String>,
    seed: u64,
) -> Result<Plan<'a>, DataError> {
    check_counts(path, &images, &classes)?;
    // Patients of a class must be left for training and validation.
    let (test, rest) = images.cut(&images.all(), Share { fraction: 0.2, left: 2 }, seed, 0);
    let (val, train) = images.cut(&rest, Share::of(0.125), seed, 1);
    Ok(Plan { classes, images, splits: [train, val, test], cut: true })
}

/// Refuses to cut what does not suffice for three splits.
fn check_counts(path: &Path, images: &Images<'_>, classes: &[String]) -> Result<(), DataError> {
    let refused = |name: &String, found: String, hint| {
        let problem = format!("class `{name}` has {found}, expected at least {MIN_PER_CLASS}");
        Err(DataError::Folder { path: path.to_owned(), problem, hint })
    };
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); classes.len()];
    for image in images.all() {
        members[usize::from(images.class(image))].push(image);
    }
    for (name, members) in classes.iter().zip(members) {
        let count = members.len();
        if count < MIN_PER_CLASS {
            let hint = "training, validation and test each need one of every class";
            return refused(name, format!("{count} image(s)"), hint);
        }
        if let Some(count @ ..MIN_PER_CLASS) = images.patients_of(members.into_iter()) {
            let hint = "no patient may be in two splits; if the files name patients wrongly, say who is who in a column \
                        `patient` of --labels";
            return refused(name, format!("images of {count} patient(s)"), hint);
        }
    }
    Ok(())
}

/// Images of one patient in two splits.
pub(super) fn divided(path: &Path, files: [PathBuf; 2]) -> DataError {
    let [one, other] = files.map(|file| file.strip_prefix(path).unwrap_or(&file).display().to_string());
    DataError::Folder {
        path: path.to_owned(),
        problem: format!(
            "`{one}` and `{other}` are of one patient, by their PatientID, but in different splits"
        ),
        hint: "move all images of a patient to one split, or put the class folders directly below to have them cut by \
               patient",
    }
}
