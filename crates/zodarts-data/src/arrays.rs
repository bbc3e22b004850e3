//! Data sets from arrays in memory.

use crate::alike::{CutGoal, bound};
use crate::dataset::Dataset;
use crate::error::DataError;
use crate::image_fit::ImageFit;
use crate::options::Alike;
use crate::patients::UNKNOWN;
use crate::samples::Samples;
use crate::seal::SealedTest;
use crate::split::CutImages;
use crate::store::{ImageShape, ImageStore, Pixels};
use crate::task::Task;
use crate::{DatasetInfo, ImageSize};
use std::collections::HashMap;
use std::sync::Arc;

/// Labelled images in memory: `pixels` is `(images, height, width, channels)`, one class index an image.
///
/// ```
/// use zodarts_data::{Dataset, ImageSize, LabelledArrays};
///
/// let classes = ["dark", "bright"].map(str::to_owned).to_vec();
/// let pixels = (0..40).flat_map(|image| [if image % 2 == 0 { 20 } else { 200 }; 8 * 8]).collect();
/// let labels = (0..40).map(|image| image % 2).collect();
/// let arrays = LabelledArrays::new(ImageSize::square(8), pixels, labels, classes);
/// let data = Dataset::from_arrays(arrays, 0)?;
/// assert_eq!((data.train.len(), data.val.len()), (28, 4));
/// # Ok::<(), zodarts_data::DataError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LabelledArrays {
    /// The name of the data set.
    pub name: String,
    /// Height and width of every image in pixels.
    pub size: ImageSize,
    /// 1 for grey, 3 for RGB.
    pub channels: usize,
    /// The values of all images, 0 to 255, interleaved by channel.
    pub pixels: Vec<u8>,
    /// The class index of each image.
    pub labels: Vec<u16>,
    /// The names of the classes.
    pub classes: Vec<String>,
    /// The patient of each image, by any text that is equal for equal patients. No cut divides a patient.
    pub patients: Option<Vec<String>>,
    /// The treatment of copies and near copies.
    pub alike: Alike,
    /// The way in which images that are not square become so.
    pub fit: ImageFit,
}

impl LabelledArrays {
    /// Returns grey images named `arrays`, without patients.
    pub fn new(size: ImageSize, pixels: Vec<u8>, labels: Vec<u16>, classes: Vec<String>) -> Self {
        let (name, alike, fit) = ("arrays".into(), Alike::Auto, ImageFit::Squeeze);
        Self { name, size, channels: 1, pixels, labels, classes, patients: None, alike, fit }
    }

    /// Sets [`LabelledArrays::channels`].
    #[must_use]
    pub fn with_channels(self, channels: usize) -> Self {
        Self { channels, ..self }
    }

    /// Sets [`LabelledArrays::name`].
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Sets [`LabelledArrays::patients`].
    #[must_use]
    pub fn with_patients(self, patients: Vec<String>) -> Self {
        Self { patients: Some(patients), ..self }
    }

    /// Sets [`LabelledArrays::alike`].
    #[must_use]
    pub fn with_alike(self, alike: Alike) -> Self {
        Self { alike, ..self }
    }

    /// Sets [`LabelledArrays::fit`].
    #[must_use]
    pub fn with_fit(self, fit: ImageFit) -> Self {
        Self { fit, ..self }
    }

    fn shape(&self) -> ImageShape {
        ImageShape { height: self.size.height, width: self.size.width, channels: self.channels }
    }

    fn check(&self) -> Result<(), DataError> {
        let require = |holds: bool, array, found: String, expected: String| {
            if holds { Ok(()) } else { Err(DataError::Arrays { array, found, expected }) }
        };
        let sides = [self.size.height, self.size.width];
        let found = format!("{}×{} pixels", sides[0], sides[1]);
        require(sides.iter().all(|side| (1..=1024).contains(side)), "size", found, "1 to 1024 each".into())?;
        require(matches!(self.channels, 1 | 3), "channels", self.channels.to_string(), "1 or 3".into())?;
        let expected = self.labels.len().saturating_mul(self.shape().values());
        let found = format!("{} values", self.pixels.len());
        require(self.pixels.len() == expected, "pixels", found, format!("{expected} for the labels given"))?;
        let classes = self.classes.len();
        require((2..=1000).contains(&classes), "classes", classes.to_string(), "2 to 1000".into())?;
        if let Some(wrong) = self.labels.iter().find(|label| usize::from(**label) >= classes) {
            require(false, "labels", wrong.to_string(), format!("a class index below {classes}"))?;
        }
        let patients = self.patients.as_ref().map_or(self.labels.len(), Vec::len);
        require(
            patients == self.labels.len(),
            "patients",
            patients.to_string(),
            "one for each image".into(),
        )?;
        for class in 0..classes {
            let images = self.labels.iter().filter(|label| usize::from(**label) == class).count();
            let found = format!("{images} images of class `{}`", self.classes[class]);
            require(images >= 3, "labels", found, "at least 3 of each class".into())?;
        }
        Ok(())
    }

