//! Plans of splits: the images of each.

use super::planned_cut::PlannedCut;
use super::survey::ImageSurvey;
use crate::error::DataError;
use crate::options::TestSplit;
use std::path::{Path, PathBuf};

/// Fewest images, or patients, of a class that can be cut in three.
const MIN_PER_CLASS: usize = 3;

/// Images in splits.
#[derive(Debug)]
pub(super) struct SplitPlan<'a> {
    pub classes: Vec<String>,
    pub images: ImageSurvey<'a>,
    /// The images of the training, validation and test split, before the cut.
    pub splits: [Vec<u32>; 3],
    /// The cut that is to be made.
    pub cut: PlannedCut,
}

impl<'a> SplitPlan<'a> {
    /// Returns a plan of given splits. If there are no validation images, they are taken from the training
    /// images.
    pub fn given(classes: Vec<String>, images: ImageSurvey<'a>, splits: [Vec<u32>; 3]) -> Self {
        let whole = !splits[1].is_empty() || images.reading.network.is_some();
        let cut = if whole { PlannedCut::None } else { PlannedCut::InTwo };
        Self { classes, images, splits, cut }
    }

    /// Returns a plan to cut all images in three, or in two if no test split is wanted. Images for a network
    /// are not cut: all are the test split.
    ///
    /// # Errors
    /// Returns [`DataError::SmallClass`] if a class has too few images or patients for that.
    pub fn in_three(path: &Path, images: ImageSurvey<'a>, classes: Vec<String>) -> Result<Self, DataError> {
        if images.reading.network.is_some() {
            let splits = [Vec::new(), Vec::new(), images.all()];
            return Ok(Self { classes, images, splits, cut: PlannedCut::None });
        }
        if images.several.is_none() {
            check_counts(path, &images, &classes)?;
        }
        let splits = [images.all(), Vec::new(), Vec::new()];
        let cut = match images.reading.test {
            TestSplit::Cut => PlannedCut::InThree,
            TestSplit::None => PlannedCut::InTwo,
        };
        Ok(Self { classes, images, splits, cut })
    }
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
