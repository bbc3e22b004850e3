//! Networks: what they are, and their weights.

use crate::place;
use crate::run::legacy;
use std::fs;
use std::path::Path;
use zodarts_nas::evaluate::TrueProbabilities;
use zodarts_nas::model::Model;
use zodarts_nas::profile::{ClassedRows, NoveltyScale, Profile};
use zodarts_nn::inference::feature_count;

pub const WORDS: &[&str] = &[
    "__metadata__",
    "data_offsets",
    "[0,18446744073709551615]",
    "\"shape\":[4294967296,4294967296]",
    "\"dtype\":\"F32\"",
    "\"dtype\":\"F64\"",
    "\"format\":99",
    "\"classes\":[",
    "\"channels\":1000000",
    "\"cells\":1000000",
    "\"input_size\":1024",
    "\"genotype\":\"|none~0|\"",
    "\"architecture\":\"resnet18\"",
    "\"task\":\"multi-label\"",
    "\"threshold\":{\"class\":1,\"value\":0.5}",
    "null",
    "1e400",
    "-1",
];

/// An input begins with the number of the file that it stands for.
const FILES: [&str; 3] = ["model.json", "model.safetensors", Profile::FILE];
const FOLDER: &str = "model";
/// The largest side at which a network is tried on an image; more takes too long.
const LARGEST: usize = 16;

pub fn files() -> Vec<Vec<u8>> {
    FILES.iter().enumerate().map(|(number, name)| [&[number as u8], &whole(name)[..]].concat()).collect()
}

fn whole(name: &str) -> Vec<u8> {
    if name == Profile::FILE {
        return profile();
    }
    fs::read(legacy("fit").join(name)).expect("files kept for tests are there")
}

pub fn read(bytes: &[u8]) -> bool {
    let Some((&number, bytes)) = bytes.split_first() else { return false };
    let (number, folder) = (usize::from(number) % FILES.len(), place::folder(FOLDER));
    thread_local! {
        static WHOLE: [Vec<u8>; 3] = FILES.map(whole);
    }
    WHOLE.with(|whole| {
        for (name, whole) in FILES.iter().zip(whole) {
            place::write(Path::new(FOLDER).join(name), whole);
        }
    });
    place::write(Path::new(FOLDER).join(FILES[number]), bytes);
    let Ok(model) = Model::load(&folder) else { return false };
    if number == 2 {
        return Profile::load(&folder, &model.network).is_ok_and(|profile| profile.is_some());
    }
    if model.card.input_size <= LARGEST {
        score(&model);
    }
    true
}

/// Returns the profile of a network that has seen nothing but zeros.
fn profile() -> Vec<u8> {
    let model = Model::load(&legacy("fit")).expect("files kept for tests are read");
    let width = feature_count(&model.network);
    let zeros = ClassedRows { rows: &vec![0.0; width], width, classes: &[0] };
    let profile = Profile {
        novelty: NoveltyScale::fit(zeros, &vec![1.0; width], 1),
        truths: TrueProbabilities::new(vec![vec![0.5]; model.network.classes]),
        seen: [1].into(),
        statistics: Vec::new(),
    };
    let folder = place::folder("profile");
    profile.save(&folder).expect("the temporary folder can be written");
    fs::read(folder.join(Profile::FILE)).expect("it was just written")
}

/// Computes the scores of a grey image. A score that is not a number is no fault of the reader.
fn score(model: &Model) {
    let values = model.card.dataset.channels * model.card.input_size.pow(2);
    if let Ok(scores) = model.predictor().scores(&vec![0.5; values]) {
        scores.rows().for_each(|scores| drop(model.decide(scores)));
    }
}
