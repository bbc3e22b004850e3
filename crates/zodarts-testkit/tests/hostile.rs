//! Files of a run made to harm whoever reads them: little memory is taken, and an error says what is wrong.

#[path = "../../zodarts-data/tests/support/memory.rs"]
mod memory;

use memory::Alone;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::evaluate::{predictions, truth};
use zodarts_nas::genotype::Genotype;
use zodarts_nas::model::Model;
use zodarts_nas::observer::{Event, Observer};
use zodarts_nas::records::{SearchRecord, TrainRecord};
use zodarts_nas::stage::store::{Checkpoint, Store};
use zodarts_nn::graph::{Network, Shape};
use zodarts_nn::networks::{MacroShape, discrete, supernet};
use zodarts_nn::space::NAS_BENCH_201;
use zodarts_run::Error;
use zodarts_run::folder::{RunConfig, RunFolder};
use zodarts_run::job::Job;
use zodarts_run::settings::{Auto, Settings};
use zodarts_testkit::{Epochs, phantom};

const GENOTYPE: &str = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|";

/// Refuses a line that is no record of a training.
fn is_training_record(line: &str) -> Result<(), String> {
    serde_json::from_str::<TrainRecord>(line).map(drop).map_err(|error| error.to_string())
}

#[track_caller]
fn says(error: &str, parts: &[&str]) {
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in: {error:.1000}");
    }
    assert!(error.len() < 1000, "{} bytes of error: {error:.300}", error.len());
}

/// A folder with one file.
fn with(name: &str, content: &[u8]) -> (tempfile::TempDir, RunFolder) {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("checkpoint")).unwrap();
    fs::write(place.path().join("config.toml"), "").unwrap();
    fs::write(place.path().join(name), content).unwrap();
    let folder = RunFolder::open(place.path()).and_then(RunFolder::resuming).unwrap();
    (place, folder)
}

/// A safetensors file of that header.
fn tensors(header: &str, values: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), values].concat()
}

#[test]
fn deeply_nested_json_is_refused() {
    let alone = Alone::now();
    let lists = "[".repeat(1 << 20);
    let tables = "{\"epoch\":".repeat(100_000);
    for text in [lists, tables] {
        let (place, folder) = with("metrics.json", text.as_bytes());
        says(&alone.bounded(|| folder.metrics("test").unwrap_err()).to_string(), &["metrics.json"]);
        fs::write(place.path().join("search.jsonl"), format!("{text}\n")).unwrap();
        let error = alone.bounded(|| folder.records::<SearchRecord>("search.jsonl").unwrap_err()).to_string();
        says(&error, &["search.jsonl", "not a record"]);
        fs::write(place.path().join("model.json"), &text[..text.len().min(1 << 20)]).unwrap();
        says(&alone.bounded(|| Model::load(place.path()).unwrap_err()).to_string(), &["model.json"]);
        let path = place.path().join("checkpoint/latest.safetensors");
        fs::write(path, tensors(&text, &[])).unwrap();
        let refused = alone.bounded(|| folder.resume("train", &is_training_record).unwrap().refused);
        says(&refused[0].to_string(), &["latest.safetensors"]);
    }
}

#[test]
fn deeply_nested_toml_is_refused() {
    let alone = Alone::now();
    let deep = 400_000;
    let (lists, tables) = ("[".repeat(deep), "{a=".repeat(deep));
    let dotted = "a.".repeat(deep);
    for text in
        [format!("a = {lists}"), format!("a = {tables}"), format!("{dotted}a = 1"), format!("[{dotted}a]")]
    {
        let error =
            alone.bounded(|| RunConfig::parse(Path::new("config.toml"), &text).unwrap_err()).to_string();
        says(&error, &["config.toml", "not a configuration"]);
    }
}

#[test]
fn a_genotype_of_megabytes_is_refused() {
    let alone = Alone::now();
    for text in
        ["|".repeat(8 << 20), format!("{GENOTYPE}{}", "+|none~0|".repeat(1 << 20)), "ß".repeat(8 << 20)]
    {
        says(&alone.bounded(|| text.parse::<Genotype>().unwrap_err()).to_string(), &["found ", "expected "]);
        let (_place, folder) = with("genotype.txt", text.as_bytes());
        says(&alone.bounded(|| folder.genotype().unwrap_err()).to_string(), &["genotype.txt"]);
        let card = format!("{{\"genotype\":\"{}\"}}", &text[..1 << 19]);
        let (place, _folder) = with("model.json", card.as_bytes());
        says(&alone.bounded(|| Model::load(place.path()).unwrap_err()).to_string(), &["model.json"]);
    }
}

