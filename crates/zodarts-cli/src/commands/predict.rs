//! `zodarts predict`.

use super::unreadable::Refusals;
use crate::args::PredictArgs;
use crate::output;
use anyhow::Result;
use serde_json::{Map, Value, json};
use zodarts::{Answer, Classifier};
use zodarts_lab::text::csv;

/// Classifies image files.
pub fn run(args: &PredictArgs) -> Result<()> {
    let mut classifier = Classifier::load(&args.run)?.with_window(args.window);
    let answers = classifier.classify_readable(&args.files)?;
    let (images, mut refusals) = (answers.len(), Refusals::new(args.strict));
    let classes = classifier.classes();
    let mut lines = String::new();
    if !args.json {
        let classes = classes.iter().map(|class| &**class);
        lines += &csv::row(["file", "predicted"].into_iter().chain(classes).chain(["error"]));
    }
    for answer in answers {
        lines += &match answer {
            Ok(answer) if args.json => object(&answer, classes),
            Ok(answer) => row(&answer),
            Err(unreadable) => {
                let image = unreadable.image.clone();
                let reason = refusals.take(unreadable)?;
                if args.json {
                    refused_object(&image, &reason)
                } else {
                    refused_row(image, classes.len(), reason)
                }
            }
        };
    }
    // Printed at the end: an error leaves no half of a table.
    output::print(&lines)?;
    refusals.end(images)
}

fn row(answer: &Answer) -> String {
    let fields = [answer.image.clone(), answer.predicted.join(";")];
    let probabilities = answer.probabilities.iter().map(ToString::to_string);
    csv::row(fields.into_iter().chain(probabilities).chain([String::new()]))
}

/// Returns the row of an image that cannot be read: no class, no probabilities, but the reason.
fn refused_row(image: String, classes: usize, reason: String) -> String {
    let empty = std::iter::repeat_n(String::new(), 1 + classes);
    csv::row(std::iter::once(image).chain(empty).chain([reason]))
}

fn object(answer: &Answer, classes: &[String]) -> String {
    let scores: Map<String, Value> =
        classes.iter().cloned().zip(answer.probabilities.iter().map(|score| json!(score))).collect();
    let found = json!({"file": answer.image, "predicted": answer.predicted.join(";"), "scores": scores});
    format!("{found}\n")
}

/// Returns the line of JSON of an image that cannot be read.
fn refused_object(image: &str, reason: &str) -> String {
    format!("{}\n", json!({"file": image, "error": reason}))
}
