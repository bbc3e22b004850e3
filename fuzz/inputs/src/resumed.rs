//! Stages that go on from a checkpoint of which nothing is believed but its checksum.
//!
//! A checkpoint whose bytes are damaged never gets past its checksum, so an input says here what one holds;
//! the code that writes checkpoints seals it, and search or training goes on from it by one step. An input is
//! a line of JSON ([`Content`]), the records of the epochs that were done, a line each, and the values of all
//! vectors, over and over.

use crate::place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use zodarts_data::{Dataset, OpenOptions};
use zodarts_nas::Error;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::memory::Memory;
use zodarts_nas::methods::ZoDartsPlus;
use zodarts_nas::observer::{Event, Observer};
use zodarts_nas::protocol::Protocol;
use zodarts_nas::search::{SearchInput, search};
use zodarts_nas::stage::Deadline;
use zodarts_nas::stage::store::{Checkpoint, Store};
use zodarts_nas::train::{TrainInput, train};
use zodarts_run::folder::RunFolder;
use zodarts_run::settings::{Auto, Checked, Settings};

/// Stages, and the counts of their checkpoints.
const STAGES: [&str; 2] = ["search", "train"];
const COUNTS: [&str; 5] = ["alpha_steps", "good_alpha_steps", "settled", "halved", "other"];
/// Vectors of their checkpoints.
const VECTORS: [&str; 15] = [
    "weights",
    "momentum",
    "statistics",
    "alpha",
    "alpha_m",
    "alpha_v",
    "good_weights",
    "good_momentum",
    "good_statistics",
    "good_alpha",
    "good_alpha_m",
    "good_alpha_v",
    "best_weights",
    "best_statistics",
    "other",
];
/// Most values of all vectors together.
const MOST: usize = 1 << 16;
const GENOTYPE: &str = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|";
const FOLDER: &str = "resumed";

/// The content of a checkpoint, and the one setting that its effect depends on.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    stage: String,
    epochs_done: usize,
    counts: BTreeMap<String, u64>,
    begun: Option<serde_json::Value>,
    /// Lengths of vectors.
    vectors: BTreeMap<String, usize>,
    #[serde(default)]
    patience: usize,
}

/// Returns descriptions of checkpoints that are written between and within epochs.
pub fn left() -> Vec<Vec<u8>> {
    let moments = STAGES.iter().flat_map(|stage| [1, 3, 4].map(|steps| (*stage, steps)));
    moments.map(|(stage, steps)| described(stage, steps)).collect()
}

/// Describes the checkpoint of a stage after some steps.
fn described(stage: &'static str, steps: usize) -> Vec<u8> {
    let folder = emptied();
    let ended = go_on(stage, &folder, 0, steps);
    assert!(matches!(ended, Err(Error::Interrupted)), "a stage ends when it is asked to: {ended:?}");
    let file = fs::read(folder.path().join("checkpoint/latest.safetensors")).expect("a checkpoint is left");
    let (_, header) = safetensors::SafeTensors::read_metadata(&file).expect("it is whole");
    let entries = header.metadata().clone().unwrap_or_default();
    let mut progress: serde_json::Value = serde_json::from_str(&entries["progress"]).expect("it is JSON");
    // The text in the text is told in the open, where mutations find it.
    if let Some(begun) = progress["begun"].as_str().map(str::to_owned) {
        progress["begun"] = serde_json::from_str(&begun).expect("it is JSON");
    }
    let length = |(name, tensor): (String, &safetensors::tensor::TensorInfo)| {
        (name, tensor.shape.iter().product::<usize>())
    };
    let vectors: BTreeMap<String, usize> = header.tensors().into_iter().map(length).collect();
    progress["vectors"] = serde_json::to_value(vectors).expect("lengths have a form in JSON");
    let content: Content = serde_json::from_value(progress).expect("nothing is missing");
    let line = serde_json::to_string(&content).expect("plain values have a form in JSON") + "\n";
    let records = fs::read(folder.path().join(format!("{stage}.jsonl"))).unwrap_or_default();
    [line.as_bytes(), &records, &0.25f32.to_le_bytes()].concat()
}

/// Returns true if a stage goes on from the checkpoint that an input describes.
pub fn read(bytes: &[u8]) -> bool {
    let (line, rest) = line_of(bytes);
    let Ok(content) = serde_json::from_slice::<Content>(line) else { return false };
    let Some(stage) = STAGES.into_iter().find(|stage| *stage == content.stage) else { return false };
    let mut values = rest;
    while values.starts_with(b"{") {
        values = line_of(values).1;
    }
    let folder = emptied();
    let records = &rest[..rest.len() - values.len()];
    place::write(Path::new(FOLDER).join(format!("{stage}.jsonl")), records);
    write(&folder, stage, &content, values)
        && matches!(go_on(stage, &folder, content.patience, 1), Ok(()) | Err(Error::Interrupted))
}

