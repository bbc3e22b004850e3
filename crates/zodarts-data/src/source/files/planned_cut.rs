//! Cuts that are made when the images are decoded, for like images stay together.

use crate::alike::{CutGoal, bound};
use crate::event::OpenEvent;
use crate::options::{Alike, OpenOptions};
use crate::patients::UNKNOWN;
use crate::samples::Samples;
use crate::split::CutImages;
use crate::store::ImageStore;
use std::sync::Arc;

/// The cut of what stands in the training split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlannedCut {
    /// There is nothing to cut.
    None,
    /// In training and validation.
    InTwo,
    /// In training, validation and test.
    InThree,
}

/// The splits of a data set, and the unit of each image in their order, if like images were looked for.
#[derive(Debug)]
pub(super) struct CutStores {
    pub splits: [ImageStore; 3],
    pub groups: Option<Vec<u32>>,
}

impl PlannedCut {
    /// Makes the cut of decoded images.
    pub fn make(
        self,
        splits: [ImageStore; 3],
        classes: &[String],
        options: &OpenOptions,
        on_event: &dyn Fn(OpenEvent),
    ) -> CutStores {
        let [all, val, test] = splits;
        let goal = match self {
            PlannedCut::None => return CutStores { splits: [all, val, test], groups: None },
            PlannedCut::InTwo => CutGoal::TwoSplits,
            PlannedCut::InThree => CutGoal::ThreeSplits,
        };
        let members: Vec<u32> = (0..all.len() as u32).collect();
        let (mut all, groups) = if options.alike == Alike::Apart {
            (all, None)
        } else {
            let store = Arc::new(all);
            let samples = Samples::new(store, members.clone());
            let groups = bound(&samples, goal, classes, on_event);
            (samples.into_store(), Some(groups))
        };
        let images = CutImages { store: &all, groups: groups.as_deref(), members: &members };
        let cut = if self == PlannedCut::InTwo {
            let [train, val] = images.in_two(options.seed);
            [train, val, Vec::new()]
        } else {
            images.in_three(options.seed)
        };
        let order = cut.concat();
        all.reorder(&order);
        let new_test = all.split_off(cut[0].len() + cut[1].len());
        let new_val = all.split_off(cut[0].len());
        // What is not cut is on its own; it is in no other cut either.
        let groups = groups.map(|groups| {
            let cut = order.iter().map(|image| groups[*image as usize]);
            cut.chain(std::iter::repeat_n(UNKNOWN, test.len())).collect()
        });
        let test = if self == PlannedCut::InTwo { test } else { new_test };
        CutStores { splits: [all, new_val, test], groups }
    }
}
