//! Copies and near copies stay on one side of every cut that is made here, and data without them are cut as
//! ever.

mod support;

use image::{GrayImage, Luma};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use support::{Npz, npy, open_with, shared};
use tempfile::TempDir;
use zodarts_data::check::Problem;
use zodarts_data::{
    Alike, Dataset, ImageSize, LabelledArrays, Notice, OpenEvent, OpenOptions, Samples, ValSource,
};

const SIDE: u32 = 40;

/// Smooth random pictures; each seed has its own.
fn picture(seed: u64) -> GrayImage {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let waves: Vec<[f32; 3]> = (0..6).map(|_| std::array::from_fn(|_| rng.random_range(-0.5..0.5))).collect();
    GrayImage::from_fn(SIDE, SIDE, |x, y| {
        let wave = |w: &[f32; 3]| (w[0] * x as f32 + w[1] * y as f32 + 12.0 * w[2]).sin();
        Luma([(128.0 + 15.0 * waves.iter().map(wave).sum::<f32>()) as u8])
    })
}

/// A near copy: with another brightness and a little noise.
fn near(image: &GrayImage, seed: u64) -> GrayImage {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (gain, offset) = (rng.random_range(0.9..1.0), rng.random_range(0.0..12.0));
    let mut near = image.clone();
    for pixel in near.pixels_mut() {
        let noise = rng.random_range(-2.0..2.0);
        pixel.0[0] = (f32::from(pixel.0[0]) * gain + offset + noise) as u8;
    }
    near
}

fn save(image: &GrayImage, path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    image.save(path).unwrap();
}

/// Two classes of 40 pictures below `root`; every fourth has a copy and two near copies, one of them as JPEG.
fn with_copies(root: &Path) {
    for (class, first) in [("a", 0), ("b", 1000)] {
        for at in 0..40 {
            let image = picture(first + at);
            let name = |part: &str| root.join(format!("{class}/{at:02}-{part}"));
            save(&image, &name("0.png"));
            if at % 4 == 0 {
                fs::copy(name("0.png"), name("1.png")).unwrap();
                save(&near(&image, at), &name("2.png"));
                save(&near(&image, 99 + at), &name("3.jpg"));
            }
        }
    }
}

/// The groups of some images: class and number of their files.
fn groups(samples: &Samples) -> BTreeSet<String> {
    let group = |position: usize| {
        let file = Path::new(samples.file(position).unwrap()).to_owned();
        let class = file.parent().unwrap().file_name().unwrap().to_owned();
        format!("{}{}", class.display(), &file.file_name().unwrap().to_str().unwrap()[..2])
    };
    (0..samples.len()).map(group).collect()
}

fn is_divided(one: &Samples, other: &Samples) -> bool {
    !groups(one).is_disjoint(&groups(other))
}

/// Opens a path and returns the notices as well.
fn opened(path: &Path, options: &OpenOptions) -> (Dataset, Vec<Notice>) {
    let notices = RefCell::new(Vec::new());
    let hear = |event| {
        if let OpenEvent::Notice(notice) = event {
            notices.borrow_mut().push(notice);
        }
    };
    let data = Dataset::open(path.to_str().unwrap(), options, &hear).unwrap();
    (data, notices.into_inner())
}

#[test]
fn no_group_is_divided_by_any_cut_and_classes_keep_their_shares() {
    let place = TempDir::new().unwrap();
    with_copies(place.path());
    for seed in 0..8 {
        let options = OpenOptions::default().with_seed(seed);
        let (data, notices) = opened(place.path(), &options);
        let test = data.test.reopen();
        assert!(!is_divided(&data.train, &data.val), "seed {seed}");
        assert!(!is_divided(&data.train.merged(&data.val), &test), "seed {seed}");
        assert_eq!(
            notices,
            [Notice::AlikeTogether { images: 80, groups: 20, divided: 0, halves_only: false }]
        );
        // 70 of each class, in groups of up to four.
        assert!(
            test.class_counts().iter().all(|count| (12..=16).contains(count)),
            "{:?}",
            test.class_counts()
        );
        assert!(data.val.class_counts().iter().all(|count| (5..=9).contains(count)), "{seed}");
        let (weights, alpha) = data.train.merged(&data.val).halves(seed);
        assert!(!is_divided(&weights, &alpha), "seed {seed}");
        assert!(weights.len().abs_diff(alpha.len()) <= 4, "{} and {}", weights.len(), alpha.len());
        let crossing = data.check().findings.into_iter().filter(|finding| {
            use Problem::{AlsoInTrain, AlsoInVal, NearlyInTrain, NearlyInVal};
            matches!(finding.problem, AlsoInTrain | AlsoInVal | NearlyInTrain | NearlyInVal)
        });
        assert_eq!(crossing.count(), 0, "seed {seed}");
        // As before, they are cut apart.
        let (apart, notices) = opened(place.path(), &options.with_alike(Alike::Apart));
        assert!(is_divided(&apart.train, &apart.test.reopen()) && notices.is_empty());
        assert_ne!(apart.info.fingerprint, data.info.fingerprint, "another cut is another data set");
    }
}