/// A line and what comes after.
fn line_of(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at(bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1))
}

/// A folder in which a stage may go on, without any file but its records.
fn emptied() -> RunFolder {
    let path = place::folder(FOLDER);
    for name in ["latest", "previous"] {
        let _ = fs::remove_file(path.join(format!("checkpoint/{name}.safetensors")));
    }
    for stage in STAGES {
        let _ = fs::remove_file(path.join(format!("{stage}.jsonl")));
    }
    place::write(Path::new(FOLDER).join("config.toml"), b"");
    RunFolder::open(&path).and_then(RunFolder::resuming).expect("the temporary folder can be written")
}

/// Seals a checkpoint; whether it is one.
fn write(folder: &RunFolder, stage: &'static str, content: &Content, values: &[u8]) -> bool {
    if content
        .vectors
        .values()
        .try_fold(0usize, |sum, length| sum.checked_add(*length))
        .is_none_or(|sum| sum > MOST)
    {
        return false;
    }
    let values = values.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let mut values = values.chain([0.1]).cycle();
    let named = |(name, length): (&String, &usize)| {
        // Names that no stage asks for are all one.
        let name = VECTORS.into_iter().find(|known| known == name).unwrap_or("other");
        (name, values.by_ref().take(*length).collect::<Vec<f32>>())
    };
    let vectors: Vec<_> = content.vectors.iter().map(named).collect();
    let count =
        |(name, count): (&String, &u64)| Some((COUNTS.into_iter().find(|known| known == name)?, *count));
    let checkpoint = Checkpoint {
        stage,
        epochs_done: content.epochs_done,
        counts: content.counts.iter().filter_map(count).collect(),
        vectors: vectors.iter().map(|(name, values)| (*name, &values[..])).collect(),
        partial: content.begun.as_ref().map(ToString::to_string),
    };
    folder.save_checkpoint(&checkpoint).expect("the temporary folder can be written");
    true
}

/// Ends a stage after some steps.
struct Steps {
    left: usize,
}

impl Observer for Steps {
    fn event(&mut self, event: Event<'_>) {
        if matches!(event, Event::Step(_)) {
            self.left = self.left.saturating_sub(1);
        }
    }

    fn stop_requested(&self) -> bool {
        self.left == 0
    }
}

/// Goes on by some steps.
fn go_on(stage: &str, folder: &RunFolder, patience: usize, steps: usize) -> Result<(), Error> {
    thread_local! {
        static DATA: Dataset = dataset();
    }
    let settings = settings(patience);
    let (seed, deadline, memory) = (settings.seed, Deadline::NONE, Memory::of(256 << 20));
    let (store, mut observer) = (Some(folder as &dyn Store), Steps { left: steps });
    DATA.with(|Dataset { info, train: images, val, .. }| {
        if stage == "search" {
            let input = SearchInput {
                info,
                development: &images.merged(val),
                settings: settings.part(|settings| &settings.search),
                method: settings.part(|settings| &*settings.method),
                mixing: None,
                seed,
                deadline,
                memory,
                store,
            };
            return search(input, &mut observer).map(drop);
        }
        let (protocol, genotype) = (Protocol::Official, GENOTYPE.parse::<Genotype>().ok());
        let input = TrainInput {
            info,
            train: images,
            val,
            protocol,
            genotype,
            settings: settings.part(|settings| &settings.train),
            seed,
            deadline,
            memory,
            store,
        };
        train(input, &mut observer).map(drop)
    })
}

/// A few small images.
fn dataset() -> Dataset {
    let path = place::write("few.npz", &crate::npz::whole(false).bytes());
    Dataset::open(&path.to_string_lossy(), &OpenOptions::default(), &|_| ()).expect("it is whole")
}

/// The smallest networks, and epochs of three steps.
fn settings(patience: usize) -> Checked<Settings> {
    let mut settings = Settings::default();
    let (search, train) = (&mut settings.search, &mut settings.train);
    (search.epochs, search.channels, search.cells) = (3, 1, 1);
    (search.batch_size, search.input_size) = (Auto::Fixed(2), Auto::Fixed(4));
    (train.epochs, train.channels, train.cells, train.patience) = (3, 1, 1, patience);
    (train.batch_size, train.input_size) = (Auto::Fixed(2), Auto::Fixed(4));
    let mut method = ZoDartsPlus::default();
    method.zo.steps = 1;
    settings.method = method.into();
    settings.check().expect("values in their ranges")
}
