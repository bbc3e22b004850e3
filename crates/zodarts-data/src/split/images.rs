//! Cuts of a data set's images.

use super::by_patient::cut_by_patient;
use super::share::CutShare;
use super::stratified::{strata, stratified_cut};
use crate::patients;
use crate::rng::stream;
use crate::store::ImageStore;
use rand_chacha::ChaCha8Rng;

/// The share of all images that becomes the test split.
const TEST: CutShare = CutShare { fraction: 0.2, left: 2 };
/// The share of the rest that becomes the validation split.
const VAL_OF_REST: f64 = 0.125;
/// The share of given training images that becomes the validation split.
const VAL_OF_TRAIN: f64 = 0.1;

/// Images to cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CutImages<'a> {
    pub store: &'a ImageStore,
    /// The number of each stored image's unit of patients and like images, if these were looked for.
    pub groups: Option<&'a [u32]>,
    /// The images to cut.
    pub members: &'a [u32],
}

impl<'a> CutImages<'a> {
    /// Returns the units, by stored image, if they join images that patients do not join.
    pub fn joined(&self) -> Option<&'a [u32]> {
        let count =
            |numbers: &[u32]| patients::count(self.members.iter().map(|member| numbers[*member as usize]));
        let apart = self.store.patients.as_deref().map_or(self.members.len(), count);
        self.groups.filter(|groups| count(groups) < apart)
    }

    /// Cuts the images in two: each class if there are neither patients nor like images, else by
    /// [`cut_by_patient`].
    pub fn cut(&self, share: CutShare, rng: &mut ChaCha8Rng) -> (Vec<u32>, Vec<u32>) {
        let stratum_of = strata(self.store, self.members);
        match self.joined().or(self.store.patients.as_deref()) {
            None => stratified_cut(self.members, stratum_of, share.fraction, rng),
            Some(units) => cut_by_patient(self.members, stratum_of, units, share, rng),
        }
    }

    /// Cuts each class in 70 % for training, 10 % for validation and 20 % for test.
    pub fn in_three(&self, seed: u64) -> [Vec<u32>; 3] {
        // Two units of each class must be left: one for training, one for validation.
        let (test, rest) = self.cut(TEST, &mut stream(seed, "folder", 0));
        let rest = CutImages { members: &rest, ..*self };
        let (val, train) = rest.cut(CutShare::of(VAL_OF_REST), &mut stream(seed, "folder", 1));
        [train, val, test]
    }

    /// Cuts training images in images for training and validation.
    pub fn in_two(&self, seed: u64) -> [Vec<u32>; 2] {
        let (val, train) = self.cut(CutShare::of(VAL_OF_TRAIN), &mut stream(seed, "folder", 0));
        [train, val]
    }
}