#[test]
fn a_validation_cut_of_given_training_images_divides_no_group() {
    let place = TempDir::new().unwrap();
    with_copies(&place.path().join("train"));
    for seed in 2000..2010 {
        save(&picture(seed), &place.path().join(format!("test/a/{seed}.png")));
        save(&picture(seed + 100), &place.path().join(format!("test/b/{seed}.png")));
    }
    for options in [OpenOptions::default(), OpenOptions::default().with_val(ValSource::Fraction(0.3))] {
        let (data, notices) = opened(place.path(), &options);
        assert!(!is_divided(&data.train, &data.val));
        assert!(data.val.len() >= 12, "{}", data.val.len());
        assert_eq!(
            notices,
            [Notice::AlikeTogether { images: 80, groups: 20, divided: 0, halves_only: false }]
        );
        assert_eq!(data.test.len(), 20);
    }
}

#[test]
fn given_splits_stay_and_only_the_halves_keep_groups_together() {
    let place = TempDir::new().unwrap();
    with_copies(&place.path().join("train"));
    with_copies(&place.path().join("val"));
    with_copies(&place.path().join("test"));
    let options = OpenOptions::default();
    let (data, notices) = opened(place.path(), &options);
    let halves = Notice::AlikeTogether { images: 280, groups: 80, divided: 0, halves_only: true };
    assert_eq!(notices, [halves]);
    let (apart, _) = opened(place.path(), &options.clone().with_alike(Alike::Apart));
    let files = |samples: &Samples| -> Vec<String> {
        (0..samples.len()).map(|position| samples.file(position).unwrap().to_owned()).collect()
    };
    assert_eq!((files(&data.train), files(&data.val)), (files(&apart.train), files(&apart.val)));
    let found = data.check().findings;
    assert!(found.iter().any(|finding| finding.problem == Problem::AlsoInTrain), "they are still reported");
    let halves = |data: &Dataset| data.train.merged(&data.val).halves(1);
    let (weights, alpha) = halves(&data);
    assert!(!is_divided(&weights, &alpha));
    let (weights, alpha) = halves(&apart);
    assert!(is_divided(&weights, &alpha));
    // A search on other halves is another run.
    assert_ne!(data.info.fingerprint, apart.info.fingerprint);
}

#[test]
fn like_images_of_two_patients_bring_both_to_one_side() {
    let place = TempDir::new().unwrap();
    let mut table = String::from("path,label,patient\n");
    for patient in 0..40 {
        for (part, class) in [(0, "a"), (1, "b")] {
            let path = format!("{patient}-{part}.png");
            // The first image of patients 1, 3, 5 … is like the first of the patient before.
            let image = match (part, patient % 4) {
                (0, 1) => near(&picture(patient - 1), 7),
                _ => picture(patient + 100 * part),
            };
            save(&image, &place.path().join(&path));
            writeln!(table, "{path},{class},P{patient}").unwrap();
        }
    }
    let labels = place.path().join("labels.csv");
    fs::write(&labels, table).unwrap();
    for seed in 0..6 {
        let options = OpenOptions::default().with_seed(seed).with_labels(labels.clone());
        let (data, notices) = opened(place.path(), &options);
        let together = Notice::AlikeTogether { images: 20, groups: 10, divided: 0, halves_only: false };
        assert!(notices.contains(&together), "{notices:?}");
        let side = |samples: &Samples, name: &'static str| {
            let patient = |position: usize| {
                let file = Path::new(samples.file(position).unwrap()).file_name().unwrap().to_owned();
                file.to_str().unwrap().split('-').next().unwrap().parse::<u64>().unwrap()
            };
            (0..samples.len()).map(|position| (patient(position), name)).collect::<Vec<_>>()
        };
        let all = [side(&data.train, "train"), side(&data.val, "val"), side(&data.test.reopen(), "test")];
        let mut sides: BTreeMap<u64, &str> = BTreeMap::new();
        for (patient, name) in all.concat() {
            assert_eq!(*sides.entry(patient).or_insert(name), name, "patient {patient}");
        }
        for patient in (0..40).step_by(4) {
            assert_eq!(sides[&patient], sides[&(patient + 1)], "seed {seed}");
        }
    }
}

