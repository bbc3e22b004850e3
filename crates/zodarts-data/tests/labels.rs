//! Tables of labels, and cuts by patient.

#[path = "support/dicom.rs"]
mod dicom;
mod support;

use dicom::Dicom;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use support::{Told, class_folder, grey_png, open, open_with, says};
use tempfile::TempDir;
use zodarts_data::{
    DataError, Dataset, Notice, OpenEvent, OpenOptions, Samples, TableOptions, Task, ValSource,
};

/// Opens a folder with a table of these lines.
fn labelled(folder: &Path, lines: &str) -> Result<Dataset, DataError> {
    with(folder, lines, OpenOptions::default(), &|_| ())
}

fn with(
    folder: &Path,
    lines: &str,
    options: OpenOptions,
    on_event: &dyn Fn(OpenEvent),
) -> Result<Dataset, DataError> {
    let table = folder.join("labels.csv");
    std::fs::write(&table, lines).unwrap();
    let options = options.with_labels(table);
    Dataset::open(folder.to_str().unwrap(), &options, on_event)
}

/// A table with a header and a row for each image, of these columns after path and label.
fn table(header: &str, count: u8, columns: impl Fn(&str, u8) -> String) -> String {
    let row = |class: &str, at: u8| format!("{class}/{at:02}.png,{class}{}\n", columns(class, at));
    let rows = |class: &'static str| (0..count).map(move |at| (class, at));
    let rows: String = rows("a").chain(rows("b")).map(|(class, at)| row(class, at)).collect();
    format!("path,label{header}\n{rows}")
}

fn files(samples: &Samples) -> Vec<String> {
    (0..samples.len()).map(|at| samples.file(at).unwrap().to_owned()).collect()
}

#[track_caller]
fn refused(folder: &Path, lines: &str, parts: &[&str]) {
    let error = labelled(folder, lines).unwrap_err();
    let text = error.told();
    says(&*text, parts);
    assert!(text.contains("labels.csv: ") && text.contains("; ") && !text.contains("QUINCE"), "{text}");
}

#[test]
fn a_table_that_says_what_class_folders_say_gives_the_same_data() {
    let folder = class_folder(12, 8);
    let plain = open(folder.path()).unwrap();
    let lines = table("", 12, |_, _| String::new());
    let data = labelled(folder.path(), &lines).unwrap();
    assert_eq!(data.info.fingerprint, plain.info.fingerprint);
    assert_eq!(data.info.classes, ["a", "b"]);
    // In whatever order.
    let mut rows: Vec<&str> = lines.lines().collect();
    rows[1..].reverse();
    let data = labelled(folder.path(), &rows.join("\r\n")).unwrap();
    assert_eq!(data.info.fingerprint, plain.info.fingerprint);
    assert_eq!(files(&data.val), files(&plain.val));
}

#[test]
fn splits_of_a_table_are_kept_and_missing_validation_is_cut_from_the_training() {
    let folder = class_folder(20, 8);
    let split = |val: &'static str| {
        move |_: &str, at: u8| {
            format!(
                ",{}",
                if at < 10 {
                    "train"
                } else if at < 13 {
                    val
                } else {
                    "test"
                }
            )
        }
    };
    let data = labelled(folder.path(), &table(",split", 20, split("val"))).unwrap();
    assert_eq!((data.train.len(), data.val.len(), data.test.len()), (20, 6, 14));
    let data = labelled(folder.path(), &table(",split", 20, split("train"))).unwrap();
    assert_eq!((data.train.len(), data.val.class_counts(), data.test.len()), (23, vec![1, 2], 14));
}

#[test]
fn columns_without_meaning_are_told() {
    let folder = class_folder(4, 8);
    let seen = RefCell::new(Vec::new());
    let lines = table(",age,sex", 4, |_, _| ",7,f".into());
    with(folder.path(), &lines, OpenOptions::default(), &|event| seen.borrow_mut().push(event)).unwrap();
    assert!(
        seen.borrow().contains(&Notice::UnusedColumns { names: vec!["age".into(), "sex".into()] }.into())
    );
}