#[test]
fn rows_by_the_million_are_refused() {
    let alone = Alone::now();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("predictions.csv");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    (0..16 << 20).for_each(|_| file.write_all(b"0,1\n").unwrap());
    file.flush().unwrap();
    says(&alone.bounded(|| predictions::load(&path).unwrap_err()).to_string(), &["more than 4194304 rows"]);
    says(&alone.bounded(|| truth::load(&path).unwrap_err()).to_string(), &["more than 4194304 rows"]);
    let mut file = BufWriter::new(File::create(&path).unwrap());
    (0..3000).for_each(|_| file.write_all(format!("0{}\n", ",1".repeat(32_000)).as_bytes()).unwrap());
    file.flush().unwrap();
    says(&alone.bounded(|| predictions::load(&path).unwrap_err()).to_string(), &["more than 128 MiB"]);
}

#[test]
fn a_table_of_millions_of_cells_in_a_json_file_is_refused() {
    let alone = Alone::now();
    for cell in ["[],", "0,", "\"\","] {
        let text = format!("{{\"confusion\":[{}[]]}}", cell.repeat((16 << 20) / cell.len() - 10));
        let (_place, folder) = with("metrics.json", text.as_bytes());
        let error = alone.bounded(|| folder.record::<Metrics>("metrics.json").unwrap_err());
        says(&error.to_string(), &["metrics.json"]);
    }
}

#[test]
fn weights_of_a_million_names_are_refused() {
    let alone = Alone::now();
    let entry = |at: usize| format!("\"{at}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}},");
    let entries: String = (0..1_200_000).map(entry).collect();
    let file = tensors(&format!("{{{}}}", entries.trim_end_matches(',')), &[]);
    let (_place, folder) = with("checkpoint/latest.safetensors", &file);
    let refused = alone.bounded(|| folder.resume("train", &is_training_record).unwrap().refused);
    says(&refused[0].to_string(), &["latest.safetensors", "header"]);
}

/// Asks for an end after a step, and takes notes.
#[derive(Default)]
struct Once {
    steps: usize,
    notes: Vec<String>,
}

impl Observer for Once {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Step(_) => self.steps += 1,
            Event::Note(note) => self.notes.push(note),
            _ => {}
        }
    }

    fn stop_requested(&self) -> bool {
        self.steps > 0
    }
}

fn tiny() -> Settings {
    let mut settings = zodarts_testkit::tiny(Epochs { search: 4, train: 4 });
    settings.train.batch_size = Auto::Fixed(48);
    settings
}

/// Goes on with a training in a folder by one step.
fn trained(alone: &Alone, folder: &RunFolder, settings: &Settings) -> (Result<(), Error>, Vec<String>) {
    let dataset = phantom();
    let settings = &settings.clone().check().unwrap();
    let job = Job::new(&dataset, "phantom", settings, folder);
    let mut observer = Once::default();
    let result = alone.bounded(|| job.train(GENOTYPE.parse().ok(), &mut observer).map(drop));
    (result, observer.notes)
}

/// The network that is trained.
fn network() -> Network {
    let input = Shape { channels: 1, height: 12, width: 12 };
    let shape = MacroShape { input, classes: 2, channels: 2, cells: 1 };
    discrete(&shape, GENOTYPE.parse::<Genotype>().unwrap().0).unwrap()
}

/// A record of a training of four epochs.
fn record(epoch: usize) -> TrainRecord {
    TrainRecord { epoch, epochs: 4, selected: true, ..TrainRecord::default() }
}

/// A folder with a checkpoint that is sealed well, and the records before it.
fn sealed(weight: f32, begun: Option<&str>, records: &[TrainRecord]) -> (tempfile::TempDir, RunFolder) {
    let (place, folder) = with("lock", b"");
    let Network { weights, statistics, .. } = network();
    let momentum = vec![0.0; weights.len()];
    let (weights, statistics) = (vec![weight; weights.len()], vec![1.0; statistics.len()]);
    let names = ["weights", "momentum", "statistics", "good_weights", "good_momentum", "good_statistics"];
    let values: [&[f32]; 6] = [&weights, &momentum, &statistics, &weights, &momentum, &statistics];
    let (stage, epochs_done, partial) = ("train", records.len(), begun.map(str::to_owned));
    let vectors = names.into_iter().zip(values).collect();
    folder.save_checkpoint(&Checkpoint { stage, epochs_done, counts: vec![], vectors, partial }).unwrap();
    for record in records {
        folder.append("train.jsonl", record).unwrap();
    }
    (place, folder)
}

