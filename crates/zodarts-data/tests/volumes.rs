//! Volumes that are read slice by slice.

mod support;

use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::HashSet;
use support::{Npz, npy, says};
use tempfile::TempDir;
use zodarts_data::{Alike, DataError, Dataset, Notice, OpenEvent, OpenOptions, Samples, ValSource, Volumes};

/// Volumes of `slices` slices of 4×5 pixels. The first pixel of a slice is the number of its volume.
fn volumes(counts: [usize; 3], slices: usize, classes: usize) -> Npz {
    let (mut npz, mut first) = (Npz { arrays: Vec::new() }, 0);
    for (split, count) in ["train", "val", "test"].into_iter().zip(counts) {
        let numbers = first..first + count;
        let volume = |number: usize| {
            (0..slices * 20).map(move |at| if at % 20 == 0 { number } else { at * number % 200 } as u8)
        };
        let pixels: Vec<u8> = numbers.clone().flat_map(volume).collect();
        let labels: Vec<u8> = numbers.map(|number| (number % classes) as u8).collect();
        npz.set(&format!("{split}_images"), npy("|u1", &format!("({count}, {slices}, 4, 5)"), &pixels));
        npz.set(&format!("{split}_labels"), npy("|u1", &format!("({count}, 1)"), &labels));
        first += count;
    }
    npz
}

fn opened_as(name: &str, npz: &Npz, options: &OpenOptions) -> Result<Dataset, DataError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    npz.write(&path);
    support::open_with(&path, options)
}

fn sliced() -> OpenOptions {
    OpenOptions::default().with_volumes(Volumes::Slices)
}

fn opened(npz: &Npz) -> Result<Dataset, DataError> {
    opened_as("some.npz", npz, &sliced())
}

/// The number of the volume that an image is a slice of.
fn number(samples: &Samples, position: usize) -> usize {
    (samples.image(position)[0] * 255.0).round() as usize
}

/// Checks that the slices of each volume are together and returns the volumes' numbers.
fn whole(samples: &Samples) -> Vec<usize> {
    let of = |case: usize| {
        let numbers: HashSet<usize> = samples.images_of(case).map(|at| number(samples, at)).collect();
        assert_eq!(numbers.len(), 1, "{numbers:?}");
        number(samples, samples.shown_of(case))
    };
    (0..samples.cases()).map(of).collect()
}

#[test]
fn every_slice_is_an_image_with_the_label_of_its_volume() {
    let data = opened(&volumes([6, 4, 5], 3, 2)).unwrap();
    assert_eq!((data.info.slices, data.info.height, data.info.width), (Some(3), 4, 5));
    assert_eq!([data.train.len(), data.val.len(), data.test.len()], [18, 12, 15]);
    assert_eq!((data.train.cases(), data.train.slices(), data.train.class_counts()), (6, 3, vec![3, 3]));
    assert_eq!((0..6).map(|at| data.train.labels(at)[0]).collect::<Vec<_>>(), [0, 0, 0, 1, 1, 1]);
    assert_eq!(whole(&data.val), [6, 7, 8, 9]);
    assert_eq!(whole(&data.train.select(&[4, 1])), [4, 1]);
    let summary = data.summary();
    assert_eq!(
        (summary.test.images, summary.test.volumes, &summary.test.per_class),
        (15, Some(5), &vec![3, 2])
    );
    let single = opened(&volumes([6, 4, 5], 1, 2)).unwrap();
    assert_eq!((single.info.slices, single.train.cases()), (Some(1), 6));
}

#[test]
fn copies_are_those_of_whole_volumes() {
    // All volumes have blank slices in common, and volume 2 is a copy of volume 0.
    let mut npz = volumes([3, 3, 3], 2, 2);
    let mut pixels = vec![0; 3 * 40];
    for (volume, value) in [(0, 9), (1, 7), (2, 9)] {
        pixels[volume * 40 + 3] = value;
    }
    npz.set("train_images", npy("|u1", "(3, 2, 4, 5)", &pixels));
    let data = opened(&npz).unwrap();
    assert_eq!((data.summary().train.duplicates, data.summary().test.also_in_train), (1, 0));
    let found: Vec<String> = data.check().findings.into_iter().map(|finding| finding.text).collect();
    assert!(found.contains(&"1 train volume repeated within the split".to_owned()), "{found:?}");
    assert!(
        !found.iter().any(|text| text.contains("looks like") || text.contains("without content")),
        "{found:?}"
    );
}

#[test]
fn a_3_d_set_of_medmnist_takes_slices_by_itself_and_must_have_its_shape() {
    let cube = |side: usize| {
        let mut npz = volumes([4, 4, 4], 3, 2);
        for split in ["train", "val", "test"] {
            let shape = format!("(4, {side}, {side}, {side})");
            npz.set(&format!("{split}_images"), npy("|u1", &shape, &vec![7; 4 * side * side * side]));
        }
        npz
    };
    let notices = RefCell::new(Vec::new());
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vesselmnist3d.npz");
    cube(28).write(&path);
    let data = Dataset::open(path.to_str().unwrap(), &OpenOptions::default(), &|event| {
        if let OpenEvent::Notice(notice) = event {
            notices.borrow_mut().push(notice);
        }
    });
    let info = data.unwrap().info;
    assert_eq!((info.slices, &info.classes[1]), (Some(28), &"aneurysm".to_owned()));
    assert!(notices.borrow().contains(&Notice::VolumesSliced { slices: 28 }), "{notices:?}");
    let default = OpenOptions::default();
    assert_eq!(opened_as("vesselmnist3d_64.npz", &cube(64), &default).unwrap().info.slices, Some(64));
    let error = opened_as("vesselmnist3d.npz", &cube(12), &default).unwrap_err();
    says(&error, &["(4, 12, 12, 12)", "28×28×28 voxels", "vesselmnist3d has", "rename the file"]);
    let error = opened_as("vesselmnist3d.npz", &Npz::valid(), &default).unwrap_err();
    says(&error, &["(6, 4, 4)", "(N, D, H, W)"]);
}

