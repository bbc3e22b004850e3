//! `zodarts predict`.

use crate::args::PredictArgs;
use crate::output;
use crate::setup;
use anyhow::Result;
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use zodarts::model::{Model, network_input};
use zodarts::text::csv;
use zodarts_data::read_image_file;

/// Files read and scored together.
const AT_A_TIME: usize = 64;

/// Classifies image files.
pub fn run(args: &PredictArgs) -> Result<()> {
    let model = setup::model(&args.run)?;
    let classes = &model.card.dataset.classes;
    let mut predictor = model.predictor();
    let mut lines = Vec::new();
    if !args.json {
        lines.push(csv::row(header(classes)));
    }
    // Printed at the end: a file that cannot be read leaves no half of a table.
    for files in args.files.chunks(AT_A_TIME) {
        let scores = predictor.scores(&images(&model, files)?)?;
        for (file, scores) in files.iter().zip(scores.rows()) {
            let predicted = predicted(&model, scores);
            lines.push(if args.json {
                format!("{}\n", object(file, &predicted, classes, scores))
            } else {
                let fields = [file.display().to_string(), predicted.join(";")];
                csv::row(fields.into_iter().chain(scores.iter().map(ToString::to_string)))
            });
        }
    }
    output::print(&lines.concat())
}

fn header(classes: &[String]) -> impl Iterator<Item = &str> {
    ["file", "predicted"].into_iter().chain(classes.iter().map(|class| &**class))
}

/// The images of some files, one after the other, or the error of the first that cannot be read.
fn images(model: &Model, files: &[PathBuf]) -> Result<Vec<f32>> {
    let images: Vec<_> = files.par_iter().map(|file| image(model, file)).collect();
    Ok(images.into_iter().collect::<Result<Vec<_>>>()?.concat())
}

/// A file's image, read at the size of the data set and resized as in training.
fn image(model: &Model, file: &Path) -> Result<Vec<f32>> {
    let info = &model.card.dataset;
    Ok(network_input(&model.card, &read_image_file(file, info.channels, info.height, info.width)?))
}

/// The class, or the labels that are present, decided as in an evaluation.
fn predicted<'a>(model: &'a Model, scores: &[f32]) -> Vec<&'a str> {
    let classes = &model.card.dataset.classes;
    model.decide(scores).into_iter().map(|class| &*classes[class]).collect()
}

fn object(file: &Path, predicted: &[&str], classes: &[String], scores: &[f32]) -> Value {
    let scores: Map<String, Value> =
        classes.iter().cloned().zip(scores.iter().map(|score| json!(score))).collect();
    json!({"file": file.display().to_string(), "predicted": predicted.join(";"), "scores": scores})
}
