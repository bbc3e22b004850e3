//! Every bad input gets one clear message and leaves nothing behind.

use crate::support::{Array, arrays, place, run, stdout, write_npz, write_png};
use std::fs;
use std::path::Path;

/// Runs a command that must fail: exit code 1, nothing printed, an error with every one of `words`, no panic,
/// and no run folder.
fn refused(place: &Path, command: &str, words: &[&str]) {
    let assert = run(place, command).code(1).stdout("");
    let text = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(text.starts_with("error: "), "{command}: {text}");
    assert_eq!(text.matches("error: ").count(), 1, "{command}: {text}");
    assert!(!text.contains("panicked"), "{command}: {text}");
    for word in words {
        assert!(text.contains(word), "{command}: {word:?} is not in {text}");
    }
    assert!(!place.join("runs").exists(), "{command} left a run folder");
    assert!(!place.join("new").exists(), "{command} left a run folder");
}

/// Every command that reads data refuses them alike.
fn data_refused(place: &Path, data: &str, words: &[&str]) {
    for command in ["data info", "fit --config tiny.toml --out new", "search --config tiny.toml"] {
        refused(place, &format!("{command} {data}"), words);
    }
}

fn damaged(change: impl Fn(&mut Vec<Array>), words: &[&str]) {
    let place = place();
    let mut arrays = arrays();
    change(&mut arrays);
    write_npz(&place.path().join("bad.npz"), &arrays);
    data_refused(place.path(), "bad.npz", words);
}

#[test]
fn the_fixture_itself_is_sound() {
    let place = place();
    write_npz(&place.path().join("good.npz"), &arrays());
    stdout(place.path(), "data info good.npz");
}

#[test]
fn truncated_npz() {
    let place = place();
    let path = place.path().join("bad.npz");
    write_npz(&path, &arrays());
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    data_refused(place.path(), "bad.npz", &["bad.npz: not a readable .npz archive", "hint: the file may be"]);
}

#[test]
fn label_out_of_range() {
    let change = |arrays: &mut Vec<Array>| arrays[5].bytes[2] = 200;
    damaged(change, &["bad.npz", "`test_labels`", "label 200 at row 2"]);
}

#[test]
fn images_and_labels_of_different_length() {
    let change = |arrays: &mut Vec<Array>| {
        arrays[1].shape = vec![11, 1];
        arrays[1].bytes.pop();
    };
    damaged(change, &["bad.npz: split `train` has 12 images but 11 labels"]);
}

#[test]
fn pickled_array() {
    let change = |arrays: &mut Vec<Array>| arrays[3].descr = "|O";
    damaged(change, &["bad.npz: array `val_labels` holds pickled Python objects", "hint: "]);
}

#[test]
fn missing_array() {
    let change = |arrays: &mut Vec<Array>| drop(arrays.remove(4));
    damaged(change, &["bad.npz: array `test_images` is missing"]);
}

#[test]
fn empty_class_folder() {
    let place = place();
    (0..5).for_each(|image| write_png(&place.path().join(format!("images/a/{image}.png")), image));
    fs::create_dir_all(place.path().join("images/b")).unwrap();
    data_refused(place.path(), "images", &["images/b"]);
}

#[test]
fn empty_file_among_good_images() {
    let place = place();
    for (class, image) in (0..10).map(|at| (at % 2, at / 2)) {
        write_png(&place.path().join(format!("images/{class}/{image}.png")), class * 10 + image);
    }
    fs::write(place.path().join("images/1/3.png"), b"").unwrap();
    data_refused(place.path(), "images", &["images/1/3.png: cannot read the image: the file is empty"]);
}

#[test]
fn path_that_does_not_exist() {
    data_refused(place().path(), "nowhere/data.npz", &["`nowhere/data.npz` is neither a file", "hint: "]);
}

#[test]
fn wrong_genotype() {
    let place = place();
    let train = "train phantom --config tiny.toml --genotype";
    let unknown = format!("{train} |conv_7x7~0|+|none~0|none~1|+|none~0|none~1|none~2|");
    refused(place.path(), &unknown, &["genotype: found \"conv_7x7", "character 2", "hint: the form is"]);
    let closed = format!("{train} |none~0|+|none~0|none~1|+|none~0|none~1|none~2|");
    refused(place.path(), &closed, &["passes nothing from input to output"]);
    refused(place.path(), "train phantom", &["needs a genotype"]);
}

