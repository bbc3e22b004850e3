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
            // The class and its probabilities are empty.
            Err(unreadable) => refusals.line(unreadable, args.json, 1 + classes.len())?,
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

fn object(answer: &Answer, classes: &[String]) -> String {
    let scores: Map<String, Value> =
        classes.iter().cloned().zip(answer.probabilities.iter().map(|score| json!(score))).collect();
    let found = json!({"file": answer.image, "predicted": answer.predicted.join(";"), "scores": scores});
    format!("{found}\n")
}
