//! `zodarts predict`.

use super::files;
use super::unreadable::Refusals;
use crate::args::PredictArgs;
use crate::output;
use crate::progress::note;
use anyhow::Result;
use serde_json::{Map, Value, json};
use zodarts::{Answer, Classifier};
use zodarts_lab::text::csv;

/// The note on an image that is unlike the development images.
const NOVEL: &str = "unlike the training images";

/// The form of the output.
struct PredictForm<'a> {
    classes: &'a [String],
    /// True if there are prediction sets.
    sets: bool,
    json: bool,
    /// True if an image that is unlike the development images is given no class.
    abstain: bool,
}

/// Classifies image files.
pub fn run(args: &PredictArgs) -> Result<()> {
    let mut classifier = Classifier::load(&args.run)?.with_window(args.window);
    if let Some(coverage) = args.coverage {
        classifier = classifier.with_coverage(coverage)?;
    }
    if args.abstain {
        classifier.profile("`--abstain` compares images with")?;
    }
    let files = files::images(&args.files)?;
    let answers = classifier.classify_readable(&files)?;
    let (images, mut refusals) = (answers.len(), Refusals::new(args.strict));
    let sets = classifier.model().card.sets.is_some() && !classifier.is_of_volumes();
    let form = PredictForm { classes: classifier.classes(), sets, json: args.json, abstain: args.abstain };
    let mut lines = if args.json { String::new() } else { form.header() };
    let mut novel = 0;
    for answer in answers {
        lines += &match answer {
            Ok(answer) => {
                novel += usize::from(answer.is_novel());
                form.line(&answer)
            }
            Err(unreadable) => refusals.line(unreadable, args.json, form.header_len() - 2)?,
        };
    }
    // Printed at the end: an error leaves no half of a table.
    output::print(&lines)?;
    if novel > 0 {
        note(&format!("{novel} of {images} images are {NOVEL}: their class means nothing"));
    }
    if classifier.is_of_volumes() {
        note("the network was trained on volumes: each answer is for a single slice");
    }
    refusals.end(images)
}

impl PredictForm<'_> {
    /// Returns the columns around those of the classes.
    fn columns(&self) -> (&'static [&'static str], &'static [&'static str]) {
        let after: &[&str] =
            if self.sets { &["set", "novelty", "note", "error"] } else { &["novelty", "note", "error"] };
        (&["file", "predicted"], after)
    }

    fn header(&self) -> String {
        let (before, after) = self.columns();
        let classes = self.classes.iter().map(|class| &**class);
        csv::row(before.iter().copied().chain(classes).chain(after.iter().copied()))
    }

    fn header_len(&self) -> usize {
        let (before, after) = self.columns();
        before.len() + self.classes.len() + after.len()
    }

    fn line(&self, answer: &Answer) -> String {
        let silent = self.abstain && answer.is_novel();
        let predicted = if silent { String::new() } else { answer.predicted.join(";") };
        let set = answer.set.as_ref().map(|set| if silent { String::new() } else { set.join(";") });
        let novelty = answer.novelty.map(|novelty| format!("{:.2}", novelty.0));
        let novel = answer.is_novel().then(|| NOVEL.to_owned());
        let notes: Vec<String> =
            novel.into_iter().chain(answer.changes.iter().map(ToString::to_string)).collect();
        let note = notes.join("; ");
        if self.json {
            return self.object(answer, &predicted, set, &note);
        }
        let probabilities = answer.probabilities.iter().map(ToString::to_string);
        let fields = [answer.image.clone(), predicted].into_iter().chain(probabilities).chain(set);
        csv::row(fields.chain([novelty.unwrap_or_default(), note, String::new()]))
    }

    fn object(&self, answer: &Answer, predicted: &str, set: Option<String>, note: &str) -> String {
        let scores: Map<String, Value> =
            self.classes.iter().cloned().zip(answer.probabilities.iter().map(|score| json!(score))).collect();
        let mut found = json!({"file": answer.image, "predicted": predicted, "scores": scores});
        if let Some(set) = set {
            found["set"] = json!(set);
        }
        if let Some(novelty) = answer.novelty {
            found["novelty"] = json!(novelty);
        }
        if !note.is_empty() {
            found["note"] = json!(note);
        }
        format!("{found}\n")
    }
}
