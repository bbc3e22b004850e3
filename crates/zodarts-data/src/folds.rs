//! Cross-validation: the development images in folds, each of which is held out once.

use crate::alike::{CutGoal, unit_counts};
use crate::dataset::Dataset;
use crate::error::DataError;
use crate::event::OpenEvent;
use crate::options::Alike;
use crate::samples::Samples;

/// The folds to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldPlan {
    /// Their number, at least 2.
    pub folds: usize,
    /// The seed of the cut.
    pub seed: u64,
    /// The treatment of copies and near copies; [`Alike::Auto`] keeps them together.
    pub alike: Alike,
}

impl Dataset {
    /// Cuts the training and validation images in folds, stratified by class, and returns a data set for
    /// each: its validation images are the fold, its training images are the others. The test images stay
    /// sealed.
    ///
    /// No patient, no volume, and, unless [`Alike::Apart`] is asked for, no group of copies and near copies
    /// is in two folds.
    ///
    /// # Errors
    /// Returns [`DataError::Folds`] if there are fewer than 2 folds, or a class has fewer patients, groups or
    /// images than there are folds.
    pub fn folds(&self, plan: FoldPlan, on_event: &dyn Fn(OpenEvent)) -> Result<Vec<Dataset>, DataError> {
        let FoldPlan { folds, seed, alike } = plan;
        let together = alike != Alike::Apart && !self.train.has_groups() && self.train.slices() == 1;
        let own = self.clone();
        let bound = if together { own.bound(CutGoal::Folds(folds), on_event) } else { own };
        let development = bound.train.merged(&bound.val);
        self.check_folds(&development, folds)?;
        let parts = development.parts(folds, seed);
        let dataset = |held_out: usize| {
            let others = parts.iter().enumerate().filter(|(at, _)| *at != held_out).map(|(_, part)| part);
            let none = parts[held_out].select(&[]);
            let train = others.fold(none, |train, part| train.merged(part));
            Dataset { train, val: parts[held_out].clone(), ..bound.clone() }.fingerprinted()
        };
        Ok((0..folds).map(dataset).collect())
    }

    fn check_folds(&self, development: &Samples, folds: usize) -> Result<(), DataError> {
        let refused = |problem: String| Err(DataError::Folds { data: self.info.name.clone(), problem });
        if folds < 2 {
            return refused(format!("{folds} fold(s), expected at least 2"));
        }
        let counts = unit_counts(development);
        // With several labels, an image counts for its rarest one, so rare labels may be missing in a fold.
        let several = development.labels_of(0).len() > 1;
        match counts.iter().position(|count| *count < folds).filter(|_| !several) {
            Some(class) => refused(format!(
                "class `{}` has {} patients, groups of like images or images on their own, expected at least \
                 {folds}, one for each fold",
                self.info.classes[class], counts[class]
            )),
            None if development.cases() < folds => refused(format!("fewer images than {folds} folds")),
            None => Ok(()),
        }
    }
}
