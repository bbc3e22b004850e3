//! Groups of images of one patient, without the patient's identity.
//!
//! An id is hashed where it is read and numbered when a data set is put together; only the numbers stay.

use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::Path;

/// The number of an unknown patient: each such image is a patient of its own.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// The hash of a patient's id.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PatientKey([u8; 32]);

impl PatientKey {
    /// Returns the key of an id in a file's bytes, or `None` if it is blank. Space around the id does not
    /// count.
    pub fn of_id(id: &[u8]) -> Option<Self> {
        // DICOM pads with spaces or a zero byte.
        let id = id.trim_ascii_start();
        let end = id.iter().rposition(|byte| !byte.is_ascii_whitespace() && *byte != 0)?;
        Some(Self::hashed("id", &id[..=end]))
    }

    /// Returns the key of a file whose images are of one unknown patient.
    pub fn of_file(path: &Path) -> Self {
        Self::hashed("file", path.as_os_str().as_encoded_bytes())
    }

    fn hashed(kind: &str, bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update(kind).chain_update([0]).chain_update(bytes).finalize().into())
    }
}

/// Numbers patients in the order in which they come.
#[derive(Default)]
pub(crate) struct Patients {
    numbers: HashMap<PatientKey, u32>,
}

impl Patients {
    /// Returns the number of a patient, [`UNKNOWN`] for `None`.
    pub fn number(&mut self, key: Option<PatientKey>) -> u32 {
        let next = self.numbers.len() as u32;
        key.map_or(UNKNOWN, |key| *self.numbers.entry(key).or_insert(next))
    }
}

/// Returns two images of one patient in different splits, by split and position, if there are any: the first
/// in order, and the first of the other split.
pub(crate) fn divided(splits: [&[u32]; 3]) -> Option<[(usize, usize); 2]> {
    let mut first: HashMap<u32, (usize, usize)> = HashMap::new();
    for (split, patients) in splits.into_iter().enumerate() {
        for (position, &patient) in patients.iter().enumerate().filter(|(_, patient)| **patient != UNKNOWN) {
            let known = *first.entry(patient).or_insert((split, position));
            if known.0 != split {
                return Some([known, (split, position)]);
            }
        }
    }
    None
}

/// Returns the number of patients; each [`UNKNOWN`] counts as one.
pub(crate) fn count(patients: impl Iterator<Item = u32>) -> usize {
    let (unknown, mut known): (Vec<u32>, Vec<u32>) = patients.partition(|patient| *patient == UNKNOWN);
    known.sort_unstable();
    known.dedup();
    known.len() + unknown.len()
}

impl std::fmt::Debug for PatientKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PatientKey")
    }
}

impl std::fmt::Debug for Patients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} patients", self.numbers.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_however_it_is_padded_and_no_id_is_nobody() {
        let mut patients = Patients::default();
        let mut number = |id: &[u8]| patients.number(PatientKey::of_id(id));
        assert_eq!((number(b"A1"), number(b" A1 "), number(b"A1\0"), number(b"A2")), (0, 0, 0, 1));
        assert_eq!((number(b""), number(b"  \0")), (UNKNOWN, UNKNOWN));
        assert_ne!(PatientKey::of_id(b"a.dcm"), Some(PatientKey::of_file(Path::new("a.dcm"))));
        assert!(!format!("{patients:?} {:?}", PatientKey::of_id(b"A1")).contains("A1"));
    }

    #[test]
    fn a_patient_on_two_sides_is_found_and_strangers_are_not() {
        assert_eq!(divided([&[0, 1, UNKNOWN], &[2, UNKNOWN], &[3, 3]]), None);
        assert_eq!(divided([&[0, 1], &[2], &[3, 1, 0]]), Some([(0, 1), (2, 1)]));
        assert_eq!(count([0, 1, UNKNOWN, 0, UNKNOWN].into_iter()), 4);
    }
}
