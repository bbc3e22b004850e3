//! The preparation of a trained network to predict: its calibration, and thresholds for what must not be
//! missed.

use super::Job;
use super::guarded::{Guarded, no_threshold};
use crate::error::Error;
use crate::folder::names;
use zodarts_nas::evaluate::{
    AtLabelThresholds, AtThreshold, Bootstrap, LabelThresholds, Labels, PredictionSets, Threshold,
};
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
    /// The effect of the labels' thresholds on the validation images; `None` if there are none.
    pub label_thresholds: Option<AtLabelThresholds>,
    /// The rule of the prediction sets; `None` if only single answers are given.
    pub sets: Option<PredictionSets>,
}

impl Job<'_> {
    /// Calibrates a trained network on the validation images, and chooses its thresholds and its prediction
    /// sets, as far as the settings ask for it. Writes the network and the [`Profile`] of the development
    /// images to the folder. Under protocol `paper` no images are left for that.
    ///
    /// # Errors
    /// Returns an error if there is no validation image, no threshold can be chosen, or a
    /// file cannot be written.
    pub fn prepare(&self, model: &mut Model) -> Result<Prepared, Error> {
        let wanted = &self.settings.predict;
        if self.protocol == Protocol::Paper {
            return Ok(Prepared::default());
        }
        let calibration = wanted.calibrate.then(|| model.calibrate(&self.dataset.val)).transpose()?;
        let mut prepared = Prepared { calibration, ..Prepared::default() };
        if let Some(wanted) = wanted.sensitivity {
            self.choose_thresholds(model, wanted, &mut prepared)?;
        }
        let profile = Profile::of(model, &self.dataset.train, &self.dataset.val)?;
        model.card.sets = wanted.coverage.map(|coverage| PredictionSets::new(&profile.truths, coverage));
        profile.save(self.folder.path())?;
        model.save(self.folder.path())?;
        // Last: it says that the model is prepared.
        if let Some(calibration) = &prepared.calibration {
            self.folder.write_record(names::CALIBRATION, calibration)?;
        }
        Ok(Prepared { sets: model.card.sets.clone(), ..prepared })
    }

    /// Chooses the thresholds for a sensitivity, by probabilities as they are after the calibration.
    fn choose_thresholds(
        &self,
        model: &mut Model,
        wanted: f64,
        prepared: &mut Prepared,
    ) -> Result<(), Error> {
        let (info, val) = (&self.dataset.info, &self.dataset.val);
        let (scores, labels) = (model.scores(val)?, Labels::of(val)?);
        match Guarded::of(info, self.settings)? {
            Guarded::Class(class) => {
                let threshold = Threshold::for_sensitivity(&scores, &labels, class, wanted)
                    .ok_or_else(|| no_threshold(info, "there is no validation image of the class"))?;
                model.card.threshold = Some(threshold);
                prepared.threshold = Some(threshold.on(&scores, &labels, &info.classes));
            }
            Guarded::Labels(guarded) => {
                let chosen = |label: usize| guarded.contains(&label);
                let found = LabelThresholds::for_sensitivity(&scores, &labels, wanted, chosen);
                let bootstrap = Bootstrap { seed: self.settings.seed, ..Bootstrap::default() };
                prepared.label_thresholds = Some(found.on(&scores, &labels, &info.classes, &bootstrap)?);
                model.card.label_thresholds = Some(found);
            }
        }
        Ok(())
    }
}