#[test]
fn files_that_cannot_be_meant_are_refused_by_line() {
    let place = class_folder(4, 8);
    let place = place.path();
    let lines = |row: &str| format!("{}{row}\n", table("", 4, |_, _| String::new()));
    refused(place, &lines("a/99.png,a"), &["line 10: `a/99.png` is no file below the folder"]);
    refused(place, &lines("a,a"), &["line 10: `a` is no file"]);
    refused(place, &lines("./a/../a/01.png,a"), &["line 10: `./a/../a/01.png` leads out of the folder"]);
    refused(place, &lines("/etc/hostname,a"), &["line 10: `/etc/hostname` leads out"]);
    refused(place, &lines("./a/01.png,b"), &["line 10: `./a/01.png` is also in line 3"]);
    refused(
        place,
        "path,label\na/00.png,a\na/01.png,a\n",
        &["`label` has 1 different value(s), expected 2 to 1000"],
    );
    let error = labelled(place, "path,label\na/00.png,a\nb/00.png,b\n").unwrap_err().told();
    assert!(error.contains("class `a` has 1 image(s), expected at least 3"), "{error}");
    std::fs::write(place.join("notes.txt"), "no image").unwrap();
    let error = labelled(place, &lines("notes.txt,a")).unwrap_err();
    assert!(matches!(error, DataError::Image { .. }), "{error:?}");
}

#[cfg(unix)]
#[test]
fn links_that_leave_the_folder_are_refused_and_others_are_one_file() {
    let (inside, outside) = (class_folder(4, 8), class_folder(4, 8));
    let lines = |row: &str| format!("{}{row}\n", table("", 4, |_, _| String::new()));
    std::os::unix::fs::symlink(outside.path().join("a"), inside.path().join("out")).unwrap();
    std::os::unix::fs::symlink(inside.path().join("a/01.png"), inside.path().join("in.png")).unwrap();
    refused(inside.path(), &lines("out/01.png,a"), &["line 10: `out/01.png` leads out of the folder"]);
    refused(inside.path(), &lines("in.png,a"), &["line 10: `in.png` is also in line 3"]);
}

#[test]
fn splits_without_a_class_and_unknown_splits_are_refused() {
    let place = class_folder(6, 8);
    let place = place.path();
    let split = |train: &'static str, val: &'static str, test: &'static str| {
        table(",split", 6, move |class, at| match (class, at) {
            (_, 0..2) => format!(",{train}"),
            ("a", 2..4) => format!(",{val}"),
            _ => format!(",{test}"),
        })
    };
    refused(place, &split("train", "val", "test"), &["no `val` row has the label `b`"]);
    refused(place, &split("train", "train", "train"), &["no `test` row has the label `a`"]);
    refused(place, &split("test", "test", "test"), &["no `train` row has the label `a`"]);
    refused(
        place,
        &split("train", "fold 2", "test"),
        &["line 4: the split is `fold 2`, expected train, val or test"],
    );
    let error =
        Dataset::open("phantom", &OpenOptions::default().with_labels(place.join("labels.csv")), &|_| ());
    let text = error.unwrap_err().told();
    assert!(text.contains("option `labels` is"), "{text}");
}

#[test]
fn splits_have_usual_names_in_a_column_too() {
    let folder = class_folder(6, 8);
    let split = |at: u8| ["Training", "VALID", "Testing"][usize::from(at) / 2];
    let usual = labelled(folder.path(), &table(",split", 6, |_, at| format!(",{}", split(at)))).unwrap();
    assert_eq!((usual.train.len(), usual.val.len(), usual.test.len()), (4, 4, 4));
}

/// Opens a folder with a table of these lines and options, and returns the notices too.
fn told(folder: &Path, lines: &str, table: TableOptions) -> (Result<Dataset, DataError>, Vec<Notice>) {
    let seen = RefCell::new(Vec::new());
    let on_event = |event| {
        if let OpenEvent::Notice(notice) = event {
            seen.borrow_mut().push(notice);
        }
    };
    let data = with(folder, lines, OpenOptions::default().with_table(table), &on_event);
    (data, seen.into_inner())
}

