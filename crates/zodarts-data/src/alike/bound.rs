//! The groups of like images of a data set, found once and told.

use super::groups::LikeGroups;
use super::units::CutUnits;
use crate::event::{Notice, OpenEvent};
use crate::samples::Samples;

/// The cuts for which like images are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CutGoal {
    /// The halves of a search only; the splits are given.
    Halves,
    /// Training and validation.
    TwoSplits,
    /// Training, validation and test.
    ThreeSplits,
    /// So many folds.
    Folds(usize),
}

/// Returns the number of each image's unit, by position, and tells how many images are kept together.
pub(crate) fn bound(
    samples: &Samples,
    goal: CutGoal,
    classes: &[String],
    on_event: &dyn Fn(OpenEvent),
) -> Vec<u32> {
    let parts = match goal {
        CutGoal::Halves | CutGoal::TwoSplits => 2,
        CutGoal::ThreeSplits => 3,
        CutGoal::Folds(folds) => folds,
    };
    let CutUnits { numbers, kept, poor } = CutUnits::of(samples, LikeGroups::of(samples), parts);
    if !kept.groups.is_empty() {
        let (images, groups, divided) = (kept.images(), kept.groups.len(), kept.divided);
        let halves_only = goal == CutGoal::Halves;
        on_event(Notice::AlikeTogether { images, groups, divided, halves_only }.into());
    }
    for class in poor {
        on_event(Notice::AlikeDivided { class: classes[class].clone() }.into());
    }
    numbers
}
