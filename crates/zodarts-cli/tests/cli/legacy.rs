//! Run folders of earlier formats, kept in `tests/legacy/`, and of formats to come.

use crate::support::{run, stdout};
use predicates::str::contains;
use std::fs;
use std::path::Path;
use zodarts_testkit::copy_folder;

/// A copy of a folder of `tests/legacy/`.
fn legacy(name: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/legacy").join(name), place.path());
    place
}

#[test]
fn a_run_of_format_1_is_evaluated_and_shown() {
    let place = legacy("format-1");
    let before = fs::read_to_string(place.path().join("fit/predictions.csv")).unwrap();
    let found = stdout(place.path(), "evaluate fit --split test");
    assert!(found.contains("n = 120"), "{found}");
    let scores =
        |text: &str| -> Vec<f64> { text.split([',', '\n']).filter_map(|cell| cell.parse().ok()).collect() };
    let after = fs::read_to_string(place.path().join("fit/predictions.csv")).unwrap();
    let (before, after) = (scores(&before), scores(&after));
    assert_eq!(before.len(), after.len());
    assert!(
        before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-4),
        "another machine may round otherwise"
    );
    run(place.path(), "report fit").success();
    run(place.path(), "fit --config fit/config.toml --out again").success();
}

#[test]
fn a_file_of_the_old_form_is_read_and_said_to_be_one() {
    let place = legacy("format-1");
    let place = place.path();
    fs::write(place.join("old.toml"), "[search]\nepochs = 1\nmethod = \"darts-v2\"\ndarts_radius = 0.5\n")
        .unwrap();
    let line = "search phantom --config old.toml --preset quick --set search.channels=2 --out new";
    run(place, line)
        .success()
        .stderr(contains("note: old.toml: is from an earlier version: `search.method` is now `method.name`"))
        .stderr(contains("`search.darts_radius` is now `method.radius`"));
    let config = fs::read_to_string(place.join("new/config.toml")).unwrap();
    let table: toml::Table = config.parse().unwrap();
    assert_eq!(table["run"]["format"].as_integer(), Some(3));
    assert_eq!(table["method"], "name = \"darts-v2\"\nradius = 0.5".parse::<toml::Table>().unwrap().into());
}

#[test]
fn an_old_folder_that_cannot_be_expressed_is_refused_by_name() {
    let place = legacy("format-1");
    let config = place.path().join("fit/config.toml");
    let text =
        fs::read_to_string(&config).unwrap().replace("mu_scale = \"absolute\"", "mu_scale = \"cubic\"");
    fs::write(&config, &text).unwrap();
    let message =
        "fit/config.toml: not a configuration: `method.mu_scale` is cubic, expected one of `absolute`";
    for line in ["evaluate fit", "report fit", "fit --out fit"] {
        run(place.path(), line).code(1).stderr(contains(message));
    }
    assert_eq!(fs::read_to_string(&config).unwrap(), text);
}

#[test]
fn a_trial_of_format_1_goes_on_from_its_checkpoint() {
    let place = legacy("format-1");
    let line = "compare phantom --config cut-short.toml --methods random --seeds 1 --out cut-short";
    let output = run(place.path(), line).success();
    let text = String::from_utf8(output.get_output().stderr.clone()).unwrap();
    assert!(text.contains("training resumes after epoch 5"), "{text}");
}

#[test]
fn what_a_later_version_wrote_is_refused_and_left_alone() {
    let place = legacy("format-1");
    let place = place.path();
    let config = place.join("fit/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    let later =
        text.replace("[run]\n", "[run]\nformat = 7\nsomething_new = [1, 2]\n") + "\n[later]\nkey = 1\n";
    fs::write(&config, &later).unwrap();
    let message = "fit/config.toml: has format 7, but this version of zodarts reads formats up to 3";
    for line in ["evaluate fit", "report fit", "fit --out fit", "fit --config fit/config.toml"] {
        run(place, line)
            .failure()
            .code(1)
            .stderr(contains(message))
            .stderr(contains("hint: it was written by a newer version of zodarts"));
    }
    assert_eq!(fs::read_to_string(&config).unwrap(), later);

    let model = place.join("fit/model.json");
    fs::write(&config, text).unwrap();
    let card = fs::read_to_string(&model).unwrap();
    fs::write(&model, card.replace("\"format\": 1", "\"format\": 9")).unwrap();
    run(place, "evaluate fit").failure().code(1).stderr(contains("format"));
}

#[test]
fn a_checkpoint_of_a_later_version_is_not_begun_again_over() {
    let place = legacy("format-1");
    let place = place.path();
    let line = "compare phantom --config cut-short.toml --methods random --seeds 1 --out cut-short";
    let trial = place.join("cut-short/trials/official/phantom/random/seed-1");
    let path = trial.join("checkpoint/latest.safetensors");
    let header = r#"{"__metadata__": {"progress": "{\"format\": 7, \"news\": []}"}}"#;
    let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
    fs::write(&path, &bytes).unwrap();
    let message =
        "checkpoint/latest.safetensors: has format 7, but this version of zodarts reads formats up to 3";
    run(place, line).failure().code(1).stderr(contains(message));
    assert!(fs::read(&path).unwrap() == bytes && trial.join("train.jsonl").is_file());
}