#[test]
fn tables_of_known_collections_give_the_data_of_plain_ones() {
    let folder = class_folder(12, 8);
    let plain = labelled(folder.path(), &table("", 12, |_, _| String::new())).unwrap().info.fingerprint;
    let rows = |row: &dyn Fn(&str, u8) -> String| -> String {
        ["a", "b"]
            .into_iter()
            .flat_map(|class| (0..12).map(move |at| (class, at)))
            .map(|(c, at)| row(c, at))
            .collect()
    };
    let suffix = TableOptions { suffix: Some(".png".into()), ..TableOptions::default() };
    let absolute = folder.path().display().to_string();
    for (lines, options) in [
        (
            rows(&|class, at| format!("{class}/{at:02},{class},histo\n")),
            ("image_id,dx,dx_type\n", suffix.clone()),
        ),
        (
            rows(&|class, at| {
                format!("{class}/{at:02},{},{}\n", u8::from(class == "a"), u8::from(class == "b"))
            }),
            ("image,a,b\n", suffix),
        ),
        (
            rows(&|class, at| format!("{class}\\{at:02}.png;{class}\r\n")),
            ("Image Index;Finding Labels\r\n", TableOptions::default()),
        ),
        (
            rows(&|class, at| format!("{absolute}/{class}/{at:02}.png\t{class}\n")),
            ("path\tlabel\n", TableOptions::default()),
        ),
        (
            rows(&|class, at| format!("{at},{class}/{at:02}.png,{class},x\n")),
            (
                ",scan,grade,label\n",
                TableOptions {
                    path_column: Some("scan".into()),
                    label_column: Some("grade".into()),
                    ..TableOptions::default()
                },
            ),
        ),
    ] {
        let (header, table) = options;
        let (data, _) = told(folder.path(), &format!("{header}{lines}"), table);
        assert_eq!(data.unwrap().info.fingerprint, plain, "{header}");
    }
    let lines = rows(&|class, at| format!("{class}/{at:02},{class}\n"));
    refused(
        folder.path(),
        &format!("path,label\n{lines}"),
        &["`a/00` is no file", "with .png it is", "--suffix .jpg"],
    );
}

#[test]
fn several_labels_come_from_columns_and_from_fields() {
    let folder = class_folder(20, 8);
    // Image 3k has both labels, 3k + 1 the second, 3k + 2 none.
    let both = ["1,1", "0,1", "0,0"];
    let fields = ["Cyst|Edema", "Edema", "No Finding"];
    let lines = |header: &str, labels: [&str; 3]| {
        let row = |at: u8| format!("a/{at:02}.png,{}\n", labels[usize::from(at) % 3]);
        format!("{header}\n{}", (0..20).map(row).collect::<String>())
    };
    let flags = told(folder.path(), &lines("image,Cyst,Edema", both), TableOptions::default()).0.unwrap();
    assert_eq!(
        (flags.info.task, &*flags.info.classes),
        (Task::MultiLabel, &["Cyst".into(), "Edema".into()][..])
    );
    let counts = [&flags.train, &flags.val, &flags.test.unseal()].map(Samples::class_counts);
    assert_eq!([0, 1].map(|label| counts.iter().map(|split| split[label]).sum::<usize>()), [7, 14]);
    assert!(counts.iter().all(|split| split[0] > 0), "the rarest label is in every split: {counts:?}");
    for at in 0..flags.train.len() {
        let file = flags.train.file(at).unwrap();
        let number: usize = file[file.len() - 6..file.len() - 4].parse().unwrap();
        assert_eq!(flags.train.labels(at), [[1, 1], [0, 1], [0, 0]][number % 3], "{file}");
    }
    let separated = TableOptions { label_separator: Some("|".into()), ..TableOptions::default() };
    let data = told(folder.path(), &lines("path,label", fields), separated).0.unwrap();
    assert_eq!(data.info.fingerprint, flags.info.fingerprint);
    // Without the option, each field is a class, and that is told.
    let (data, notices) = told(folder.path(), &lines("path,label", fields), TableOptions::default());
    assert_eq!(data.unwrap().info.classes.len(), 3);
    assert_eq!(notices, [Notice::JoinedLabels { label: "Cyst|Edema".into(), separator: '|' }]);
}

#[test]
fn what_was_taken_from_a_table_is_told() {
    let folder = class_folder(6, 8);
    let lines = table("", 6, |_, _| String::new()).replace("path,label", "filename,Class");
    let taken = Notice::TableColumns {
        path: "filename".into(),
        labels: vec!["Class".into()],
        split: None,
        patient: None,
    };
    assert_eq!(told(folder.path(), &lines, TableOptions::default()).1, [taken]);
    let error = open_with(
        folder.path(),
        &OpenOptions::default()
            .with_table(TableOptions { suffix: Some("x".into()), ..TableOptions::default() }),
    );
    says(&error.unwrap_err(), &["option `suffix` is x, expected unset without a table for --labels"]);
}

