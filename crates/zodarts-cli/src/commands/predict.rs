//! `zodarts predict`.

use crate::args::PredictArgs;
use crate::output;
use crate::setup;
use anyhow::Result;
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use zodarts::model::Model;
use zodarts::run::RunFolder;
use zodarts::text::csv;
use zodarts_data::{ImageFile, Resizer, Window};

/// Images read and scored together.
const AT_A_TIME: usize = 64;

/// An image: a frame of a file.
struct Image<'a> {
    file: &'a Path,
    /// From 0.
    frame: usize,
    /// Whether the file has others.
    one_of_many: bool,
}

/// Classifies image files.
pub fn run(args: &PredictArgs) -> Result<()> {
    let model = setup::model(&args.run)?;
    let window = window(args)?;
    let classes = &model.card.dataset.classes;
    let mut predictor = model.predictor();
    let mut lines = Vec::new();
    if !args.json {
        lines.push(csv::row(header(classes)));
    }
    // Printed at the end: a file that cannot be read leaves no half of a table.
    for images in images(&args.files, window)?.chunks(AT_A_TIME) {
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

/// The window given, else the one that the run was trained with.
fn window(args: &PredictArgs) -> Result<Option<Window>> {
    if args.window.is_some() || !args.run.join("config.toml").is_file() {
        return Ok(args.window);
    }
    let (_, settings) = RunFolder::open(&args.run)?.config()?;
    Ok(settings.data.window)
}

fn header(classes: &[String]) -> impl Iterator<Item = &str> {
    ["file", "predicted"].into_iter().chain(classes.iter().map(|class| &**class))
}

/// The images of some files, or the error of the first that cannot be opened.
fn images(files: &[PathBuf], window: Option<Window>) -> Result<Vec<Image<'_>>> {
    let frames = |file: &PathBuf| Ok(ImageFile::open(file, window)?.frames());
    let frames: Vec<Result<usize>> = files.par_iter().map(frames).collect();
    let mut images = Vec::new();
    for (file, frames) in files.iter().zip(frames) {
        let frames = frames?;
        images.extend((0..frames).map(|frame| Image { file, frame, one_of_many: frames > 1 }));
    }
    Ok(images)
}

/// The planes of some images, one after the other, or the error of the first that cannot be read.
fn planes(model: &Model, images: &[Image<'_>], window: Option<Window>) -> Result<Vec<f32>> {
    let files: Vec<&[Image<'_>]> = images.chunk_by(|a, b| a.file == b.file).collect();
    let planes: Vec<_> = files.par_iter().map(|images| of_file(model, images, window)).collect();
    Ok(planes.into_iter().collect::<Result<Vec<_>>>()?.concat())
}

/// Images of one file, read at the size of the data set and resized as in training.
fn of_file(model: &Model, images: &[Image<'_>], window: Option<Window>) -> Result<Vec<f32>> {
    let info = &model.card.dataset;
    let side = model.card.input_size;
    let mut file = ImageFile::open(images[0].file, window)?;
    let mut resizer = Resizer::new((info.height, info.width), (side, side));
    let size = info.channels * side * side;
    let mut planes = vec![0.0; images.len() * size];
    for (image, planes) in images.iter().zip(planes.chunks_exact_mut(size)) {
        resizer.resize(&file.read(image.frame, info.channels, info.height, info.width)?, planes);
    }
    Ok(planes)
}

impl Image<'_> {
    /// The file, and of several frames which, from 1.
    fn name(&self) -> String {
        let file = self.file.display();
        if self.one_of_many { format!("{file}#{}", self.frame + 1) } else { file.to_string() }
    }
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
