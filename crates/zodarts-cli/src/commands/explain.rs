//! `zodarts explain`.

use crate::args::ExplainArgs;
use crate::frames::{Frame, frames, window};
use crate::output;
use crate::setup;
use anyhow::{Result, bail};
use serde_json::json;
use std::collections::HashSet;
use std::path::Path;
use zodarts_data::ImageFile;
use zodarts_lab::text::csv;
use zodarts_nas::explain::{Explainer, Heat};
use zodarts_nas::files::{FileError, write_file};
use zodarts_nas::model::{Model, network_input};
use zodarts_report::picture::{Planes, overlaid};

/// Writes a picture for each file and prints what it shows.
pub fn run(args: &ExplainArgs) -> Result<()> {
    let model = setup::model(&args.run)?;
    let class = args.class.as_deref().map(|name| class(&model, name)).transpose()?;
    std::fs::create_dir_all(&args.out)
        .map_err(|source| FileError::Write { path: args.out.clone(), source })?;
    let mut explainer = Explainer::new(&model);
    let mut names = HashSet::new();
    let mut lines = Vec::new();
    if !args.json {
        lines.push(csv::row(["file", "class", "probability", "heat_map"]));
    }
    let window = window(args.window, &args.run)?;
    for frames in frames(&args.files, window)?.chunk_by(|a, b| a.file == b.file) {
        let mut file = ImageFile::open(frames[0].file, window)?;
        for frame in frames {
            let picture = args.out.join(name(frame, &mut names));
            let heat = explain(&model, &mut explainer, (&mut file, frame), class, &picture)?;
            lines.push(line(args.json, frame, &model.card.dataset.classes[heat.class], &heat, &picture));
        }
    }
    output::print(&lines.concat())
}

fn class(model: &Model, name: &str) -> Result<usize> {
    let classes = &model.card.dataset.classes;
    match classes.iter().position(|class| class == name) {
        Some(class) => Ok(class),
        None => bail!("--class is {name:?}, expected one of {classes:?}"),
    }
}

/// A name of its own for each image's picture. The ending keeps it from being the file itself.
fn name(frame: &Frame<'_>, taken: &mut HashSet<String>) -> String {
    let stem =
        frame.file.file_stem().map_or_else(|| "image".into(), |stem| stem.to_string_lossy().into_owned());
    let stem = if frame.one_of_many { format!("{stem}-frame{}", frame.index + 1) } else { stem };
    let candidates =
        (1..).map(|n| if n == 1 { format!("{stem}-heat.png") } else { format!("{stem}-{n}-heat.png") });
    let mut free = candidates.filter(|name| taken.insert(name.clone()));
    free.next().expect("there is always another number")
}

fn explain(
    model: &Model,
    explainer: &mut Explainer,
    (file, frame): (&mut ImageFile, &Frame<'_>),
    class: Option<usize>,
    picture: &Path,
) -> Result<Heat> {
    let info = &model.card.dataset;
    let image = file.read(frame.index, info.channels, info.height, info.width)?;
    let heat = explainer.explain(&network_input(&model.card, &image), class);
    let planes = Planes { values: &image, channels: info.channels, height: info.height, width: info.width };
    write_file(picture, &overlaid(&planes, &heat))?;
    Ok(heat)
}

fn line(as_json: bool, frame: &Frame<'_>, class: &str, heat: &Heat, picture: &Path) -> String {
    let (file, picture) = (frame.name(), picture.display().to_string());
    if as_json {
        let found = json!({"file": file, "class": class, "probability": heat.score, "heat_map": picture});
        return format!("{found}\n");
    }
    csv::row([file, class.to_owned(), heat.score.to_string(), picture])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_picture_takes_the_place_of_another_or_of_a_file() {
        let mut taken = HashSet::new();
        let mut of =
            |file: &str| name(&Frame { file: Path::new(file), index: 0, one_of_many: false }, &mut taken);
        assert_eq!(of("a/scan.png"), "scan-heat.png");
        assert_eq!(of("b/scan.jpeg"), "scan-2-heat.png");
        assert_eq!(of("../.."), "image-heat.png");
        let frame = Frame { file: Path::new("c/scan.dcm"), index: 2, one_of_many: true };
        assert_eq!(name(&frame, &mut taken), "scan-frame3-heat.png");
    }
}
