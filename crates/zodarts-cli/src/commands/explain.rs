//! `zodarts explain`.

use crate::args::ExplainArgs;
use crate::output;
use crate::setup;
use anyhow::{Result, bail};
use serde_json::json;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use zodarts::explain::{Explainer, Heat};
use zodarts::model::{Model, network_input};
use zodarts::run::{RunError, write_file};
use zodarts::text::csv;
use zodarts_data::read_image_file;
use zodarts_report::picture::{Planes, overlaid};

/// Writes a picture for each file and prints what it shows.
pub fn run(args: &ExplainArgs) -> Result<()> {
    let model = setup::model(&args.run)?;
    let class = args.class.as_deref().map(|name| class(&model, name)).transpose()?;
    std::fs::create_dir_all(&args.out)
        .map_err(|source| RunError::Write { path: args.out.clone(), source })?;
    let mut explainer = Explainer::new(&model);
    let mut names = HashSet::new();
    let mut lines = Vec::new();
    if !args.json {
        lines.push(csv::row(["file", "class", "probability", "heat_map"]));
    }
    for file in &args.files {
        let picture = args.out.join(name(file, &mut names));
        let heat = explain(&model, &mut explainer, file, class, &picture)?;
        lines.push(line(args.json, file, &model.card.dataset.classes[heat.class], &heat, &picture));
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

/// A name of its own for each file's picture. The ending keeps it from being the file itself.
fn name(file: &Path, taken: &mut HashSet<String>) -> String {
    let stem = file.file_stem().map_or_else(|| "image".into(), |stem| stem.to_string_lossy().into_owned());
    let candidates =
        (1..).map(|n| if n == 1 { format!("{stem}-heat.png") } else { format!("{stem}-{n}-heat.png") });
    let mut free = candidates.filter(|name| taken.insert(name.clone()));
    free.next().expect("there is always another number")
}

fn explain(
    model: &Model,
    explainer: &mut Explainer,
    file: &Path,
    class: Option<usize>,
    picture: &PathBuf,
) -> Result<Heat> {
    let info = &model.card.dataset;
    let image = read_image_file(file, info.channels, info.height, info.width)?;
    let heat = explainer.explain(&network_input(&model.card, &image), class);
    let planes = Planes { values: &image, channels: info.channels, height: info.height, width: info.width };
    write_file(picture, &overlaid(&planes, &heat))?;
    Ok(heat)
}

fn line(as_json: bool, file: &Path, class: &str, heat: &Heat, picture: &Path) -> String {
    let (file, picture) = (file.display().to_string(), picture.display().to_string());
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
        let mut of = |file: &str| name(Path::new(file), &mut taken);
        assert_eq!(of("a/scan.png"), "scan-heat.png");
        assert_eq!(of("b/scan.jpeg"), "scan-2-heat.png");
        assert_eq!(of("../.."), "image-heat.png");
    }
}
