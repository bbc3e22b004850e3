//! The preparation of a trained network to predict: its calibration, and a threshold for a class that must
//! not be missed.

use super::Job;
use crate::error::Error;
use crate::folder::names;
use crate::settings::Settings;
use zodarts_data::{Dataset, DatasetInfo, Task};
use zodarts_nas::evaluate::{AtThreshold, Labels, PredictionSets, Threshold};
use zodarts_nas::model::{Calibration, Model};
use zodarts_nas::profile::Profile;
use zodarts_nas::protocol::Protocol;

/// The result of [`Job::prepare`].
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// The effect of the calibration; `None` if there was none.
    pub calibration: Option<Calibration>,
    /// The effect of the threshold on the validation images; `None` if there is none.
    pub threshold: Option<AtThreshold>,
    /// The rule of the prediction sets; `None` if only single answers are given.
    pub sets: Option<PredictionSets>,
}

impl Job<'_> {
    /// Calibrates a trained network on the validation images, and chooses its threshold and its prediction
    /// sets, as far as the settings ask for it. Writes the network and the [`Profile`] of the development
    /// images to the folder. Under protocol `paper` no images are left for that.
    ///
    /// # Errors
    /// Returns an error if there is no validation image, no threshold can be chosen (see [`positive_class`]),
    /// or a file cannot be written.
    pub fn prepare(&self, model: &mut Model) -> Result<Prepared, Error> {
        let wanted = &self.settings.predict;
        if self.protocol == Protocol::Paper {
            return Ok(Prepared::default());
        }
        let calibration = wanted.calibrate.then(|| model.calibrate(&self.dataset.val)).transpose()?;
        let threshold = wanted.sensitivity.map(|wanted| self.choose_threshold(model, wanted)).transpose()?;
        let profile = Profile::of(model, &self.dataset.train, &self.dataset.val)?;
        model.card.sets = wanted.coverage.map(|coverage| PredictionSets::new(&profile.truths, coverage));
        profile.save(self.folder.path())?;
        model.save(self.folder.path())?;
        // Last: it says that the model is prepared.
        if let Some(calibration) = &calibration {
            self.folder.write_record(names::CALIBRATION, calibration)?;
        }
        Ok(Prepared { calibration, threshold, sets: model.card.sets.clone() })
    }

    fn choose_threshold(&self, model: &mut Model, wanted: f64) -> Result<AtThreshold, Error> {
        let info = &self.dataset.info;
        let class = positive_class(info, self.settings)?;
        let (scores, labels) = (model.scores(&self.dataset.val)?, Labels::of(&self.dataset.val)?);
        let threshold = Threshold::for_sensitivity(&scores, &labels, class, wanted)
            .ok_or_else(|| no_threshold(info, "there is no validation image of the class"))?;
        model.card.threshold = Some(threshold);
        Ok(threshold.on(&scores, &labels, &info.classes))
    }
}

/// Returns the class that must not be missed, by the settings.
///
/// # Errors
/// Returns an error if the data do not have two classes, if no class is named, or if none has that name.
pub fn positive_class(info: &DatasetInfo, settings: &Settings) -> Result<usize, Error> {
    if info.task != Task::BinaryClass {
        return Err(no_threshold(info, "it takes two classes"));
    }
    match &settings.predict.positive {
        None => Err(Error::NoPositive {
            dataset: info.name.clone(),
            first: info.classes[0].clone(),
            second: info.classes[1].clone(),
        }),
        Some(name) => info.classes.iter().position(|class| class == name).ok_or_else(|| {
            no_threshold(info, &format!("`predict.positive` is {name:?}, expected one of {:?}", info.classes))
        }),
    }
}

/// Refuses a sensitivity that the validation images cannot carry.
///
/// # Errors
/// As [`positive_class`], and if the class has too few validation images.
pub(super) fn check_threshold(dataset: &Dataset, settings: &Settings) -> Result<(), Error> {
    let Some(wanted) = settings.predict.sensitivity else { return Ok(()) };
    let class = positive_class(&dataset.info, settings)?;
    let (found, needed) = (dataset.val.class_counts()[class], Threshold::images_needed(wanted));
    if found >= needed {
        return Ok(());
    }
    let name = &dataset.info.classes[class];
    let reason = format!(
        "there are {found} validation images of {name:?}, but a sensitivity of {wanted} needs at least \
         {needed}"
    );
    Err(no_threshold(&dataset.info, &reason))
}

fn no_threshold(info: &DatasetInfo, reason: &str) -> Error {
    Error::NoThreshold { dataset: info.name.clone(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zodarts_data::ImageFit;

    #[test]
    fn a_sensitivity_is_for_a_class_that_the_user_named() {
        let info = DatasetInfo {
            name: "breasts".into(),
            size_flag: String::new(),
            task: Task::BinaryClass,
            classes: vec!["malignant".into(), "normal, benign".into()],
            channels: 1,
            height: 28,
            width: 28,
            fit: ImageFit::Squeeze,
            slices: None,
            fingerprint: String::new(),
        };
        let mut settings = Settings::default();
        let error = positive_class(&info, &settings).unwrap_err();
        assert!(error.to_string().ends_with("\"malignant\" or \"normal, benign\""), "{error}");
        assert_eq!(error.hint().unwrap(), "name it with --positive");
        settings.predict.positive = Some("malignant".into());
        assert_eq!(positive_class(&info, &settings).unwrap(), 0);
        settings.predict.positive = Some("cancer".into());
        assert!(positive_class(&info, &settings).unwrap_err().to_string().contains("is \"cancer\""));
    }
}