/// Pictures without copies, the fingerprints of whose cuts are those of version 0.1.0.
#[test]
fn data_without_copies_are_cut_as_ever() {
    let place = TempDir::new().unwrap();
    for at in 0..60 {
        let value = |x: u32, y: u32| Luma([((x * x * (at + 3) + y * (7 * at + 1) + x * y) % 253) as u8]);
        let class = ["a", "b", "c"][at as usize % 3];
        save(&GrayImage::from_fn(16, 16, value), &place.path().join(format!("{class}/{at:02}.png")));
    }
    let fingerprints: Vec<String> = [Alike::Auto, Alike::Together, Alike::Apart]
        .map(|alike| OpenOptions::default().with_seed(3).with_alike(alike))
        .iter()
        .map(|options| open_with(place.path(), options).unwrap().info.fingerprint)
        .collect();
    assert_eq!(fingerprints, [PINNED; 3]);
}

const PINNED: &str = "907e1296ec269c6c6c88a32dc20247e3300d2286380ed554ebdac998e5ef06fa";

#[test]
fn an_archive_with_its_own_splits_is_halved_as_in_published_results() {
    let place = TempDir::new().unwrap();
    let path = place.path().join("images.npz");
    let mut npz = Npz::valid();
    // Every picture is there twice.
    let pixels: Vec<u8> = (0..40).flat_map(|at| picture(at / 2 * 2).into_raw()).collect();
    let shape = format!("(40, {SIDE}, {SIDE})");
    npz.set("train_images", npy("|u1", &shape, &pixels));
    npz.set("train_labels", npy("|u1", "(40, 1)", &(0..40).map(|at| at / 2 % 2).collect::<Vec<u8>>()));
    for split in ["val", "test"] {
        let pixels: Vec<u8> = (0..4).flat_map(|at| picture(700 + at).into_raw()).collect();
        npz.set(&format!("{split}_images"), npy("|u1", &format!("(4, {SIDE}, {SIDE})"), &pixels));
    }
    npz.write(&path);
    let fingerprint = |alike, val: Option<f64>| {
        let options = OpenOptions::default().with_alike(alike).with_val(val.map(ValSource::Fraction));
        open_with(&path, &options).unwrap().info.fingerprint
    };
    assert_eq!(fingerprint(Alike::Auto, None), fingerprint(Alike::Apart, None));
    assert_ne!(fingerprint(Alike::Together, None), fingerprint(Alike::Apart, None));
    // A validation split that is cut here divides no group.
    assert_ne!(fingerprint(Alike::Auto, Some(0.2)), fingerprint(Alike::Apart, Some(0.2)));
    assert_eq!(fingerprint(Alike::Auto, Some(0.2)), fingerprint(Alike::Together, Some(0.2)));
}

#[test]
fn a_class_that_is_one_image_over_and_over_is_divided_and_told() {
    let place = TempDir::new().unwrap();
    for at in 0..20 {
        save(&picture(at), &place.path().join(format!("a/{at}.png")));
        save(&picture(500 + at % 2), &place.path().join(format!("b/{at}.png")));
    }
    let (data, notices) = opened(place.path(), &OpenOptions::default());
    assert_eq!(notices, [Notice::AlikeDivided { class: "b".into() }]);
    assert!(data.test.class_counts().iter().all(|count| *count == 4));
}

#[test]
fn arrays_in_memory_are_cut_like_files() {
    let pixels: Vec<u8> = (0..60).flat_map(|at| picture(at / 3).into_raw()).collect();
    let labels: Vec<u16> = (0..60).map(|at| at / 3 % 2).collect();
    let size = ImageSize::square(SIDE as usize);
    let arrays = LabelledArrays::new(size, pixels, labels, vec!["a".into(), "b".into()]);
    let crossing = |arrays| {
        let found = Dataset::from_arrays(arrays, 0).unwrap().check().findings;
        found.iter().filter(|finding| finding.problem == Problem::AlsoInTrain).count()
    };
    assert_eq!(crossing(arrays.clone()), 0);
    assert!(crossing(arrays.with_alike(Alike::Apart)) > 0);
}

#[test]
fn slices_of_one_brain_are_not_divided() {
    let Some(path) = shared("brain-mri") else { return };
    let (data, told) = opened(&path, &OpenOptions::default());
    let Some(Notice::AlikeTogether { images, groups, divided: 0, halves_only: false }) = told.first() else {
        panic!("{told:?}")
    };
    assert_eq!(told[1..], [Notice::GreyColour { images: 5708 }]);
    println!("{images} images in {groups} groups");
    let summary = data.summary();
    let crossing = [summary.val.also_in_train, summary.test.also_in_train, summary.test.also_in_val];
    assert_eq!(crossing, [0; 3]);
    let shares = |samples: &Samples, fraction: f64| {
        let whole = [1321.0, 1339.0, 1591.0, 1457.0];
        let counts = samples.class_counts();
        counts.iter().zip(whole).all(|(count, all)| (*count as f64 / all - fraction).abs() < 0.01)
    };
    assert!(shares(&data.test.reopen(), 0.2) && shares(&data.val, 0.1), "{summary:?}");
}
