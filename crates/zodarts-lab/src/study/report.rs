//! The tables of a study and its files.

use super::figure;
use super::{Agreement, Estimator, SnapshotStudy, StudySettings};
use crate::error::Error;
use crate::text::{csv, markdown};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;
use zodarts_nas::files::json;
use zodarts_nas::files::write_file;
use zodarts_nas::methods::{Mu, UnrolledSettings};
use zodarts_run::settings::SearchSettings;

const ABOUT: &str = "\
    *Passes* are those of an estimate beyond the weight steps that a search takes anyway, forward and \
    backward; a forward pass alone counts as a third. K is the number of directions, T of weight steps and M \
    of validation batches; R is the radius of the probes of the curvature. *Cosine* is the mean over \
    estimates of their cosine with the reference, ± its standard error; *of the mean* is the cosine of the \
    mean of all estimates. *Bias* and *deviation* are in lengths of the reference, after each estimate is \
    multiplied by its estimator's scale (d/K in d dimensions).";

/// The result of a study.
#[derive(Clone, Debug, Serialize)]
pub struct Study {
    /// The data set.
    pub dataset: String,
    /// Version of zodarts.
    pub version: &'static str,
    /// The seed.
    pub seed: u64,
    /// The settings of the search.
    pub search: SearchSettings,
    /// The name of its method.
    pub method: &'static str,
    /// T, the weight steps of the reference.
    pub steps: usize,
    /// The settings of the study.
    pub settings: StudySettings,
    /// The snapshots, in the order of their epochs.
    #[serde(rename = "moments")]
    pub snapshots: Vec<SnapshotStudy>,
}

impl Study {
    /// Returns the tables as Markdown.
    pub fn markdown(&self) -> String {
        let Self { dataset, search, settings, .. } = self;
        let budget = settings.budget();
        let mut text = format!(
            "# Estimates of the hypergradient\n\nA search of {dataset} by {} (seed {}, C = {}, N = {}, \
             batches as in the search), with snapshots after some of its {} epochs. The reference: central \
             differences of the loss on the whole architecture half over every α, h = {}, after T = {} \
             weight steps, averaged over {} draws of training batches.\n\n{ABOUT} *At {budget} passes* is \
             the mean cosine of the mean of as many estimates as {budget} passes pay for.\n",
            self.method,
            self.seed,
            search.channels,
            search.cells,
            search.epochs,
            settings.width,
            self.steps,
            settings.draws,
        );
        for snapshot in &self.snapshots {
            // Writing to a string does not fail.
            let _ = write!(text, "\n{}\n{}", heading(snapshot), table(snapshot, budget));
        }
        text
    }

    /// Returns the table as CSV, one line for each snapshot and estimator.
    pub fn csv(&self) -> String {
        const HEADER: [&str; 15] = [
            "epochs",
            "estimator",
            "mu",
            "radius",
            "directions",
            "steps",
            "validation_batches",
            "estimates",
            "passes",
            "cosine",
            "cosine_sd",
            "cosine_of_mean",
            "bias",
            "deviation",
            "cosine_at_budget",
        ];
        let lines = self.snapshots.iter().flat_map(|snapshot| {
            snapshot.rows.iter().map(|(estimator, agreement)| {
                let numbers = numbers(estimator);
                let Agreement {
                    estimates, passes, cosine, cosine_sd, cosine_of_mean, bias, deviation, ..
                } = agreement;
                let values = [cosine, cosine_sd, cosine_of_mean, bias, deviation].map(f64::to_string);
                let head = [snapshot.epochs.to_string(), estimator.series().into()];
                let counts = [estimates.to_string(), passes.to_string()];
                let budget = [agreement
                    .cosine_at(self.settings.budget())
                    .map_or(String::new(), |value| value.to_string())];
                csv::row(head.into_iter().chain(numbers).chain(counts).chain(values).chain(budget))
            })
        });
        lines.fold(csv::row(HEADER), |text, line| text + &line)
    }

    /// Writes `study.md`, `study.csv`, `study.json` and a figure for each snapshot.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn write(&self, out: &Path) -> Result<(), Error> {
        for snapshot in &self.snapshots {
            let what = || format!("the estimates after {} epochs", snapshot.epochs);
            let figure = figure::draw(snapshot, self.settings.budget())
                .map_err(|reason| Error::Drawing { what: what(), reason })?;
            write_file(&out.join(format!("estimates-{}.svg", snapshot.epochs)), figure.as_bytes())?;
        }
        write_file(&out.join("study.md"), self.markdown().as_bytes())?;
        write_file(&out.join("study.csv"), self.csv().as_bytes())?;
        Ok(write_file(&out.join("study.json"), json(self).as_bytes())?)
    }
}

fn heading(snapshot: &SnapshotStudy) -> String {
    let SnapshotStudy { epochs, temperature, learning_rate, reference, .. } = snapshot;
    format!(
        "## After {epochs} epochs\n\nτ = {temperature:.3}, learning rate {learning_rate:.4}. Two draws of \
         the reference have a mean cosine of {:.3}, so an exact estimate would have a cosine of about {:.2} \
         with their mean.\n",
        reference.agreement, reference.ceiling,
    )
}

fn table(snapshot: &SnapshotStudy, budget: f64) -> String {
    let line = |(estimator, agreement): &(Estimator, Agreement)| {
        let [mu, radius, directions, steps, batches] = numbers(estimator);
        let at = agreement.cosine_at(budget).map_or("–".into(), |cosine| format!("{cosine:.3}"));
        vec![
            estimator.series().into(),
            mu,
            radius,
            directions,
            steps,
            batches,
            format!("{:.0}", agreement.passes),
            format!("{:.3} ± {:.3}", agreement.cosine, agreement.cosine_error()),
            format!("{:.3}", agreement.cosine_of_mean),
            format!("{:.1}", agreement.bias),
            format!("{:.1}", agreement.deviation),
            at,
        ]
    };
    let rows: Vec<Vec<String>> = snapshot.rows.iter().map(line).collect();
    let at_budget = format!("at {budget} passes");
    let header = [
        "",
        "μ",
        "R",
        "K",
        "T",
        "M",
        "passes",
        "cosine",
        "of the mean",
        "bias",
        "deviation",
        at_budget.as_str(),
    ];
    markdown::table(&header, &rows)
}

/// Returns μ, R, K, T and M of an estimator; empty where it has none.
fn numbers(estimator: &Estimator) -> [String; 5] {
    match estimator {
        Estimator::Stepwise(_) => Default::default(),
        Estimator::ZerothOrder(zo) => {
            let mu = match zo.mu {
                Mu::Absolute(mu) => mu.to_string(),
                Mu::Relative(factor) => format!("{factor}·‖α‖"),
                Mu::Tempered(factor) => format!("{factor}·τ"),
            };
            let (directions, steps) = (zo.directions.to_string(), zo.steps.to_string());
            [mu, String::new(), directions, steps, zo.validation_batches.to_string()]
        }
        Estimator::Unrolled(UnrolledSettings { steps, validation_batches, radius }) => {
            let none = String::new;
            [none(), radius.to_string(), none(), steps.to_string(), validation_batches.to_string()]
        }
    }
}