/// The patient of an image in the tables below: two of each class share one, and class does not matter to
/// some.
fn patient(class: &str, at: u8) -> String {
    match at {
        0..4 => format!("both {}", at / 2),
        _ => format!("{class} {}", at / 2),
    }
}

/// The patients of some images.
fn patients_of(samples: &Samples) -> BTreeSet<String> {
    let of = |file: String| {
        let (folder, name) = file.rsplit_once('/').unwrap();
        patient(&folder[folder.len() - 1..], name[..2].parse().unwrap())
    };
    files(samples).into_iter().map(of).collect()
}

#[test]
fn no_patient_is_on_two_sides_of_any_cut() {
    let folder = class_folder(60, 8);
    let lines = table(",patient", 60, |class, at| format!(",{}", patient(class, at)));
    let cuts = [None, Some(ValSource::Fraction(0.1))];
    for (seed, val) in (0..4).flat_map(|seed| cuts.iter().map(move |val| (seed, val.clone()))) {
        let seen = RefCell::new(Vec::new());
        let options = OpenOptions::default().with_seed(seed).with_val(val);
        let data = with(folder.path(), &lines, options, &|event| seen.borrow_mut().push(event)).unwrap();
        let halves = data.train.merged(&data.val).halves(seed);
        let test = data.test.unseal();
        for (one, other) in
            [(&data.train, &data.val), (&data.train, &test), (&data.val, &test), (&halves.0, &halves.1)]
        {
            assert!(patients_of(one).is_disjoint(&patients_of(other)), "seed {seed}");
        }
        // Two images a patient: shares are off by one patient at most, and classes by one.
        let counts = [test.class_counts(), halves.0.class_counts()];
        let (rest, half) = (120 - test.len(), (120 - test.len()) / 2);
        assert!(counts[0].iter().all(|count| count.abs_diff(12) <= 2), "{counts:?}");
        assert!(halves.0.len().abs_diff(half) <= 4 && halves.0.len() + halves.1.len() == rest, "{counts:?}");
        let sizes = [&data.train, &data.val, &test].map(|samples| patients_of(samples).len());
        assert!(seen.borrow().contains(&Notice::SplitByPatient { patients: sizes }.into()), "{sizes:?}");
    }
}

#[test]
fn images_without_a_patient_count_as_one_each() {
    let folder = class_folder(20, 8);
    // Of class a the first ten are of one patient; of the others nothing is known.
    let of = |class: &str, at: u8| if class == "a" && at < 10 { ",one".to_owned() } else { ",".to_owned() };
    let seen = RefCell::new(Vec::new());
    let lines = table(",patient", 20, of);
    let data =
        with(folder.path(), &lines, OpenOptions::default(), &|event| seen.borrow_mut().push(event)).unwrap();
    let patients = seen.borrow().iter().find_map(|event| match event {
        OpenEvent::Notice(Notice::SplitByPatient { patients }) => Some(*patients),
        _ => None,
    });
    assert_eq!(patients.unwrap().iter().sum::<usize>(), 31);
    let test = data.test.unseal();
    let ours = |samples: &Samples| files(samples).iter().filter(|file| file.contains("/a/0")).count();
    let counts = [&data.train, &data.val, &test].map(ours);
    assert_eq!(counts.iter().sum::<usize>(), 10);
    assert_eq!(counts.iter().filter(|count| **count == 10).count(), 1, "{counts:?}");
}

#[test]
fn a_patient_in_two_splits_is_refused_by_line() {
    let folder = class_folder(6, 8);
    let split = |at: u8| ["train", "val", "test"][usize::from(at) / 2];
    let lines = table(",split,patient", 6, |class, at| {
        let patient = if (class, at) == ("b", 3) { "QUINCE a1" } else { &format!("QUINCE {class}{at}") };
        format!(",{},{patient}", split(at))
    });
    refused(
        folder.path(),
        &lines,
        &["line 3 (train, `a/01.png`) and line 11 (val, `b/03.png`) are of one patient, but in different \
             splits"],
    );
}

