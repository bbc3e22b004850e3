//! Folds: each image is held out once, and nothing that belongs together is divided.

mod support;

use proptest::prelude::*;
use std::collections::BTreeSet;
use support::{class_folder, open_with, phantom, says};
use zodarts_data::{
    Alike, DataError, Dataset, FoldPlan, ImageSize, LabelledArrays, OpenOptions, Samples, TestSplit,
};

/// Images of 16 pixels: a different one for each number, of the class that the number's parity says.
fn arrays(numbers: &[u8]) -> LabelledArrays {
    let pixel =
        |number: u8, at: u32| (u32::from(number) * 7919 + at * 104_729).wrapping_mul(2_654_435_761) >> 24;
    let pixels = numbers.iter().flat_map(|number| (0..16).map(move |at| pixel(*number, at) as u8)).collect();
    let labels = numbers.iter().map(|number| u16::from(number % 2)).collect();
    let classes = ["even", "odd"].map(str::to_owned).to_vec();
    LabelledArrays::new(ImageSize::square(4), pixels, labels, classes)
}

fn folds(data: &Dataset, folds: usize, seed: u64, alike: Alike) -> Result<Vec<Dataset>, DataError> {
    data.folds(FoldPlan { folds, seed, alike }, &|_| ())
}

fn hashes(samples: &Samples) -> Vec<u64> {
    let mut hashes = samples.short_hashes();
    hashes.sort_unstable();
    hashes
}

#[test]
fn each_image_is_held_out_once_and_classes_are_spread() {
    let data = phantom("phantom");
    let development = data.train.merged(&data.val);
    let counts = development.class_counts();
    for count in [2, 3, 5, 10] {
        let found = folds(&data, count, 1, Alike::Auto).unwrap();
        assert_eq!(found.len(), count);
        let held_out: Vec<u64> = found.iter().flat_map(|fold| fold.val.short_hashes()).collect();
        assert_eq!(held_out.len(), development.len());
        assert_eq!(held_out.iter().collect::<BTreeSet<_>>().len(), development.len());
        for fold in &found {
            assert_eq!(hashes(&fold.train.merged(&fold.val)), hashes(&development));
            for (part, whole) in fold.val.class_counts().into_iter().zip(&counts) {
                assert!(part.abs_diff(whole / count) <= 1, "{part} of {whole} in one of {count}");
            }
            assert_eq!(fold.test.times_unsealed(), 0);
        }
        let fingerprints: BTreeSet<&str> = found.iter().map(|fold| &*fold.info.fingerprint).collect();
        assert_eq!(fingerprints.len(), count, "folds are data of their own");
    }
    let [one, same, other] = [1, 1, 2].map(|seed| folds(&data, 3, seed, Alike::Auto).unwrap());
    let first = |folds: &[Dataset]| folds[0].val.short_hashes();
    assert!(first(&one) == first(&same) && first(&one) != first(&other));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_patient_and_no_copy_is_in_two_folds(count in 2usize..5, seed: u64, by_patient: bool) {
        // Each image is there three times; of a patient are two images and their copies.
        let numbers: Vec<u8> = (0..32).flat_map(|number| [number; 3]).collect();
        let mut arrays = arrays(&numbers);
        if by_patient {
            let patient = |number: &u8| (number / 4 * 2 + number % 2).to_string();
            arrays.patients = Some(numbers.iter().map(patient).collect());
        }
        let data = Dataset::from_arrays(arrays, 0).unwrap();
        let found = folds(&data, count, seed, Alike::Auto).unwrap();
        for fold in &found {
            let [train, held_out] = [&fold.train, &fold.val].map(Samples::short_hashes);
            let train: BTreeSet<u64> = train.into_iter().collect();
            prop_assert!(held_out.iter().all(|hash| !train.contains(hash)));
            prop_assert!(fold.val.class_counts().iter().all(|count| *count > 0));
        }
        if !by_patient {
            let arrays = self::arrays(&numbers).with_alike(Alike::Apart);
            let data = Dataset::from_arrays(arrays, 0).unwrap();
            let apart = folds(&data, count, seed, Alike::Apart).unwrap();
            let train: BTreeSet<u64> = apart[0].train.short_hashes().into_iter().collect();
            prop_assert!(apart[0].val.short_hashes().iter().any(|hash| train.contains(hash)));
        }
    }
}

#[test]
fn without_a_test_split_every_image_of_a_folder_is_held_out() {
    let folder = class_folder(9, 8);
    let options = OpenOptions::default().with_test(TestSplit::None).with_alike(Alike::Apart);
    let data = open_with(folder.path(), &options).unwrap();
    assert_eq!((data.train.len() + data.val.len(), data.test.len()), (18, 0));
    let found = folds(&data, 3, 0, Alike::Apart).unwrap();
    assert!(found.iter().all(|fold| fold.val.class_counts() == [3, 3]));
    assert_eq!(open_with(folder.path(), &options.with_test(TestSplit::Cut)).unwrap().test.len(), 4);
}

#[test]
fn too_many_folds_are_refused_by_class() {
    let numbers: Vec<u8> =
        (0..40).flat_map(|at| if at < 12 { vec![at * 2, at * 2 + 1] } else { vec![at * 2] }).collect();
    let data = Dataset::from_arrays(arrays(&numbers).with_alike(Alike::Apart), 0).unwrap();
    let odd = data.train.merged(&data.val).class_counts()[1];
    assert!(folds(&data, odd, 0, Alike::Apart).is_ok());
    let error = folds(&data, odd + 1, 0, Alike::Apart).unwrap_err();
    says(
        &error,
        &[
            &format!("class `odd` has {odd} patients"),
            &format!("at least {}", odd + 1),
            "another number of folds",
        ],
    );
    says(&folds(&data, 1, 0, Alike::Apart).unwrap_err(), &["1 fold(s), expected at least 2"]);
    // Two patients of a class cannot be in three folds, however many images they have.
    let mut few = arrays(&(0..60).collect::<Vec<u8>>());
    few.patients =
        Some((0..60).map(|at| format!("{}", if at % 2 == 1 { 100 + at / 2 % 3 } else { at })).collect());
    let data = Dataset::from_arrays(few.with_alike(Alike::Apart), 0).unwrap();
    says(&folds(&data, 4, 0, Alike::Apart).unwrap_err(), &["class `odd` has", "expected at least 4"]);
}