#[test]
fn a_checkpoint_that_is_sealed_well_is_gone_on_from() {
    let alone = Alone::now();
    let (_place, folder) = sealed(0.1, None, &[record(0)]);
    let (result, notes) = trained(&alone, &folder, &tiny());
    assert!(matches!(result, Err(Error::Stage(zodarts_nas::Error::Interrupted))), "{result:?}");
    assert!(notes.iter().any(|note| note.contains("resumes after epoch 1")), "{notes:?}");
}

#[test]
fn a_checkpoint_of_weights_that_are_no_numbers_ends_in_an_error_that_says_so() {
    let alone = Alone::now();
    for weight in [f32::NAN, f32::INFINITY] {
        let (_place, folder) = sealed(weight, None, &[record(0)]);
        let (result, _) = trained(&alone, &folder, &tiny());
        says(&result.unwrap_err().to_string(), &["diverged"]);
    }
}

#[test]
fn records_that_are_not_of_their_epochs_are_refused() {
    let alone = Alone::now();
    let mut settings = tiny();
    settings.train.patience = 1;
    for epoch in [1, 7, usize::MAX] {
        let (_place, folder) = sealed(0.1, None, &[record(epoch)]);
        let (result, notes) = trained(&alone, &folder, &settings);
        assert!(matches!(result, Err(Error::Stage(zodarts_nas::Error::Interrupted))), "{result:?}");
        says(&notes[0], &["train.jsonl", "line 1 is of epoch", "expected 0; it is not used"]);
    }
}

/// Resumes a search from a checkpoint with a valid checksum.
fn searched(alone: &Alone, weight: f32, alpha: f32, steps: u64) -> Result<(), Error> {
    let input = Shape { channels: 1, height: 12, width: 12 };
    let shape = MacroShape { input, classes: 2, channels: 2, cells: 1 };
    let weights = vec![weight; supernet(&NAS_BENCH_201, &shape).weights.len()];
    let (momentum, alphas, zeros) = (vec![0.0; weights.len()], [alpha; 30], [0.0; 30]);
    let names = ["weights", "momentum", "alpha", "alpha_m", "alpha_v"];
    let values: [&[f32]; 5] = [&weights, &momentum, &alphas, &zeros, &zeros];
    let (vectors, counts) =
        (names.into_iter().zip(values).collect(), vec![("alpha_steps", steps), ("settled", 0)]);
    let (_place, folder) = with("search.jsonl", b"");
    folder
        .save_checkpoint(&Checkpoint { stage: "search", epochs_done: 0, counts, vectors, partial: None })
        .unwrap();
    let mut settings = Settings::default();
    let search = &mut settings.search;
    (search.epochs, search.channels, search.cells) = (4, 2, 1);
    (search.input_size, search.batch_size) = (Auto::Fixed(12), Auto::Fixed(48));
    let dataset = phantom();
    let settings = settings.check().unwrap();
    let job = Job::new(&dataset, "phantom", &settings, &folder);
    alone.bounded(|| job.search(None, &mut Once::default()).map(drop))
}

#[test]
fn a_search_does_not_go_on_from_what_is_no_number() {
    let alone = Alone::now();
    assert!(matches!(searched(&alone, 0.1, 0.0, 0), Err(Error::Stage(zodarts_nas::Error::Interrupted))));
    for (weight, alpha, name) in [(0.1, f32::NAN, "alpha"), (f32::INFINITY, 0.0, "weights")] {
        let error = searched(&alone, weight, alpha, 0).unwrap_err().to_string();
        says(
            &error,
            &["latest.safetensors", &format!("vector `{name}` holds a value that is not a finite number")],
        );
    }
}

#[test]
fn counts_at_the_end_of_all_numbers_are_gone_on_from() {
    let alone = Alone::now();
    assert!(matches!(
        searched(&alone, 0.1, 0.0, u64::MAX),
        Err(Error::Stage(zodarts_nas::Error::Interrupted))
    ));
    let begun = |steps: usize| {
        format!(
            "{{\"steps\":{steps},\"totals\":{{\"loss\":0.5,\"correct\":1e300,\"images\":{}}},\
             \"augmented\":{},\"seconds\":1.0}}",
            usize::MAX,
            u64::MAX
        )
    };
    for steps in [1, usize::MAX] {
        let (_place, folder) = sealed(0.1, Some(&begun(steps)), &[record(0)]);
        let (result, notes) = trained(&alone, &folder, &tiny());
        assert!(matches!(result, Err(Error::Stage(zodarts_nas::Error::Interrupted))), "{result:?}");
        assert!(notes[0].contains("resumes within epoch 2"), "{notes:?}");
    }
}
