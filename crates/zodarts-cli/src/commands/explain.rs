//! `zodarts explain`.

use super::files;
use super::unreadable::Refusals;
use crate::args::ExplainArgs;
use crate::output;
use anyhow::{Result, bail};
use serde_json::json;
use std::collections::HashSet;
use std::path::Path;
use zodarts::{Classifier, Explanation, Unreadable};
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
        let picture = args.out.join(unused_name(&explanation.frame.stem(), &mut names));
        write_file(&picture, &overlaid(&planes(&classifier, &explanation), &explanation.heat))?;
        let class = &classifier.classes()[explanation.heat.class];
        lines += &line(args.json, &explanation, class, &picture);
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

fn line(as_json: bool, explanation: &Explanation<'_>, class: &str, picture: &Path) -> String {
    let (file, score) = (explanation.frame.name(), explanation.heat.score);
    let picture = picture.display().to_string();
    if as_json {
        let found = json!({"file": file, "class": class, "probability": score, "heat_map": picture});
        return format!("{found}\n");
    }
    csv::row([file, class.to_owned(), score.to_string(), picture, String::new()])
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