#[test]
fn too_few_patients_to_cut_are_refused() {
    let folder = class_folder(6, 8);
    let lines = table(",patient", 6, |_, _| ",QUINCE".into());
    let text = labelled(folder.path(), &lines).unwrap_err().told();
    assert!(
        text.contains("class `a` has images of 1 patient(s), expected at least 3; no patient may be"),
        "{text}"
    );
    // Only the validation images are to be cut.
    let split = |at: u8| if at < 4 { "train" } else { "test" };
    let lines = table(",split,patient", 6, |_, at| format!(",{0},{0}", split(at)));
    let text = labelled(folder.path(), &lines).unwrap_err().told();
    assert!(text.contains("all images for training and validation are of one patient"), "{text}");
}

/// Writes a DICOM file of a patient.
fn scan(path: &Path, patient: &str, value: u8) {
    Dicom::grey8(8, 8, &[value; 64]).patient(patient).write(path);
}

#[test]
fn scans_are_cut_by_the_patient_they_name() {
    let folder = TempDir::new().unwrap();
    for at in 0..40u8 {
        // Some padded, one without an extension, and beside PNGs.
        let padding = if at % 2 == 0 { "" } else { " " };
        scan(&folder.path().join(format!("a/{at:02}.dcm")), &format!("QUINCE {}{padding}", at / 4), at);
        scan(&folder.path().join(format!("b/1.2.{at:02}")), &format!("QUINCE {}", 20 + at / 4), 100 + at);
    }
    grey_png(&folder.path().join("a/x.png"), 8, 200);
    let seen = RefCell::new(Vec::new());
    let spec = folder.path().to_str().unwrap();
    let data = Dataset::open(spec, &OpenOptions::default(), &|event| seen.borrow_mut().push(event)).unwrap();
    let test = data.test.unseal();
    let patient = |file: &str| {
        let name = file.trim_end_matches(".dcm");
        (file.contains("/a/"), name[name.len() - 2..].parse::<u8>().unwrap() / 4)
    };
    let of = |samples: &Samples| -> BTreeSet<(bool, u8)> {
        files(samples).iter().filter(|file| !file.ends_with("png")).map(|file| patient(file)).collect()
    };
    assert!(of(&data.train).is_disjoint(&of(&test)) && of(&data.train).is_disjoint(&of(&data.val)));
    assert!(of(&data.val).is_disjoint(&of(&test)));
    let sizes = seen.borrow().iter().find_map(|event| match event {
        OpenEvent::Notice(Notice::SplitByPatient { patients }) => Some(patients.iter().sum::<usize>()),
        _ => None,
    });
    assert_eq!(sizes, Some(21), "twenty patients and a file of nobody's");
}

#[test]
fn frames_of_a_file_stay_together_whoever_it_is() {
    let folder = TempDir::new().unwrap();
    for (class, base) in [("a", 0), ("b", 100)] {
        for at in 0..5u8 {
            let values: Vec<u8> = (0..3).flat_map(|frame| [base + 3 * at + frame; 64]).collect();
            let file = Dicom::grey8(8, 8, &values).with(dicom::FRAMES, dicom_core::VR::IS, "3").anybody();
            file.write(&folder.path().join(format!("{class}/{at}.dcm")));
        }
    }
    let data = open(folder.path()).unwrap();
    let test = data.test.unseal();
    assert_eq!((data.train.len(), data.val.len(), test.len()), (18, 6, 6));
    for samples in [&data.train, &data.val, &test] {
        for frames in files(samples).chunks(3) {
            let stems: Vec<_> = frames.iter().map(|file| file.rsplit_once('#').unwrap()).collect();
            assert!(stems.iter().all(|stem| stem.0 == stems[0].0), "{frames:?}");
            assert_eq!(stems.iter().map(|stem| stem.1).collect::<Vec<_>>(), ["1", "2", "3"]);
        }
    }
    // Each frame is its own image.
    let values: Vec<f32> = (0..3).map(|at| test.image(at)[0] * 255.0).collect();
    assert_eq!((values[1] - values[0], values[2] - values[0]), (1.0, 2.0));
}