#[test]
fn settings_out_of_range() {
    let place = place();
    let place = place.path();
    let expected = ["error: `search.learning_rate` is -0.1, expected a number above 0"];
    refused(place, "search phantom --set search.learning_rate=-0.1", &expected);
    let expected = ["error: `train.learning_rate` is -0.1"];
    refused(place, "train phantom --architecture resnet18 --set train.learning_rate=-0.1", &expected);
    fs::write(place.join("bad.toml"), "[search]\nlearning_rate = -2\n").unwrap();
    refused(place, "fit --config bad.toml", &["error: bad.toml\n", "cause: `search.learning_rate` is -2"]);
    refused(place, "fit --image-size 2", &["`image_size` is 2"]);
    refused(place, "fit --val 1.5", &["`val` is 1.5"]);
}

#[test]
fn settings_that_do_not_exist_are_refused_with_the_nearest() {
    let place = place();
    let refused = |command: &str, words: &[&str]| refused(place.path(), command, words);
    let expected =
        ["error: `method.radios` is not a setting of darts-v2", "hint: did you mean `method.radius`?"];
    refused("search phantom --method darts-v2 --set method.radios=0.3", &expected);
    let expected =
        ["`method.radius` is not a setting of zo-darts-plus", "a setting of darts-v2, darts-unrolled"];
    refused("search phantom --set method.radius=0.3", &expected);
    refused(
        "search phantom --set serach.epochs=3",
        &["`serach` is not a setting", "did you mean `[search]`?"],
    );
    refused("search phantom --set search.channels=many", &["`search.channels` is many, expected 1 to 256"]);
    refused("search phantom --set search.channels", &["expected KEY=VALUE, such as search.channels=8"]);
}

#[test]
fn options_that_are_settings_now_say_so() {
    let place = place();
    let refused = |command: &str, words: &[&str]| refused(place.path(), command, words);
    refused("fit --epochs 5", &["give --search-epochs or --train-epochs"]);
    refused("search phantom --zo-steps 3", &["--zo-steps is not an option", "`--set method.steps=VALUE`"]);
    refused("search phantom --channels=3", &["`--set search.channels=VALUE`"]);
    refused("train phantom --mix none", &["`--set train.mix=VALUE`"]);
    refused("fit --drop-leaks", &["`--set data.drop_leaks=VALUE`"]);
    refused("fit --channels 3", &["`--set search.channels=VALUE` or `--set train.channels=VALUE`"]);
}

#[test]
fn unknown_key_and_damaged_configuration() {
    let place = place();
    let place = place.path();
    fs::write(place.join("bad.toml"), "[search]\nepoch = 3\n").unwrap();
    refused(
        place,
        "fit --config bad.toml",
        &["bad.toml", "`search.epoch` is not a setting", "hint: did you mean `search.epochs`?"],
    );
    fs::write(place.join("bad.toml"), "[search\n").unwrap();
    refused(place, "fit --config bad.toml", &["bad.toml", "line 1"]);
    refused(place, "fit --config missing.toml", &["missing.toml: cannot be read"]);
}

#[test]
fn folder_that_holds_files() {
    let place = place();
    fs::create_dir(place.path().join("mine")).unwrap();
    fs::write(place.path().join("mine/thesis.txt"), "years of work").unwrap();
    for command in ["fit", "search phantom", "train phantom --architecture resnet18"] {
        let words = ["mine: already holds files", "hint: choose another folder with --out"];
        refused(place.path(), &format!("{command} --out mine"), &words);
    }
    assert_eq!(fs::read_dir(place.path().join("mine")).unwrap().count(), 1);
}

#[test]
fn folder_that_is_no_run() {
    let place = place();
    fs::create_dir(place.path().join("empty")).unwrap();
    for command in ["evaluate empty", "train --run empty"] {
        refused(place.path(), command, &["empty: not a run folder: `config.toml` is missing", "hint: "]);
    }
}
