//! How good estimates of the hypergradient are on a real supernet, and what they cost.
//!
//! A search is run up to some moments. At each of them a [`Reference`] is taken by brute force, and every [`Estimator`]
//! makes many estimates of it, from batches and directions of their own.

mod agreement;
mod draws;
mod estimator;
mod figure;
mod reference;
mod report;
mod tasks;
mod vectors;

pub use agreement::Agreement;
pub use estimator::Estimator;
pub use reference::Reference;
pub use report::Study;

use crate::error::Error;
use draws::Draws;
use estimator::{estimators, zeroth_order};
use serde::Serialize;
use zodarts_nas::bilevel::BilevelProblem;
use zodarts_nas::methods::{AnyMethod, Optimisers};
use zodarts_nas::observer::Observer;
use zodarts_nas::search::{Batches, SearchInput, Snapshot, snapshots};
use zodarts_nas::settings::SearchSettings;
use zodarts_nn::space::Space;

/// Fewest estimates of an estimator, however many passes each takes.
const FEWEST: usize = 8;
/// Most, however few.
const MOST: usize = 1024;

/// What a study measures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StudySettings {
    /// Epochs after which the search is looked at.
    pub moments: Vec<usize>,
    /// Draws of batches that the reference is averaged over.
    pub draws: usize,
    /// h, half the width of the reference's central differences, in units of α.
    pub width: f64,
    /// Passes for the estimates of each estimator, by [`Estimator::price`].
    pub passes: usize,
}

/// A snapshot of the search, and what is measured there.
#[derive(Clone, Debug, Serialize)]
pub struct SnapshotStudy {
    /// Epochs done.
    pub epochs: usize,
    /// The temperature.
    pub temperature: f64,
    /// The learning rate of the weights.
    pub learning_rate: f64,
    /// The reference.
    pub reference: Reference,
    /// Each estimator and how well it does.
    pub rows: Vec<(Estimator, Agreement)>,
}

/// Runs the study. `tick` hears of passes as they are done, from several threads; [`StudySettings::total_passes`] says how
/// many there are. `keep` gets the study as far as it is, whenever a snapshot is done.
///
/// # Errors
/// See [`snapshots`]; and what `keep` returns.
pub fn study(
    input: SearchInput<'_>,
    (settings, methods): (&StudySettings, &[AnyMethod]),
    observer: &mut dyn Observer,
    tick: &(dyn Fn(usize) + Sync),
    keep: &mut dyn FnMut(&Study) -> Result<(), Error>,
) -> Result<Study, Error> {
    let found = snapshots(input, &settings.moments, observer)?;
    let tried = Tried { settings, methods, optimisers: input.settings.optimisers() };
    let batches = Batches::new(&input, &found.halves);
    let draws = Draws { batches, first: input.settings.epochs };
    let mut study = Study {
        dataset: input.info.name.clone(),
        version: env!("CARGO_PKG_VERSION"),
        seed: input.seed,
        search: SearchSettings::clone(&input.settings),
        method: input.method.card().name,
        steps: zeroth_order(methods).steps,
        settings: settings.clone(),
        moments: Vec::new(),
    };
    for snapshot in &found.snapshots {
        study.moments.push(SnapshotStudy::of(snapshot, (&draws, input.seed), &tried, tick));
        keep(&study)?;
    }
    Ok(study)
}

/// What is measured, and on which methods.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tried<'a> {
    pub settings: &'a StudySettings,
    pub methods: &'a [AnyMethod],
    pub optimisers: Optimisers,
}

impl SnapshotStudy {
    fn of(
        snapshot: &Snapshot,
        (draws, seed): (&Draws<'_>, u64),
        tried: &Tried<'_>,
        tick: &(dyn Fn(usize) + Sync),
    ) -> Self {
        let Tried { settings, methods, optimisers } = tried;
        let reference = Reference::at(snapshot, draws, tried, tick);
        let row = |estimator: Estimator| {
            let count = settings.estimates(&estimator);
            let estimates =
                estimator.estimates(snapshot, (draws, settings.draws, seed), (count, optimisers), tick);
            let scale = estimator.scale(snapshot.problem.space());
            let agreement = Agreement::of(&estimates, scale, estimator.price(), &reference.gradient);
            (estimator, agreement)
        };
        let rows = estimators(methods).into_iter().map(row).collect();
        let (temperature, learning_rate) = (snapshot.problem.temperature(), snapshot.learning_rate);
        Self { epochs: snapshot.epochs, temperature, learning_rate, reference, rows }
    }
}

impl StudySettings {
    /// How many estimates an estimator's share of the passes buys.
    fn estimates(&self, estimator: &Estimator) -> usize {
        ((self.passes as f64 / estimator.price()) as usize).clamp(FEWEST, MOST)
    }

    /// Passes at which estimators are compared: few enough for means of several estimates to be averaged over.
    pub fn budget(&self) -> f64 {
        self.passes as f64 / 4.0
    }

    /// Passes of all moments, as [`study`] tells its `tick`, if an epoch has enough batches for every round and every evaluation; those of the
    /// search that leads to them are not among them.
    pub fn total_passes(&self, space: &Space, methods: &[AnyMethod]) -> usize {
        let own = |estimator: &Estimator| self.estimates(estimator) * estimator.passes();
        let estimates: usize = estimators(methods).iter().map(own).sum();
        self.moments.len()
            * (Reference::passes(self, space.alphas(), zeroth_order(methods).steps) + estimates)
    }
}
