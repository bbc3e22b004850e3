//! `zodarts predict`.

use crate::args::PredictArgs;
use crate::output;
use anyhow::Result;
use serde_json::{Map, Value, json};
use zodarts::{Answer, Classifier};
use zodarts_lab::text::csv;

/// Classifies image files.
pub fn run(args: &PredictArgs) -> Result<()> {
    let mut classifier = Classifier::load(&args.run)?.with_window(args.window);
    // Printed at the end: a file that cannot be read leaves no half of a table.
    let answers = classifier.classify_files(&args.files)?;
    let classes = classifier.classes();
    let lines: String = if args.json {
        let objects: Vec<String> = answers.iter().map(|answer| object(answer, classes) + "\n").collect();
        objects.concat()
    } else {
        let header = ["file", "predicted"].into_iter().chain(classes.iter().map(|class| &**class));
        csv::row(header) + &answers.iter().map(row).collect::<String>()
    };
    output::print(&lines)
}

fn row(answer: &Answer) -> String {
    let fields = [answer.image.clone(), answer.predicted.join(";")];
    csv::row(fields.into_iter().chain(answer.probabilities.iter().map(ToString::to_string)))
}

/// Returns a line of JSON, without its end.
fn object(answer: &Answer, classes: &[String]) -> String {
    let scores: Map<String, Value> =
        classes.iter().cloned().zip(answer.probabilities.iter().map(|score| json!(score))).collect();
    json!({"file": answer.image, "predicted": answer.predicted.join(";"), "scores": scores}).to_string()
}