    fn into_store(self) -> ImageStore {
        let (shape, classes) = (self.shape(), self.classes.len());
        ImageStore {
            patients: self.patients.map(|patients| numbered(&patients)),
            ..ImageStore::new(shape, Pixels::U8(self.pixels), self.labels, classes)
        }
    }
}

/// Numbers patients in the order in which they come; a blank one is unknown.
fn numbered(patients: &[String]) -> Vec<u32> {
    let mut numbers = HashMap::new();
    let mut number = |patient: &String| match patient.trim() {
        "" => UNKNOWN,
        known => {
            let next = numbers.len() as u32;
            *numbers.entry(known.to_owned()).or_insert(next)
        }
    };
    patients.iter().map(&mut number).collect()
}

impl Dataset {
    /// Cuts labelled images in 70 % training, 10 % validation and 20 % test images, stratified by class,
    /// seeded, and by patient where patients are given: as a folder without splits is cut.
    ///
    /// # Errors
    /// Returns [`DataError::Arrays`] if the arrays do not fit together, and [`DataError::SinglePatient`] if
    /// all images for training and validation are of one patient.
    pub fn from_arrays(arrays: LabelledArrays, seed: u64) -> Result<Dataset, DataError> {
        arrays.check()?;
        let (name, classes) = (arrays.name.clone(), arrays.classes.clone());
        let (alike, fit, side) = (arrays.alike, arrays.fit, arrays.fit.side(arrays.size));
        let mut store = arrays.into_store();
        if let Some(side) = side {
            let shape = ImageShape { height: side, width: side, ..store.shape };
            store = store.shaped(shape, fit);
        }
        let store = Arc::new(store);
        let all: Vec<u32> = (0..store.len() as u32).collect();
        let samples = |members| Samples::new(store.clone(), members);
        let groups = (alike != Alike::Apart)
            .then(|| bound(&samples(all.clone()), CutGoal::ThreeSplits, &classes, &|_| ()));
        let images = CutImages { store: &store, groups: groups.as_deref(), members: &all };
        let [train, val, test] = images.in_three(seed);
        if train.is_empty() || val.is_empty() {
            return Err(DataError::SinglePatient { data: name });
        }
        let shape = store.shape;
        let info = DatasetInfo {
            name,
            size_flag: String::new(),
            task: Task::of_classes(classes.len()),
            classes,
            channels: shape.channels,
            height: shape.height,
            width: shape.width,
            fit,
            slices: None,
            fingerprint: String::new(),
        };
        let groups = groups.map(Arc::new);
        let samples = |members| Samples::new(store.clone(), members).with_groups(groups.clone());
        let (train, val, test) = (samples(train), samples(val), SealedTest::new(samples(test)));
        Ok(Dataset { info, train, val, test }.fingerprinted())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrays() -> LabelledArrays {
        let classes = ["a", "b"].map(str::to_owned).to_vec();
        let labels: Vec<u16> = (0..40).map(|image| image % 2).collect();
        let pixels = (0..40 * 4).map(|value| value as u8).collect();
        LabelledArrays::new(ImageSize::square(2), pixels, labels, classes)
    }

    #[test]
    fn images_are_cut_by_class_and_by_patient() {
        let data = Dataset::from_arrays(arrays(), 1).unwrap();
        assert_eq!([data.train.len(), data.val.len(), data.test.reopen().len()], [28, 4, 8]);
        assert_eq!(data.val.class_counts(), [2, 2]);
        assert_eq!(data.info.fingerprint, Dataset::from_arrays(arrays(), 1).unwrap().info.fingerprint);
        assert_ne!(data.info.fingerprint, Dataset::from_arrays(arrays(), 2).unwrap().info.fingerprint);
        let patients = (0..40).map(|image| format!("p{}", image / 3)).collect();
        let data = Dataset::from_arrays(arrays().with_patients(patients), 1).unwrap();
        let patient = |samples: &Samples, at| samples.store().patients.as_ref().unwrap()[samples.index(at)];
        let of = |samples: &Samples| -> std::collections::HashSet<u32> {
            (0..samples.len()).map(|at| patient(samples, at)).collect()
        };
        assert!(of(&data.train).is_disjoint(&of(&data.val)));
        assert!(of(&data.train).is_disjoint(&of(&data.test.reopen())));
    }

    #[test]
    fn arrays_that_do_not_fit_together_are_refused_by_name() {
        let message = |arrays| Dataset::from_arrays(arrays, 0).unwrap_err().to_string();
        let mut short = arrays();
        short.pixels.pop();
        assert_eq!(message(short), "array `pixels` is 159 values, expected 160 for the labels given");
        let mut high = arrays();
        high.labels[7] = 2;
        assert_eq!(message(high), "array `labels` is 2, expected a class index below 2");
        assert!(message(arrays().with_channels(2)).contains("`channels` is 2, expected 1 or 3"));
        assert!(message(arrays().with_patients(vec![])).contains("`patients` is 0"));
        let mut lonely = arrays();
        lonely.labels.fill(0);
        assert!(message(lonely).contains("0 images of class `b`"));
    }
}
