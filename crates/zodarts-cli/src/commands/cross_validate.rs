//! `zodarts cross-validate`.

use crate::args::CrossValidateArgs;
use crate::failure::Advice;
use crate::interrupt;
use crate::output::{self, result};
use crate::progress::{Ui, note};
use crate::setup;
use anyhow::Result;
use zodarts_data::{Dataset, FoldPlan, OpenEvent};
use zodarts_lab::cross_validation::{CrossValidation, FoldResult, FoldWatcher};
use zodarts_nas::genotype::Genotype;
use zodarts_nas::memory::Memory;
use zodarts_nas::observer::Observer;
use zodarts_run::job;
use zodarts_run::settings::{Checked, Preset, Settings};

/// Trains and scores the folds that are not finished, and prints the result.
pub fn run(args: &CrossValidateArgs, ui: &Ui) -> Result<()> {
    let options = [&args.implied(), args.seed.table(), args.given.table()];
    let settings = args.base.settings(Preset::Paper, None, &options)?.settings;
    let genotype = setup::genotype(&settings, || genotype(args))?;
    let dataset = open(args, &settings, ui)?;
    job::check_training(&dataset, &settings, genotype, Memory::available())?;
    let folds = folds(&dataset, args.folds, &settings, ui)?;
    interrupt::watch()?;
    let (data, settings, out) = (&*args.data, &settings, &*args.out);
    let validation = CrossValidation { data, folds: &folds, genotype, settings, out };
    let validated = validation.run(&Terminal { ui, folds: folds.len() })?;
    if args.json {
        output::json(&validated)?;
    } else {
        output::print(&validated.markdown())?;
    }
    note(&format!("each image's probabilities are in {}", out.join("out-of-fold.csv").display()));
    Ok(())
}

/// Opens the data, with a test split unless none is wanted.
fn open(args: &CrossValidateArgs, settings: &Settings, ui: &Ui) -> Result<Dataset> {
    if !args.without_test {
        return setup::open(&args.data, &settings.data, &args.source, ui);
    }
    let dataset = setup::open_without_test(&args.data, &settings.data, &args.source, ui)?;
    if dataset.test.is_empty() {
        return Ok(dataset);
    }
    let message = format!("--without-test: {} comes with a test split", dataset.info.name);
    Err(Advice::error(message, "leave it out: images of that split stay sealed"))
}

fn genotype(args: &CrossValidateArgs) -> Result<Genotype> {
    Ok(args.genotype.as_ref().ok_or(zodarts_nas::Error::NoGenotype)?.parse()?)
}

fn folds(dataset: &Dataset, folds: u16, settings: &Checked<Settings>, ui: &Ui) -> Result<Vec<Dataset>> {
    let (seed, alike) = (settings.data.split_seed, settings.data.alike);
    let (plan, progress) = (FoldPlan { folds: folds.into(), seed, alike }, ui.data());
    let on_event = |event: OpenEvent| progress.show(event);
    Ok(dataset.folds(plan, &on_event)?)
}

/// The watcher of a cross-validation: bars, and a note for each fold.
struct Terminal<'a> {
    ui: &'a Ui,
    folds: usize,
}

impl FoldWatcher for Terminal<'_> {
    fn begins(&self, index: usize) -> Box<dyn Observer + '_> {
        note(&format!("fold {} of {} begins", index + 1, self.folds));
        Box::new(self.ui.brief_observer())
    }

    fn ends(&self, index: usize, FoldResult(evaluation): &FoldResult, found: bool) {
        let report = &evaluation.metrics.report;
        let verb = if found { "was finished" } else { "is done" };
        note(&format!(
            "fold {} of {} {verb}: ACC {:.3}, AUC {} on {} held out",
            index + 1,
            self.folds,
            report.acc,
            result::optional(report.auc),
            report.n
        ));
    }
}
