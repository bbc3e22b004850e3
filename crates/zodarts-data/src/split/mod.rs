//! Stratified, seeded cuts.

mod by_patient;
mod share;
mod stratified;

use by_patient::cut_by_patient;
use rand_chacha::ChaCha8Rng;
pub(crate) use share::CutShare;
pub(crate) use stratified::strata;
use stratified::stratified_cut;

/// Cuts `members` in two by [`stratified_cut`], or by [`cut_by_patient`] if patients are known. `patients`
/// holds the number of each image's patient.
pub(crate) fn cut(
    members: &[u32],
    stratum_of: impl Fn(u32) -> usize,
    patients: Option<&[u32]>,
    share: CutShare,
    rng: &mut ChaCha8Rng,
) -> (Vec<u32>, Vec<u32>) {
    match patients {
        None => stratified_cut(members, stratum_of, share.fraction, rng),
        Some(patients) => cut_by_patient(members, stratum_of, patients, share, rng),
    }
}
