//! The misclassified images with the highest confidence, or the surest mistakes of each label, each with a
//! heat map.

use crate::ReportError;
use crate::markup::Markup;
use crate::picture::{self, Planes};
use crate::run::ReportedRun;
use askama::Template;
use zodarts_data::{Dataset, Samples, Task};
use zodarts_nas::evaluate::{ClassReport, Mistake, label_mistakes, mistakes};
use zodarts_nas::explain::Explainer;
use zodarts_nas::model::{Model, network_input};
use zodarts_run::folder::RunFolder;
use zodarts_run::folder::{Evaluation, Split};
use zodarts_run::job::evaluated_images;

/// Most images on a page.
const MOST: usize = 12;
/// Most images on a page of several labels, of which each shows up to two.
const MOST_OF_LABELS: usize = 48;

#[derive(Template)]
#[template(path = "mistakes.html")]
struct MistakesSection<'a> {
    total: usize,
    images: usize,
    /// The word for a sample.
    noun: &'a str,
    /// True if samples are volumes, of which one slice is shown.
    sliced: bool,
    /// True if an image may have several labels.
    labels: bool,
    shown: Vec<MistakeRow<'a>>,
    absent: Option<&'a str>,
}

/// A mistake in words, with its image if there is one.
struct MistakeRow<'a> {
    name: String,
    /// The label that is wrong, and how.
    wrong: String,
    truth: String,
    decided: String,
    confidence: String,
    /// The probability of the label that is wrong.
    probability: String,
    image: Option<&'a MistakeImage>,
}

/// An image as data URIs, plain and with its heat map.
#[derive(Clone, Debug)]
pub struct MistakeImage {
    /// The name of the file, or the position in the split.
    name: String,
    plain: String,
    overlaid: String,
    /// The class that the heat map explains.
    class: String,
}

/// The images of the most confident mistakes, in their order, or the reason why there are none.
#[derive(Clone, Debug)]
pub struct MistakeImages(Result<Vec<MistakeImage>, String>);

impl MistakeImages {
    /// Returns no images, for a reason.
    pub fn absent(reason: String) -> Self {
        Self(Err(reason))
    }

    /// Returns the images of a run's most confident mistakes, from the data that it was evaluated on.
    ///
    /// # Errors
    /// If the data are not those of the run.
    pub fn of(folder: &RunFolder, run: &ReportedRun, dataset: &Dataset) -> Result<Self, ReportError> {
        let (Some(model), Some(evaluation)) = (&run.model, &run.evaluation) else {
            return Ok(Self(Ok(Vec::new())));
        };
        let samples = evaluated_images(folder, dataset, Split::Test)?;
        let mut explainer = Explainer::new(model);
        let wrong = shown(evaluation, &found(evaluation)).into_iter();
        Ok(Self(Ok(wrong.map(|mistake| image_of(model, &mut explainer, &samples, &mistake)).collect())))
    }
}

fn found(evaluation: &Evaluation) -> Vec<Mistake> {
    let metrics = &evaluation.metrics;
    mistakes(&evaluation.scores, &evaluation.labels, metrics.report.task, metrics.rule())
}

/// Returns the mistakes to show: the most confident of all or, with several labels, the surest false alarm
/// and the surest missed image of each label.
fn shown(evaluation: &Evaluation, all: &[Mistake]) -> Vec<Mistake> {
    let Evaluation { metrics, scores, labels } = evaluation;
    if metrics.report.task != Task::MultiLabel {
        return all.iter().take(MOST).cloned().collect();
    }
    let by_label = label_mistakes(scores, labels, metrics.rule()).into_iter();
    let surest = by_label.flat_map(|found| [found.surest_alarm, found.surest_miss]);
    surest.flatten().take(MOST_OF_LABELS).collect()
}

/// Returns the probability of the label that a mistake is about.
fn probability(mistake: &Mistake) -> f32 {
    if mistake.decided.contains(&mistake.class) { mistake.confidence } else { 1.0 - mistake.confidence }
}

/// Returns the label that a mistake is about, and how it is wrong.
fn wrong(mistake: &Mistake, classes: &[ClassReport]) -> String {
    let how = if mistake.decided.contains(&mistake.class) { "false alarm" } else { "missed" };
    format!("{}: {how}", classes[mistake.class].name)
}

fn image_of(model: &Model, explainer: &mut Explainer, samples: &Samples, mistake: &Mistake) -> MistakeImage {
    let ((channels, height, width), info) = (samples.shape(), &model.card.dataset);
    let shown = samples.shown_of(mistake.image);
    let values = samples.image(shown);
    let heat = explainer.explain(&network_input(&model.card, &values), Some(mistake.class));
    let planes = Planes { values: &values, channels, height, width };
    MistakeImage {
        name: samples.file(shown).map_or_else(|| unnamed(info.noun(), mistake.image), str::to_owned),
        plain: picture::data_uri(&picture::plain(&planes)),
        overlaid: picture::data_uri(&picture::overlaid(&planes, &heat)),
        class: info.classes[mistake.class].clone(),
    }
}

fn unnamed(noun: &str, index: usize) -> String {
    format!("test {noun} {index}")
}

/// Returns the mistakes with their images, or `None` if there is no evaluation with labels.
pub fn body(run: &ReportedRun, images: &MistakeImages) -> Option<Markup> {
    let evaluation = run.evaluation.as_ref()?;
    let (classes, noun) = (&evaluation.metrics.report.classes, evaluation.metrics.noun());
    let names = |of: &[usize]| {
        let names: Vec<&str> = of.iter().map(|class| &*classes[*class].name).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let found = found(evaluation);
    let labels = evaluation.metrics.report.task == Task::MultiLabel;
    let shown = shown(evaluation, &found);
    let shown = shown.iter().enumerate().map(|(index, mistake)| {
        let image = images.0.as_ref().ok().and_then(|images| images.get(index));
        MistakeRow {
            name: image.map_or_else(|| unnamed(noun, mistake.image), |image| image.name.clone()),
            wrong: if labels { wrong(mistake, classes) } else { String::new() },
            truth: names(&mistake.truth),
            decided: names(&mistake.decided),
            confidence: format!("{:.3}", mistake.confidence),
            probability: format!("{:.3}", probability(mistake)),
            image,
        }
    });
    let absent = images.0.as_ref().err().map(|reason| &**reason);
    Some(Markup::of(&MistakesSection {
        total: found.len(),
        images: evaluation.scores.n(),
        noun,
        sliced: evaluation.metrics.slices.is_some(),
        labels,
        shown: shown.collect(),
        absent,
    }))
}
