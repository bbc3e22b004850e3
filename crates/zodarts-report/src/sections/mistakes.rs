//! The images that the network is surest about and wrong, with what speaks for its decision laid over them.

use crate::ReportError;
use crate::markup::Markup;
use crate::picture::{self, Planes};
use crate::run::Run;
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

/// Most images that are shown.
const MOST: usize = 12;

#[derive(Template)]
#[template(path = "mistakes.html")]
struct Body<'a> {
    total: usize,
    images: usize,
    shown: Vec<Shown<'a>>,
    absent: Option<&'a str>,
}

/// A mistake in words, with its pictures if there are any.
struct Shown<'a> {
    name: String,
    truth: String,
    decided: String,
    confidence: String,
    picture: Option<&'a Picture>,
}

/// An image as data URIs.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its file, or its place in the split.
    name: String,
    plain: String,
    overlaid: String,
    /// The class that the heat speaks for or against.
    class: String,
}

/// Pictures of the surest mistakes, in their order, or why there are none.
#[derive(Clone, Debug)]
pub struct Pictures(Result<Vec<Picture>, String>);

impl Pictures {
    /// No pictures, for a reason.
    pub fn absent(reason: String) -> Self {
        Self(Err(reason))
    }

    /// Pictures of a run's surest mistakes, from the data it was evaluated on.
    ///
    /// # Errors
    /// If the data are not those of the run.
    pub fn of(folder: &RunFolder, run: &Run, dataset: &Dataset) -> Result<Self, ReportError> {
        let (Some(model), Some(evaluation)) = (&run.model, &run.evaluation) else {
            return Ok(Self(Ok(Vec::new())));
        };
        let samples = evaluated_images(folder, dataset, Split::Test)?;
        let mut explainer = Explainer::new(model);
        let wrong = found(evaluation).into_iter().take(MOST);
        Ok(Self(Ok(wrong.map(|mistake| picture(model, &mut explainer, &samples, &mistake)).collect())))
    }
}

fn found(evaluation: &Evaluation) -> Vec<Mistake> {
    mistakes(&evaluation.scores, &evaluation.labels, evaluation.metrics.report.task)
}

fn picture(model: &Model, explainer: &mut Explainer, samples: &Samples, mistake: &Mistake) -> Picture {
    let (channels, height, width) = samples.shape();
    let values = samples.image(mistake.image);
    let heat = explainer.explain(&network_input(&model.card, &values), Some(mistake.class));
    let planes = Planes { values: &values, channels, height, width };
    let uri = |png: &[u8]| format!("data:image/png;base64,{}", STANDARD.encode(png));
    Picture {
        name: samples.file(mistake.image).map_or_else(|| unnamed(mistake.image), str::to_owned),
        plain: uri(&picture::plain(&planes)),
        overlaid: uri(&picture::overlaid(&planes, &heat)),
        class: model.card.dataset.classes[mistake.class].clone(),
    }
}

fn unnamed(image: usize) -> String {
    format!("test image {image}")
}

/// The mistakes in words and pictures; none before a test whose labels were kept.
pub fn body(run: &Run, pictures: &Pictures) -> Option<Markup> {
    let evaluation = run.evaluation.as_ref()?;
    let classes = &evaluation.metrics.report.classes;
    let names = |of: &[usize]| {
        let names: Vec<&str> = of.iter().map(|class| &*classes[*class].name).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let found = found(evaluation);
    let shown = found.iter().take(MOST).enumerate().map(|(index, mistake)| {
        let picture = pictures.0.as_ref().ok().and_then(|pictures| pictures.get(index));
        Shown {
            name: picture.map_or_else(|| unnamed(mistake.image), |picture| picture.name.clone()),
            truth: names(&mistake.truth),
            decided: names(&mistake.decided),
            confidence: format!("{:.3}", mistake.confidence),
            picture,
        }
    });
    let absent = pictures.0.as_ref().err().map(|reason| &**reason);
    Some(Markup::of(&Body {
        total: found.len(),
        images: evaluation.scores.n(),
        shown: shown.collect(),
        absent,
    }))
}
