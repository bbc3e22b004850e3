//! The misclassified images with the highest confidence, each with a heat map.

use crate::ReportError;
use crate::markup::Markup;
use crate::picture::{self, Planes};
use crate::run::ReportedRun;
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zodarts_data::{Dataset, Samples};
use zodarts_nas::evaluate::{Mistake, mistakes};
use zodarts_nas::explain::Explainer;
use zodarts_nas::model::{Model, network_input};
use zodarts_run::folder::RunFolder;
use zodarts_run::folder::{Evaluation, Split};
use zodarts_run::job::evaluated_images;

/// Most images on a page.
const MOST: usize = 12;

#[derive(Template)]
#[template(path = "mistakes.html")]
struct MistakesSection<'a> {
    total: usize,
    images: usize,
    /// The word for a sample.
    noun: &'a str,
    /// True if samples are volumes, of which one slice is shown.
    sliced: bool,
    shown: Vec<MistakeRow<'a>>,
    absent: Option<&'a str>,
}

/// A mistake in words, with its image if there is one.
struct MistakeRow<'a> {
    name: String,
    truth: String,
    decided: String,
    confidence: String,
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
        let wrong = found(evaluation).into_iter().take(MOST);
        Ok(Self(Ok(wrong.map(|mistake| image_of(model, &mut explainer, &samples, &mistake)).collect())))
    }
}

fn found(evaluation: &Evaluation) -> Vec<Mistake> {
    let metrics = &evaluation.metrics;
    let threshold = metrics.at_threshold.as_ref().map(|found| &found.threshold);
    mistakes(&evaluation.scores, &evaluation.labels, metrics.report.task, threshold)
}

fn image_of(model: &Model, explainer: &mut Explainer, samples: &Samples, mistake: &Mistake) -> MistakeImage {
    let ((channels, height, width), info) = (samples.shape(), &model.card.dataset);
    let shown = samples.shown_of(mistake.image);
    let values = samples.image(shown);
    let heat = explainer.explain(&network_input(&model.card, &values), Some(mistake.class));
    let planes = Planes { values: &values, channels, height, width };
    let uri = |png: &[u8]| format!("data:image/png;base64,{}", STANDARD.encode(png));
    MistakeImage {
        name: samples.file(shown).map_or_else(|| unnamed(info.noun(), mistake.image), str::to_owned),
        plain: uri(&picture::plain(&planes)),
        overlaid: uri(&picture::overlaid(&planes, &heat)),
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
    let shown = found.iter().take(MOST).enumerate().map(|(index, mistake)| {
        let image = images.0.as_ref().ok().and_then(|images| images.get(index));
        MistakeRow {
            name: image.map_or_else(|| unnamed(noun, mistake.image), |image| image.name.clone()),
            truth: names(&mistake.truth),
            decided: names(&mistake.decided),
            confidence: format!("{:.3}", mistake.confidence),
            image,
        }
    });
    let absent = images.0.as_ref().err().map(|reason| &**reason);
    Some(Markup::of(&MistakesSection {
        total: found.len(),
        images: evaluation.scores.n(),
        noun,
        sliced: evaluation.metrics.slices.is_some(),
        shown: shown.collect(),
        absent,
    }))
}