#[test]
fn split_folders_that_divide_a_patient_are_refused_by_file() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (split, base) in [("train", 0), ("val", 40), ("test", 80)] {
        for (class, offset) in [("a", 0), ("b", 20)] {
            for image in 0..3 {
                let value = base + offset + image;
                scan(&at(&format!("{split}/{class}/{image}.dcm")), &format!("QUINCE {value}"), value);
            }
        }
    }
    assert_eq!(open(folder.path()).unwrap().train.len(), 6);
    scan(&at("test/b/1.dcm"), "QUINCE 2", 101);
    let text = open(folder.path()).unwrap_err().told();
    assert!(
        text.contains("`train/a/2.dcm` and `test/b/1.dcm` are of one patient, by their PatientID"),
        "{text}"
    );
    assert!(!text.contains("QUINCE") && text.contains("; move all images of a patient"), "{text}");
    // Validation images from elsewhere are held against the others, too.
    scan(&at("test/b/1.dcm"), "QUINCE 101", 101);
    let other = TempDir::new().unwrap();
    for (class, value) in [("a", 200), ("b", 210)] {
        scan(&other.path().join(format!("{class}/0.dcm")), &format!("QUINCE {value}"), value);
    }
    let val = Some(ValSource::File(other.path().to_owned()));
    let options = OpenOptions::default().with_val(val);
    let opened = || Dataset::open(folder.path().to_str().unwrap(), &options, &|_| ());
    assert_eq!(opened().unwrap().val.len(), 2);
    scan(&other.path().join("b/0.dcm"), "QUINCE 80", 210);
    let text = opened().unwrap_err().told();
    assert!(
        text.contains("are of one patient") && text.contains("test/a/0.dcm") && text.contains("b/0.dcm"),
        "{text}"
    );
}

#[test]
fn anonymous_names_depend_on_the_place_below_the_folder_only() {
    let (one, two) = (class_folder(4, 8), class_folder(4, 8));
    let options = OpenOptions::default().with_anonymous(true);
    let names = |folder: &TempDir| {
        let data = Dataset::open(folder.path().to_str().unwrap(), &options, &|_| ()).unwrap();
        let mut names = files(&data.train.merged(&data.val).merged(&data.test.unseal()));
        names.sort();
        names
    };
    assert_eq!(names(&one), names(&two));
    // printf %s a/00.png | sha256sum | cut -c 1-12
    assert!(names(&one).contains(&"c1b57fff634e".to_owned()), "{:?}", names(&one));
    assert!(
        names(&one).iter().all(|name| name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_hexdigit()))
    );
}

/// A file of frames of one grey each, whose patient is not told.
fn film(path: &Path, greys: impl IntoIterator<Item = u8>) {
    let values: Vec<u8> = greys.into_iter().flat_map(|grey| [grey; 64]).collect();
    let count = (values.len() / 64).to_string();
    Dicom::grey8(8, 8, &values).with(dicom::FRAMES, dicom_core::VR::IS, &*count).anybody().write(path);
}

/// The grey of each image.
fn greys(samples: &Samples) -> Vec<u8> {
    (0..samples.len()).map(|at| (samples.image(at)[0] * 255.0).round() as u8).collect()
}

#[test]
fn frames_are_labelled_one_by_one() {
    let folder = TempDir::new().unwrap();
    let split = |at: usize| ["train", "val", "test"][at % 3];
    let rows = |at: u8| {
        let split = split(at.into());
        format!("{at}.dcm,4,b,{split}\n{at}.dcm,1,a,{split}\n{at}.dcm,3,a,{split}\n")
    };
    for at in 0..6 {
        film(&folder.path().join(format!("{at}.dcm")), [10 + at, 20 + at, 30 + at, 40 + at]);
    }
    film(&folder.path().join("whole.dcm"), [90, 91]);
    grey_png(&folder.path().join("plain.png"), 8, 99);
    let rows: String = (0..6).map(rows).collect();
    let lines = format!("path,frame,label,split\n{rows}whole.dcm,,b,train\nplain.png,1,b,train\n");
    let data = labelled(folder.path(), &lines).unwrap();
    // In the order of class, path and frame; frames that no line names are left out.
    assert_eq!(greys(&data.train), [10, 30, 13, 33, 40, 43, 99, 90, 91]);
    assert_eq!(data.train.class_counts(), [4, 5]);
    assert_eq!(greys(&data.test.unseal()), [12, 32, 15, 35, 42, 45]);
    let names = files(&data.val);
    let ends = ["1.dcm#1", "1.dcm#3", "4.dcm#1", "4.dcm#3", "1.dcm#4", "4.dcm#4"];
    assert!(names.iter().zip(ends).all(|(name, end)| name.ends_with(end)), "{names:?}");
    assert!(files(&data.train)[6].ends_with("plain.png"));
}

