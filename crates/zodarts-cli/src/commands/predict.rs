//! `zodarts predict`.

use crate::args::PredictArgs;
use crate::frames::{Frame, frames, window};
use crate::output;
use crate::setup;
use anyhow::Result;
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use zodarts_data::{ImageFile, Window};
use zodarts_lab::text::csv;
use zodarts_nas::model::{Model, network_input};

/// Images read and scored together.
const AT_A_TIME: usize = 64;

/// Classifies image files.
pub fn run(args: &PredictArgs) -> Result<()> {
    let model = setup::model(&args.run)?;
    let window = window(args.window, &args.run)?;
    let classes = &model.card.dataset.classes;
    let mut predictor = model.predictor();
    let mut lines = Vec::new();
    if !args.json {
        lines.push(csv::row(header(classes)));
    }
    // Printed at the end: a file that cannot be read leaves no half of a table.
    for images in frames(&args.files, window)?.chunks(AT_A_TIME) {
        let scores = predictor.scores(&planes(&model, images, window)?)?;
        for (image, scores) in images.iter().zip(scores.rows()) {
            let (name, predicted) = (image.name(), predicted(&model, scores));
            lines.push(if args.json {
                format!("{}\n", object(&name, &predicted, classes, scores))
            } else {
                let fields = [name, predicted.join(";")];
                csv::row(fields.into_iter().chain(scores.iter().map(ToString::to_string)))
            });
        }
    }
    output::print(&lines.concat())
}

fn header(classes: &[String]) -> impl Iterator<Item = &str> {
    ["file", "predicted"].into_iter().chain(classes.iter().map(|class| &**class))
}

/// The planes of some images, one after the other, or the error of the first that cannot be read.
fn planes(model: &Model, images: &[Frame<'_>], window: Option<Window>) -> Result<Vec<f32>> {
    let files: Vec<&[Frame<'_>]> = images.chunk_by(|a, b| a.file == b.file).collect();
    let planes: Vec<_> = files.par_iter().map(|images| of_file(model, images, window)).collect();
    Ok(planes.into_iter().collect::<Result<Vec<_>>>()?.concat())
}

/// Images of one file, read at the size of the data set and resized as in training.
fn of_file(model: &Model, images: &[Frame<'_>], window: Option<Window>) -> Result<Vec<f32>> {
    let info = &model.card.dataset;
    let mut file = ImageFile::open(images[0].file, window)?;
    let mut planes = Vec::new();
    for image in images {
        let stored = file.read(image.index, info.channels, info.height, info.width)?;
        planes.extend(network_input(&model.card, &stored));
    }
    Ok(planes)
}

/// The class, or the labels that are present, decided as in an evaluation.
fn predicted<'a>(model: &'a Model, scores: &[f32]) -> Vec<&'a str> {
    let classes = &model.card.dataset.classes;
    model.decide(scores).into_iter().map(|class| &*classes[class]).collect()
}

fn object(file: &str, predicted: &[&str], classes: &[String], scores: &[f32]) -> Value {
    let scores: Map<String, Value> =
        classes.iter().cloned().zip(scores.iter().map(|score| json!(score))).collect();
    json!({"file": file, "predicted": predicted.join(";"), "scores": scores})
}