#[test]
fn what_is_no_sound_array_of_volumes_is_refused() {
    let npz = volumes([6, 4, 5], 3, 2);
    let error = opened_as("some.npz", &npz, &OpenOptions::default()).unwrap_err();
    says(&error, &["(6, 3, 4, 5)", "--volumes slices"]);
    says(&opened(&Npz::valid()).unwrap_err(), &["(6, 4, 4)", "leave --volumes out"]);
    let with = |array: &str, content: Vec<u8>| {
        let mut npz = volumes([6, 4, 5], 3, 2);
        opened(npz.set(array, content)).unwrap_err()
    };
    says(&with("train_images", npy("|u1", "(6, 0, 4, 5)", &[])), &["1 to 1024 slices"]);
    says(&with("train_images", npy("|u1", "(6, 3, 4, 5)", &[0; 100])), &["does not fit"]);
    says(
        &with("val_images", npy("|u1", "(4, 2, 4, 5)", &[0; 160])),
        &["(N, 2, 4, 5, 1)", "as in train_images"],
    );
    says(&with("val_labels", npy("|u1", "(12, 1)", &[0; 12])), &["4 images but 12 labels"]);
    let options = sliced().with_alike(Alike::Together);
    says(&opened_as("some.npz", &npz, &options).unwrap_err(), &["`alike` is together", "not looked for"]);
    let phantom = Dataset::open("phantom", &sliced(), &|_| ()).unwrap_err();
    says(&phantom, &["`volumes` is slices", "no archive"]);
    // Volumes count with all their slices.
    let little = sliced().with_memory(15 * 60);
    assert!(matches!(opened_as("some.npz", &npz, &little).unwrap_err(), DataError::Memory { .. }));
}

#[test]
fn validation_volumes_come_from_elsewhere_if_they_are_of_the_same_shape() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("other.npz");
    let with = |path: &std::path::Path| sliced().with_val(ValSource::File(path.to_owned()));
    volumes([1, 7, 1], 3, 2).write(&path);
    let data = opened_as("some.npz", &volumes([6, 4, 5], 3, 2), &with(&path)).unwrap();
    assert_eq!((data.train.cases(), data.val.cases()), (10, 7));
    volumes([1, 7, 1], 2, 2).write(&path);
    let error = opened_as("some.npz", &volumes([6, 4, 5], 3, 2), &with(&path)).unwrap_err();
    says(&error, &["slices 2, expected 3"]);
    let classes = support::class_folder(3, 8);
    let error = opened_as("some.npz", &volumes([6, 4, 5], 3, 2), &with(classes.path())).unwrap_err();
    says(&error, &["samples of images, expected of volumes"]);
}

#[test]
fn a_network_is_given_samples_of_its_own_kind() {
    let info = opened(&volumes([6, 4, 5], 3, 2)).unwrap().info;
    let network = OpenOptions::default().with_network(info);
    // Another number of slices is no hindrance.
    let data = opened_as("some.npz", &volumes([5, 4, 5], 7, 2), &network).unwrap();
    assert_eq!((data.info.slices, data.test.len()), (Some(7), 35));
    let phantom = Dataset::open("phantom", &network, &|_| ()).unwrap_err();
    says(&phantom, &["its samples are images", "trained on volumes"]);
    let of_images =
        OpenOptions::default().with_network(support::phantom("phantom").info).with_volumes(Volumes::Slices);
    says(
        &opened_as("some.npz", &volumes([5, 4, 5], 7, 2), &of_images).unwrap_err(),
        &["its samples are volumes"],
    );
}

#[test]
fn the_fingerprint_tells_volumes_from_images() {
    let of = |slices| opened(&volumes([6, 4, 6], slices, 2)).unwrap().info.fingerprint;
    assert_ne!(of(1), of(2));
    let mut flat = volumes([6, 4, 6], 1, 2);
    for (split, count) in [("train", 6), ("val", 4), ("test", 6)] {
        let name = format!("{split}_images");
        let array = &flat.arrays.iter().find(|(other, _)| *other == name).unwrap().1;
        let pixels = array[array.len() - count * 20..].to_vec();
        flat.set(&name, npy("|u1", &format!("({count}, 4, 5)"), &pixels));
    }
    let images = opened_as("some.npz", &flat, &OpenOptions::default()).unwrap();
    assert_ne!(images.info.fingerprint, of(1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_cut_divides_a_volume(
        train in 4usize..24,
        val in 3usize..9,
        slices in 1usize..6,
        classes in 2usize..4,
        fraction in 0.1f64..0.9,
        seed: u64,
    ) {
        let options = sliced().with_val(ValSource::Fraction(fraction)).with_seed(seed);
        let npz = volumes([train.max(classes), val.max(classes), classes], slices, classes);
        let data = opened_as("some.npz", &npz, &options).unwrap();
        let merged = data.train.merged(&data.val);
        let all = train.max(classes) + val.max(classes);
        let cuts = [(data.val, data.train), merged.halves(seed), merged.cut(fraction, seed)];
        for (first, second) in cuts {
            let mut both = [whole(&first), whole(&second)].concat();
            both.sort_unstable();
            prop_assert!(both.into_iter().eq(0..all));
        }
        // As balanced as a cut of as many images.
        let (first, second) = merged.halves(seed);
        for (one, other) in first.class_counts().into_iter().zip(second.class_counts()) {
            prop_assert!(one.abs_diff(other) <= 2, "{one} {other}");
        }
    }
}
