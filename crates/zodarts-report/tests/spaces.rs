//! A run in a search space with a cell for each stage, from the search to the exported file.

mod common;

use common::{fit, settings};
use std::fs;
use std::path::Path;
use zodarts_data::{Dataset, OpenOptions};
use zodarts_export::{CheckResult, Format, export};
use zodarts_nas::genotype::Genotype;
use zodarts_nas::model::Model;
use zodarts_nas::records::SearchRecord;
use zodarts_nn::space::STAGES;

#[test]
fn a_space_with_a_cell_for_each_stage_is_searched_trained_drawn_and_exported() {
    let place = tempfile::tempdir().unwrap();
    let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
    let mut settings = settings();
    settings.search.space = &STAGES;
    let folder = fit(&dataset, &settings, &place.path().join("run"));

    // The run says which space it is of.
    let config = fs::read_to_string(folder.path().join("config.toml")).unwrap();
    assert!(config.contains("space = \"stages\""), "{config}");
    assert_eq!(folder.config().unwrap().1.search.space, &STAGES);
    let genotype: Genotype = folder.genotype().unwrap();
    assert!(genotype.space() == &STAGES && genotype.is_connected(), "{genotype}");
    let records: Vec<SearchRecord> = folder.records("search.jsonl").unwrap();
    assert!(records.iter().all(|record| record.p.fits(&STAGES)));
    assert_eq!(folder.metrics("test").unwrap().unwrap().genotype, Some(genotype));

    // The page draws its three cells, and a chart for each of their edges.
    let html = zodarts_report::page(&folder, Ok(&dataset)).unwrap();
    assert_eq!(html.matches("<svg class=\"cell\"").count(), 3);
    assert!(html.contains("cell 3, edge 1 → 2") && html.contains("three cells, one for each stage"));

    // The exported file says what the engine says.
    let model = Model::load(folder.path()).unwrap();
    assert_eq!(model.card.genotype, Some(genotype));
    let file = place.path().join("model.onnx");
    let exported = export(&model, Format::Onnx, &file, Path::new("python3")).unwrap();
    assert!(matches!(exported.check, CheckResult::Differs(_)) && file.is_file(), "{exported:?}");
}

#[test]
fn a_record_of_another_space_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
    let folder = fit(&dataset, &settings(), &place.path().join("run"));
    let path = folder.path().join("search.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let other = Genotype::heaviest(&STAGES).to_string();
    let own = folder.records::<SearchRecord>("search.jsonl").unwrap()[0].genotype.to_string();
    fs::write(&path, text.replacen(&own, &other, 1)).unwrap();
    let error = folder.records::<SearchRecord>("search.jsonl").unwrap_err().to_string();
    assert!(error.contains("`p` is not of 9 rows and 4 columns"), "{error}");
}