#[test]
fn frames_that_cannot_be_meant_are_refused_by_line() {
    let folder = TempDir::new().unwrap();
    film(&folder.path().join("x.dcm"), [1, 2, 3]);
    let refused = |rows: &str, part: &str| {
        refused(folder.path(), &format!("path,frame,label\nx.dcm,1,a\nx.dcm,2,b\n{rows}\n"), &[part]);
    };
    refused("x.dcm,4,a", "line 4: `x.dcm` has 3 frame(s), not 4; frames are counted from 1");
    refused("x.dcm,0,a", "line 4: the frame is `0`, expected a number from 1");
    refused("./x.dcm,2,a", "line 4: `./x.dcm` is also in line 3");
    refused("x.dcm,,a", "line 4: `x.dcm` is also in line 2");
    let lines = "path,frame,label\nx.dcm,,a\nx.dcm,2,b\n";
    self::refused(folder.path(), lines, &["line 3: `x.dcm` is also in line 2"]);
    let huge = format!("x.dcm,{},a", u64::MAX);
    refused(&huge, "line 4: `x.dcm` has 3 frame(s), not 18446744073709551615");
}

#[test]
fn the_frames_of_one_file_are_a_data_set_if_they_are_of_several_patients() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("film.dcm");
    film(&path, 0..24);
    let rows = |patient: fn(u8) -> String| {
        let row =
            |at: u8| format!("film.dcm,{},{}{}\n", at + 1, ["a", "b"][usize::from(at % 2)], patient(at));
        (0..24).map(row).collect::<String>()
    };
    let table = folder.path().join("labels.csv");
    let open = |lines: String| {
        std::fs::write(&table, lines).unwrap();
        let options = OpenOptions::default().with_labels(table.clone());
        Dataset::open(path.to_str().unwrap(), &options, &|_| ())
    };
    let lines = format!("path,frame,label,patient\n{}", rows(|at| format!(",P{}", at / 2)));
    let data = open(lines).unwrap();
    assert_eq!(data.info.name, "film");
    let parts = [&data.train, &data.val, &data.test.unseal()].map(greys);
    assert_eq!(parts.concat().len(), 24);
    let patients = parts.map(|part| part.iter().map(|grey| grey / 2).collect::<BTreeSet<u8>>());
    assert!(patients[0].is_disjoint(&patients[1]) && patients[0].is_disjoint(&patients[2]));
    assert!(patients[1].is_disjoint(&patients[2]) && patients.iter().all(|part| !part.is_empty()));
    // One recording is one patient, whatever the table says of splits.
    let error = open(format!("path,frame,label\n{}", rows(|_| String::new()))).unwrap_err().told();
    assert!(error.contains("class `a` has images of 1 patient(s), expected at least 3"), "{error}");
    let split = |at| format!(",{}", ["train", "test"][usize::from(at >= 12)]);
    let error = open(format!("path,frame,label,split\n{}", rows(split))).unwrap_err().told();
    assert!(error.contains("are of one patient, but in different splits"), "{error}");
    // Lines of other files are for others.
    grey_png(&folder.path().join("other.png"), 8, 1);
    let error = open("path,frame,label\nother.png,,a\n".into()).unwrap_err().told();
    assert!(error.contains("labels.csv: no line names `film.dcm`; write a line for each frame"), "{error}");
}

#[test]
fn grey_that_means_something_else_in_each_file_is_told() {
    let folder = TempDir::new().unwrap();
    for at in 0..4u16 {
        let values: Vec<u16> = (0..64).map(|pixel| 100 * at + pixel).collect();
        Dicom::grey(8, 8, &values).patient(&at.to_string()).write(&folder.path().join(format!("a/{at}.dcm")));
        scan(&folder.path().join(format!("b/{at}.dcm")), &at.to_string(), 7);
    }
    let told = |window| {
        let seen = RefCell::new(Vec::new());
        let options = OpenOptions::default().with_window(window);
        let spec = folder.path().to_str().unwrap();
        Dataset::open(spec, &options, &|event| seen.borrow_mut().push(event)).unwrap();
        seen.into_inner().into_iter().any(|event| event == Notice::OwnRange { files: 4 }.into())
    };
    assert!(told(None), "the four of 16 bits, and none of 8");
    assert!(!told(zodarts_data::Window::new(200.0, 400.0)));
}
