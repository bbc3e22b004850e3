//! Plans of splits: the images of each.

use super::survey::ImageSurvey;
use crate::error::DataError;
use crate::split::CutShare;
use std::path::{Path, PathBuf};

/// Fewest images, or patients, of a class that can be cut in three.
const MIN_PER_CLASS: usize = 3;
/// Share of the training images that become validation images if there are none.
const VAL: f64 = 0.1;

/// Images in splits.
#[derive(Debug)]
pub(super) struct SplitPlan<'a> {
    pub classes: Vec<String>,
    pub images: ImageSurvey<'a>,
    /// The images of the training, validation and test split.
    pub splits: [Vec<u32>; 3],
    /// True if some of these splits were cut here.
    pub cut: bool,
}

impl<'a> SplitPlan<'a> {
    /// Returns a plan of given splits. If there are no validation images, they are taken from the training
    /// images.
    pub fn given(classes: Vec<String>, images: ImageSurvey<'a>, splits: [Vec<u32>; 3], seed: u64) -> Self {
        let [train, val, test] = splits;
        if !val.is_empty() {
            return Self { classes, images, splits: [train, val, test], cut: false };
        }
        let (val, train) = images.cut(&train, CutShare::of(VAL), seed, 0);
        Self { classes, images, splits: [train, val, test], cut: true }
    }
}

/// Cuts each class in 70 % for training, 10 % for validation and 20 % for test.
pub(super) fn cut_in_three<'a>(
    path: &Path,
    images: ImageSurvey<'a>,
    classes: Vec<String>,
    seed: u64,
) -> Result<SplitPlan<'a>, DataError> {
    check_counts(path, &images, &classes)?;
    // Two patients of each class must be left: one for training, one for validation.
    let (test, rest) = images.cut(&images.all(), CutShare { fraction: 0.2, left: 2 }, seed, 0);
    let (val, train) = images.cut(&rest, CutShare::of(0.125), seed, 1);
    Ok(SplitPlan { classes, images, splits: [train, val, test], cut: true })
}

/// Refuses classes with too few images or patients for three splits.
fn check_counts(path: &Path, images: &ImageSurvey<'_>, classes: &[String]) -> Result<(), DataError> {
    let refused = |class: &String, found: String, hint| {
        let (path, class) = (path.to_owned(), class.clone());
        Err(DataError::SmallClass { path, class, found, expected: MIN_PER_CLASS, hint })
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
            let hint = "no patient may be in two splits; if the files name patients wrongly, say who is who \
                        in a column `patient` of --labels";
            return refused(name, format!("images of {count} patient(s)"), hint);
        }
    }
    Ok(())
}

/// Returns the error of two images of one patient in different splits.
pub(in crate::source) fn divided(path: &Path, files: [PathBuf; 2]) -> DataError {
    let [one, other] = files.map(|file| file.strip_prefix(path).unwrap_or(&file).display().to_string());
    DataError::DividedPatient { path: path.to_owned(), one, other }
}
