//! Pages of complete, unfinished and damaged runs.

mod common;

use common::{fit, settings};
use std::fs;
use zodarts_data::{Dataset, OpenOptions};
use zodarts_report::{page, write, write_comparison};
use zodarts_run::folder::RunFolder;
use zodarts_run::settings::Architecture;
use zodarts_testkit::phantom_of_hostile_names;

fn page_of(folder: &RunFolder) -> String {
    page(folder, Err("they are not at hand".into())).unwrap()
}

#[test]
fn a_complete_run_has_every_section_and_escapes_all_text() {
    let place = tempfile::tempdir().unwrap();
    let dataset = phantom_of_hostile_names();
    let folder = fit(&dataset, &settings(), &place.path().join("run"));
    let path = write(&folder, Ok(&dataset)).unwrap();
    assert_eq!(path, folder.path().join("report.html"));
    let html = fs::read_to_string(path).unwrap();
    for id in ["result", "network", "search", "training", "batch", "test", "mistakes", "data", "repeat"] {
        assert!(html.contains(&format!("<section id=\"{id}\"")), "{id} is missing");
    }
    assert!(
        html.contains("Of 120 test images, ")
            && html.contains("the test images were read once, after the last decision")
    );
    // Six edges, five quantities of the search, three of the training, three curves.
    assert_eq!(html.matches("<figure class=\"chart\"").count(), 6 + 5 + 3 + 3);
    assert!(!html.contains("<script>alert"), "a class's name became a script");
    assert_eq!(html.matches("alt=\"training image ").count(), 16);
    assert!(html.matches("data:image/png;base64,").count() >= 18, "pictures of mistakes");
    assert!(
        !html.contains("http://")
            || html.matches("http://").count() == html.matches("http://www.w3.org/").count()
    );
    assert!(!html.contains("https://"), "the page has no external resources");
    assert!(html.contains("zodarts fit phantom --config run/config.toml"));
    assert!(html.contains(&dataset.info.fingerprint));
}

#[test]
fn a_run_that_was_cut_short_says_so_and_shows_what_there_is() {
    let place = tempfile::tempdir().unwrap();
    let dataset = phantom_of_hostile_names();
    let folder = fit(&dataset, &settings(), &place.path().join("run"));
    let remove = |names: &[&str]| {
        for name in names {
            fs::remove_file(folder.path().join(name)).unwrap();
        }
    };
    let first_line = |name: &str| {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.split_inclusive('\n').next().unwrap()).unwrap();
    };

    remove(&["metrics.json", "predictions.csv", "truth.csv"]);
    let html = page_of(&folder);
    assert!(
        html.contains("has not been tested yet")
            && html.contains("id=\"training\"")
            && !html.contains("id=\"test\"")
    );

    remove(&["model.json", "model.safetensors", "calibration.json"]);
    first_line("train.jsonl");
    let html = page_of(&folder);
    assert!(html.contains("1 of 3 epochs of the training are done"), "{html}");
    assert!(html.contains("<circle class=\"mark"), "one epoch is a dot");

    remove(&["train.jsonl"]);
    assert!(page_of(&folder).contains("nothing has been trained yet"));

    remove(&["search.json", "genotype.txt"]);
    first_line("search.jsonl");
    assert!(page_of(&folder).contains("1 of 2 epochs of the search are done"));

    remove(&["search.jsonl", "data.json"]);
    let html = page_of(&folder);
    assert!(html.contains("has only just begun") && html.contains("id=\"repeat\""));
}

#[test]
fn without_its_data_a_page_says_why_and_keeps_the_rest() {
    let place = tempfile::tempdir().unwrap();
    let folder = fit(&phantom_of_hostile_names(), &settings(), &place.path().join("run"));
    let html = page_of(&folder);
    assert!(html.contains("The images cannot be shown: they are not at hand"));
    assert!(!html.contains("data:image/png"));
    assert!(html.contains("predicted <b>"), "mistakes in words");
    let other = Dataset::open("phantom:1", &OpenOptions::default(), &|_| ()).unwrap();
    let error = page(&folder, Ok(&other)).unwrap_err().to_string();
    assert!(error.contains("fingerprint"), "{error}");
}

#[test]
fn damaged_files_are_named() {
    let place = tempfile::tempdir().unwrap();
    let folder = fit(&phantom_of_hostile_names(), &settings(), &place.path().join("run"));
    let refused = |name: &str, content: &str| {
        let path = folder.path().join(name);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, content).unwrap();
        let error = page(&folder, Err(String::new())).unwrap_err().to_string();
        fs::write(&path, whole).unwrap();
        assert!(error.contains(name) || name == "truth.csv" && error.contains("120"), "{name}: {error}");
    };
    refused("search.jsonl", "{}\n");
    refused("train.jsonl", "{\"epoch\": 1e400}\n");
    refused("metrics.json", "[]");
    refused("data.json", "{\"info\": 3}");
    refused("truth.csv", "0,1\n");
    refused("truth.csv", "zero\n");
    refused("model.json", "{}");
}

#[test]
fn runs_side_by_side_are_told_apart() {
    let place = tempfile::tempdir().unwrap();
    let dataset = phantom_of_hostile_names();
    let first = fit(&dataset, &settings(), &place.path().join("first"));
    let other = Dataset::open("phantom:1", &OpenOptions::default(), &|_| ()).unwrap();
    let second = fit(&other, &settings(), &place.path().join("<second>"));
    let unfinished = RunFolder::create(&place.path().join("third")).unwrap();
    fs::copy(first.path().join("config.toml"), unfinished.path().join("config.toml")).unwrap();

    let path = place.path().join("comparison.html");
    write_comparison(&[first.clone(), second, unfinished.clone()], &path).unwrap();
    let html = fs::read_to_string(&path).unwrap();
    assert!(html.contains("not tested on the same images"));
    assert!(html.contains("This run has only just begun") && !html.contains("<second>"));
    assert_eq!(html.matches("<figure class=\"chart\"").count(), 2);
    write_comparison(&[first.clone(), unfinished], &path).unwrap();
    assert!(!fs::read_to_string(&path).unwrap().contains("not tested on the same images"));
}

#[test]
fn resnet18_has_a_page_without_a_cell() {
    let place = tempfile::tempdir().unwrap();
    let mut settings = settings();
    settings.train.architecture = Architecture::Resnet18;
    settings.train.epochs = 1;
    let folder = RunFolder::create(place.path()).unwrap();
    let dataset = phantom_of_hostile_names();
    let run = zodarts_run::folder::RunInfo {
        format: zodarts_run::folder::RunInfo::FORMAT,
        version: "0".into(),
        command: None,
        data: "phantom".into(),
        dataset: dataset.info.name.clone(),
        fingerprint: dataset.info.fingerprint,
        threads: 1,
        kernels: None,
    };
    folder.write_config(run, &settings).unwrap();
    let html = page_of(&folder);
    assert!(html.contains("resnet18") && !html.contains("id=\"network\""));
}
