//! `zodarts explain`.

use super::files;
use super::unreadable::Refusals;
use crate::args::ExplainArgs;
use crate::output;
use anyhow::{Result, bail};
use serde_json::json;
use std::collections::HashSet;
use zodarts::{Classifier, Explanation, Unreadable};
use zodarts_data::Task;
use zodarts_lab::text::csv;
use zodarts_nas::files::{FileError, write_file};
use zodarts_report::picture::{Planes, overlaid};

/// The columns of the output.
const HEADER: [&str; 5] = ["file", "class", "probability", "heat_map", "error"];

/// Writes a picture for each file and prints what it shows.
pub fn run(args: &ExplainArgs) -> Result<()> {
    let classifier = Classifier::load(&args.run)?.with_window(args.window);
    let files = files::images(&args.files)?;
    let class = args.class.as_deref().map(|name| class(&classifier, name)).transpose()?;
    // An image with several labels has several pictures.
    let each_label = class.is_none() && classifier.data().task == Task::MultiLabel;
    std::fs::create_dir_all(&args.out)
        .map_err(|source| FileError::Write { path: args.out.clone(), source })?;
    let mut names = HashSet::new();
    let (mut images, mut refusals) = (0, Refusals::new(args.strict));
    let mut lines = if args.json { String::new() } else { csv::row(HEADER) };
    classifier.explain_files(&files, class, |found: Result<Explanation<'_>, Unreadable>| -> Result<()> {
        images += 1;
        let explanation = match found {
            Ok(explanation) => explanation,
            Err(unreadable) => {
                lines += &refusals.line(unreadable, args.json, HEADER.len() - 2)?;
                return Ok(());
            }
        };
        let planes = planes(&classifier, &explanation);
        for heat in &explanation.heats {
            let (frame, class) = (&explanation.frame, &*classifier.classes()[heat.class]);
            let stem = if each_label { format!("{}-{}", frame.stem(), plain(class)) } else { frame.stem() };
            let picture = args.out.join(unused_name(&stem, &mut names));
            write_file(&picture, &overlaid(&planes, heat))?;
            lines +=
                &line(args.json, &[frame.name(), class.into(), picture.display().to_string()], heat.score);
        }
        Ok(())
    })?;
    output::print(&lines)?;
    refusals.end(images)
}

fn class(classifier: &Classifier, name: &str) -> Result<usize> {
    match classifier.class(name) {
        Some(class) => Ok(class),
        None => bail!("--class is {name:?}, expected one of {:?}", classifier.classes()),
    }
}

/// Returns a label's name as a part of a file's.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// Returns a name of its own for each image's picture. The ending keeps it from being the file itself.
fn unused_name(stem: &str, taken: &mut HashSet<String>) -> String {
    let candidates =
        (1..).map(|n| if n == 1 { format!("{stem}-heat.png") } else { format!("{stem}-{n}-heat.png") });
    let mut free = candidates.filter(|name| taken.insert(name.clone()));
    free.next().expect("there is always another number")
}

fn planes<'e>(classifier: &Classifier, explanation: &'e Explanation<'_>) -> Planes<'e> {
    let info = classifier.data();
    let (channels, height, width) = (info.channels, info.height, info.width);
    Planes { values: &explanation.image, channels, height, width }
}

fn line(as_json: bool, [file, class, picture]: &[String; 3], score: f32) -> String {
    if as_json {
        let found = json!({"file": file, "class": class, "probability": score, "heat_map": picture});
        return format!("{found}\n");
    }
    csv::row([file, class, &score.to_string(), picture, ""])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_picture_takes_the_place_of_another() {
        let mut taken = HashSet::new();
        let mut of = |stem: &str| unused_name(stem, &mut taken);
        assert_eq!(of("scan"), "scan-heat.png");
        assert_eq!(of("scan"), "scan-2-heat.png");
        assert_eq!(of("image"), "image-heat.png");
        assert_eq!(of("scan-frame3"), "scan-frame3-heat.png");
    }
}
