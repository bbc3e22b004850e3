//! Studies of the quality and cost of hypergradient estimates on a real supernet.
//!
//! A search is run, and snapshots are taken after some of its epochs. At each snapshot a [`Reference`] is
//! computed by brute force, and every [`Estimator`] makes many estimates of it, from batches and directions
//! of their own.

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

/// The fewest estimates of an estimator, however many passes each takes.
const FEWEST: usize = 8;
/// The most estimates of an estimator, however few passes each takes.
const MOST: usize = 1024;

/// The settings of a study.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StudySettings {
    /// The epochs after which snapshots of the search are taken.
    #[serde(rename = "moments")]
    pub snapshot_epochs: Vec<usize>,
    /// The number of draws of batches over which the reference is averaged.
    pub draws: usize,
    /// h, half the width of the reference's central differences, in units of α.
    pub width: f64,
    /// Passes for the estimates of each estimator, by [`Estimator::price`].
    pub passes: usize,
}

/// The settings of a study and the methods that it compares.
#[derive(Clone, Copy, Debug)]
pub struct StudyPlan<'a> {
    /// The settings.
    pub settings: &'a StudySettings,
    /// The methods with their settings.
    pub methods: &'a [AnyMethod],
}

/// A snapshot of the search and its measurements.
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
    /// Each estimator and its agreement with the reference.
    pub rows: Vec<(Estimator, Agreement)>,
}

/// Runs a study. `tick` is called with the passes as they are done, from several threads;
/// [`StudySettings::total_passes`] returns their sum. `keep` is called with the study so far whenever a
/// snapshot is done.
///
/// # Errors
/// Returns the errors of [`snapshots`] and of `keep`.
pub fn study(
    input: SearchInput<'_>,
    plan: StudyPlan<'_>,
    observer: &mut dyn Observer,
    tick: &(dyn Fn(usize) + Sync),
    keep: &mut dyn FnMut(&Study) -> Result<(), Error>,
) -> Result<Study, Error> {
    let StudyPlan { settings, methods } = plan;
    let found = snapshots(input, &settings.snapshot_epochs, observer)?;
    let context = StudyContext {
        settings,
        methods,
        optimisers: input.settings.optimisers(),
        draws: Draws { batches: Batches::new(&input, &found.halves), first: input.settings.epochs },
        seed: input.seed,
    };
    let mut study = Study {
        dataset: input.info.name.clone(),
        version: env!("CARGO_PKG_VERSION"),
        seed: input.seed,
        search: SearchSettings::clone(&input.settings),
        method: input.method.card().name,
        steps: zeroth_order(methods).steps,
        settings: settings.clone(),
        snapshots: Vec::new(),
    };
    for snapshot in &found.snapshots {
        study.snapshots.push(SnapshotStudy::of(snapshot, &context, tick));
        keep(&study)?;
    }
    Ok(study)
}

/// The data, settings and methods with which a study measures each snapshot.
pub(crate) struct StudyContext<'a> {
    pub settings: &'a StudySettings,
    pub methods: &'a [AnyMethod],
    pub optimisers: Optimisers,
    pub draws: Draws<'a>,
    pub seed: u64,
}

impl SnapshotStudy {
    fn of(snapshot: &Snapshot, context: &StudyContext<'_>, tick: &(dyn Fn(usize) + Sync)) -> Self {
        let reference = Reference::at(snapshot, context, tick);
        let row = |estimator: Estimator| {
            let count = context.settings.estimates(&estimator);
            let estimates = estimator.estimates(snapshot, context, count, tick);
            let scale = estimator.scale(snapshot.problem.space());
            let agreement = Agreement::of(&estimates, scale, estimator.price(), &reference.gradient);
            (estimator, agreement)
        };
        let rows = estimators(context.methods).into_iter().map(row).collect();
        let (temperature, learning_rate) = (snapshot.problem.temperature(), snapshot.learning_rate);
        Self { epochs: snapshot.epochs, temperature, learning_rate, reference, rows }
    }
}

impl StudySettings {
    /// Returns the number of estimates that an estimator's share of the passes pays for.
    fn estimates(&self, estimator: &Estimator) -> usize {
        ((self.passes as f64 / estimator.price()) as usize).clamp(FEWEST, MOST)
    }

    /// Returns the passes at which estimators are compared: few enough to average over the means of several
    /// estimates.
    pub fn budget(&self) -> f64 {
        self.passes as f64 / 4.0
    }

    /// Returns the passes of all snapshots, as [`study`] reports them to `tick`, if an epoch has enough
    /// batches for every round and every evaluation. The passes of the search itself are not among them.
    pub fn total_passes(&self, space: &Space, methods: &[AnyMethod]) -> usize {
        let own = |estimator: &Estimator| self.estimates(estimator) * estimator.passes();
        let estimates: usize = estimators(methods).iter().map(own).sum();
        self.snapshot_epochs.len()
            * (Reference::passes(self, space.alphas(), zeroth_order(methods).steps) + estimates)
    }
}
