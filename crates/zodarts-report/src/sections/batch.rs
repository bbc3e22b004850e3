//! Training images as the network sees them.

use crate::markup::Markup;
use crate::picture::{self, Planes};
use crate::run::ReportedRun;
use askama::Template;
use zodarts_data::Dataset;
use zodarts_nas::protocol::Protocol;
use zodarts_nas::settings::SettingType;
use zodarts_nas::train::first_batch;

/// Most images of the section.
const MOST: usize = 16;

#[derive(Template)]
#[template(path = "batch.html")]
struct BatchSection<'a> {
    policy: String,
    standardised: bool,
    images: &'a [String],
}

/// The first images of the first batch of a training, as data URIs.
#[derive(Clone, Debug, Default)]
pub struct BatchImages(Vec<String>);

impl BatchImages {
    /// Returns the images of a run that was trained on the training split of this data set; none of another.
    pub fn of(run: &ReportedRun, dataset: &Dataset) -> Self {
        let same = run.info.as_ref().is_some_and(|info| info.fingerprint == dataset.info.fingerprint);
        let merged = run.metrics.as_ref().is_some_and(|metrics| metrics.protocol == Protocol::Paper);
        if run.train.is_empty() || merged || !same {
            return Self::default();
        }
        let batch = first_batch(&dataset.info, &dataset.train, &run.settings.train, run.settings.seed);
        let (channels, height, width) = (batch.channels, batch.height, batch.width);
        let uri = |values| picture::data_uri(&picture::plain(&Planes { values, channels, height, width }));
        let length = batch.image_len().max(1);
        Self(batch.images.chunks_exact(length).take(MOST).map(uri).collect())
    }
}

/// Returns the images, or `None` if there are none.
pub fn body(run: &ReportedRun, images: &BatchImages) -> Option<Markup> {
    let train = &run.settings.train;
    let policy = train.augment.policy.value().map_or_else(String::new, |value| value.to_string());
    let section = BatchSection { policy, standardised: !train.standardise.is_none(), images: &images.0 };
    (!images.0.is_empty()).then(|| Markup::of(&section))
}
