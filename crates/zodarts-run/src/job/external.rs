//! Evaluations of a run on other data than its own, such as another hospital's images.

use super::evaluation::{Evaluator, Scored, observe};
use crate::error::Error;
use crate::folder::{External, ExternalEvaluation, RunFolder, Split};
use zodarts_data::{Dataset, Samples};
use zodarts_nas::evaluate::{Labels, MeasureComparison, reliability};
use zodarts_nas::model::Model;
use zodarts_nas::profile::Profile;
use zodarts_nas::protocol::Protocol;

/// Evaluates a run's model on all images of other data, or on one of their splits, and keeps metrics and
/// predictions in a folder of their own. The run's own test images are not read.
///
/// `dataset` was opened for the network: see [`OpenOptions::network`](zodarts_data::OpenOptions::network).
/// Images that the network was developed on are left out.
///
/// # Errors
/// Returns an error if the run has no profile of its development images, if no image is left, or a file
/// cannot be read or written.
pub fn evaluate_external(
    folder: &RunFolder,
    model: &Model,
    dataset: &Dataset,
    split: Option<Split>,
) -> Result<External, Error> {
    let (_, settings) = folder.config()?;
    let purpose = "tells images that it was developed on from others";
    let run = || folder.path().display().to_string();
    let profile = Profile::load(folder.path(), &model.network)?
        .ok_or_else(|| Error::NoProfile { run: run(), purpose })?;
    let all = images(dataset, split);
    let unseen = unseen(&all, &profile);
    let samples = all.select(&unseen);
    if samples.is_empty() {
        return Err(Error::NothingNew { run: run(), data: dataset.info.name.clone(), images: all.cases() });
    }
    let tested = folder.metrics(Split::Test.name())?;
    let (scores, flagged) = observe(&profile, model, &samples)?;
    let scored = Scored {
        protocol: Protocol::Official,
        split: split.map_or("all", Split::name),
        test_reads: tested.as_ref().map_or(0, |metrics| metrics.test_reads),
        labels: Labels::of(&samples)?,
        scores,
        flagged,
    };
    let metrics = Evaluator { folder, settings: &settings, dataset, model }.metrics(&scored)?;
    let info = &dataset.info;
    let ece = reliability(&scored.scores, &scored.labels, info.task, &info.classes)?.ece;
    let record = ExternalEvaluation {
        beside: tested.map_or_else(Vec::new, |tested| MeasureComparison::of(&tested, &metrics)),
        shifts: profile.shifts(&samples),
        developed_on: all.cases() - samples.cases(),
        calibration_error: ece,
        reads: 0,
        metrics,
    };
    External::keep(folder, record, scored.scores, scored.labels)
}

/// Returns all images, or those of a split.
fn images(dataset: &Dataset, split: Option<Split>) -> Samples {
    // These are not the run's images: nothing was sealed.
    let test = || dataset.test.reopen();
    match split {
        Some(Split::Train) => dataset.train.clone(),
        Some(Split::Val) => dataset.val.clone(),
        Some(Split::Test) => test(),
        None => dataset.train.merged(&dataset.val).merged(&test()),
    }
}

/// Returns the positions of the images, or volumes, that the network was not developed on.
fn unseen(samples: &Samples, profile: &Profile) -> Vec<usize> {
    let hashes = samples.short_hashes().into_iter().enumerate();
    hashes.filter(|(_, hash)| !profile.seen.contains(hash)).map(|(position, _)| position).collect()
}
