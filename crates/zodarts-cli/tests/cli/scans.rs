//! DICOM files and tables of labels from end to end, and what is left of them in a run folder.

use crate::dicom::{CENTER, Dicom, FRAMES, PATIENT_ID, PATIENT_NAME, WIDTH};
use crate::support::{place, run, stdout, write_png};
use dicom_core::VR;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A grey 16×16 scan of 16 bits that depends on `seed`.
fn scan(seed: u16) -> Dicom {
    let value = |at: u16| 1000 + (at * (3 + seed % 5) + seed * 37) % 500;
    Dicom::grey(16, 16, &(0..256).map(value).collect::<Vec<u16>>())
}

/// Scans of 24 patients in two classes, two each, the name of one of whom is [`PATIENT_NAME`].
fn scans(place: &Path) {
    for patient in 0..24u16 {
        for image in 0..2 {
            let id = format!("{PATIENT_ID}-{patient}");
            let class = if patient < 12 { "benign" } else { "malignant" };
            let path = place.join(format!("scans/{class}/{patient:02}-{image}.dcm"));
            scan(2 * patient + image).patient(&id).write(&path);
        }
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|entry| if entry.is_dir() { files(&entry) } else { vec![entry] }).collect()
}

#[test]
fn nothing_of_a_patient_is_in_a_run_folder_or_on_a_terminal() {
    let place = place();
    let place = place.path();
    scans(place);
    let fitted = run(place, "fit scans --config tiny.toml --window 1200,400 --out run").success();
    let fitted = fitted.stderr(contains("split by patient: 24 patients, 17/2/5 in train/val/test"));
    let checked = run(place, "data check scans").success();
    let predicted = run(place, "predict run scans/benign/00-0.dcm").success();
    let evaluated = run(place, "evaluate run --json").success();
    let mut written: Vec<Vec<u8>> =
        files(&place.join("run")).iter().map(|file| std::fs::read(file).unwrap()).collect();
    assert!(written.len() > 5, "a run has files");
    for output in [&fitted, &checked, &predicted, &evaluated] {
        written.extend([output.get_output().stdout.clone(), output.get_output().stderr.clone()]);
    }
    for bytes in written {
        let text = String::from_utf8_lossy(&bytes);
        for secret in [PATIENT_ID, PATIENT_NAME, "QUINCE", "ZZ-"] {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
}

#[test]
fn a_run_looks_through_the_window_it_was_trained_with() {
    let place = place();
    let place = place.path();
    scans(place);
    stdout(place, "fit scans --config tiny.toml --window 1200,400 --out run");
    let config = std::fs::read_to_string(place.join("run/config.toml")).unwrap();
    assert!(config.contains("window = \"1200,400\""), "{config}");
    // A file with a window of its own: the run's goes first, and one that is given before both.
    scan(3).with(CENTER, VR::DS, "7").with(WIDTH, VR::DS, "9").write(&place.join("x.dcm"));
    let remembered = stdout(place, "predict run x.dcm");
    assert_eq!(stdout(place, "predict run x.dcm --window 1200,400"), remembered);
    assert_ne!(stdout(place, "predict run x.dcm --window -600,1500"), remembered);
    stdout(place, "evaluate run");
}

#[test]
fn frames_are_predicted_one_by_one() {
    let place = place();
    let place = place.path();
    stdout(place, "fit phantom --config tiny.toml --out run");
    let frames: Vec<u16> = (0..3 * 64).map(|at| at * 7 % 900).collect();
    Dicom::grey(8, 8, &frames).with(FRAMES, VR::IS, "3").write(&place.join("movie.dcm"));
    scan(1).write(&place.join("still.dcm"));
    write_png(&place.join("x.png"), 1);
    let text = stdout(place, "predict run movie.dcm still.dcm x.png");
    let names: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(names, ["movie.dcm#1", "movie.dcm#2", "movie.dcm#3", "still.dcm", "x.png"]);
    let json = stdout(place, "predict run movie.dcm --json");
    assert!(json.lines().nth(1).unwrap().contains("\"file\":\"movie.dcm#2\""), "{json}");
}

#[test]
fn a_window_that_is_none_is_refused_before_anything_is_read() {
    let place = place();
    for window in ["40", "a,b", "40,0", "40,-400"] {
        run(place.path(), &format!("data info scans --window {window}"))
            .code(1)
            .stderr(contains("expected CENTRE,WIDTH with a width above 0, such as 40,400"));
    }
    std::fs::write(place.path().join("bad.toml"), "[data]\nwindow = \"40\"\n").unwrap();
    run(place.path(), "fit --config bad.toml")
        .code(1)
        .stderr(contains("`data.window` is 40, expected CENTRE,WIDTH"));
}

#[test]
fn a_bad_scan_is_named_and_its_patient_is_not() {
    let place = place();
    let place = place.path();
    stdout(place, "fit phantom --config tiny.toml --out run");
    let video = scan(1).syntax("1.2.840.10008.1.2.4.100").pieces(vec![], vec![vec![7; 40]]);
    video.write(&place.join("video.dcm"));
    scan(1).without(crate::dicom::PIXELS).write(&place.join("report.dcm"));
    for (file, reason) in
        [("video.dcm", "its transfer syntax is MPEG"), ("report.dcm", "it has no pixel data")]
    {
        run(place, &format!("predict run {file}"))
            .code(1)
            .stdout(contains(reason).and(contains("QUINCE").not()))
            .stderr(
                contains(format!("{file}: cannot read the image: {reason}")).and(contains("QUINCE").not()),
            );
    }
}

#[test]
fn a_table_of_labels_is_kept_with_the_run_by_a_lasting_path() {
    let place = place();
    let place = place.path();
    let mut table = "path,label,patient,sex\n".to_owned();
    for image in 0..40u32 {
        write_png(&place.join(format!("images/{image}.png")), image);
        let class = ["a", "b"][image as usize % 2];
        writeln!(table, "{image}.png,{class},QUINCE {},f", image / 2).unwrap();
    }
    std::fs::write(place.join("labels.csv"), table).unwrap();
    let fitted =
        run(place, "fit images --config tiny.toml --labels labels.csv --set data.anonymous=true --out run")
            .success();
    fitted.stderr(
        contains("split by patient: 20 patients").and(contains("--labels: ignored the column(s) sex")),
    );
    let config = std::fs::read_to_string(place.join("run/config.toml")).unwrap();
    let absolute = place.canonicalize().unwrap().join("labels.csv").display().to_string();
    assert!(config.contains(&absolute) && config.contains("anonymous = true"), "{config}");
    run(place, "evaluate run").success().stdout(contains("read 2 times"));
    for file in files(&place.join("run")) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("QUINCE"), "{}", file.display());
    }
    run(place, "data check phantom --labels labels.csv").code(1).stderr(contains("option `labels` is"));
}

#[test]
fn an_anonymous_check_names_images_by_a_hash() {
    let place = place();
    let place = place.path();
    for image in 0..12u32 {
        // The first two are copies.
        let class = ["a", "b"][image as usize / 6];
        write_png(&place.join(format!("images/{class}/{image}.png")), image.max(1));
    }
    let named = stdout(place, "data check images --json");
    assert!(named.contains("images/a/0.png"), "{named}");
    for command in ["data check images --anonymous", "data check images --anonymous --json"] {
        let text = stdout(place, command);
        assert!(!text.contains(".png") && text.contains("2394a5535387"), "{text}");
    }
}
