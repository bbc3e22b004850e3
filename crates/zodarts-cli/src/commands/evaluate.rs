//! `zodarts evaluate`.

use crate::args::EvaluateArgs;
use crate::failure::Advice;
use crate::output;
use crate::output::result::{self, Sheet};
use crate::progress::{Ui, note};
use crate::setup;
use anyhow::{Context, Result};
use zodarts::Classifier;
use zodarts_data::Dataset;
use zodarts_run::folder::{RunFolder, Split};
use zodarts_run::job::{evaluate_external, evaluate_run, export_predictions, is_same_data};
use zodarts_run::settings::DataSettings;

/// The evaluation that was asked for.
struct EvaluateCall<'a> {
    args: &'a EvaluateArgs,
    folder: RunFolder,
    classifier: Classifier,
    ui: &'a Ui,
}

/// Evaluates a trained run on one of its splits, or on other data.
pub fn run(args: &EvaluateArgs, ui: &Ui) -> Result<()> {
    let folder = RunFolder::open(&args.run)?;
    let (record, settings) = folder.config()?;
    let classifier = Classifier::load(folder.path())?;
    let call = EvaluateCall { args, folder, classifier, ui };
    let window = settings.data.window;
    // The table of the run's own data may have moved, or have other columns.
    let own = settings.data.changed(args.table.table())?;
    let Some(data) = &args.data else {
        let data = record.map(|record| record.data);
        let data =
            data.ok_or_else(|| Advice::error("the run does not say what data it used", "pass DATA"))?;
        return call.own_split(&setup::open(&data, &own, &args.source, ui)?);
    };
    // The run's own data may have moved. What cannot be opened as such may still be other data.
    let dataset = setup::open_quietly(data, &own, &args.source);
    if let Some(dataset) = dataset.ok().filter(|dataset| is_same_data(call.classifier.model(), dataset)) {
        return call.own_split(&dataset);
    }
    let other = DataSettings { window, ..DataSettings::default() }.changed(args.table.table())?;
    call.elsewhere(&setup::open_for(data, &other, call.classifier.data(), &args.source, ui)?)
}

impl EvaluateCall<'_> {
    /// Evaluates a split of the run's own data.
    fn own_split(&self, dataset: &Dataset) -> Result<()> {
        let Self { args, folder, classifier, ui } = self;
        if let Some(directory) = &args.predictions {
            // Before the test images are read: a reading should not be spent on a folder that cannot be made.
            std::fs::create_dir_all(directory).with_context(|| format!("{}", directory.display()))?;
        }
        let spinner = ui.spinner("evaluating");
        let metrics = evaluate_run(folder, classifier.model(), dataset, args.split.unwrap_or(Split::Test))?;
        spinner.finish_and_clear();
        if let Some(directory) = &args.predictions {
            let path = export_predictions(folder, &metrics, &dataset.info, directory)?;
            note(&format!("predictions written to {}", path.display()));
        }
        if args.json {
            return output::json(&metrics);
        }
        let mut sheet = Sheet::new(result::title(&metrics));
        result::network(&mut sheet, &metrics);
        result::metrics(&mut sheet, &metrics);
        output::print(&sheet.to_string())
    }

    /// Evaluates the run on other data.
    fn elsewhere(&self, dataset: &Dataset) -> Result<()> {
        let Self { args, folder, classifier, ui } = self;
        if args.predictions.is_some() {
            let hint = "leave out --predictions; they are in the folder of the evaluation";
            return Err(Advice::error("--predictions is for the run's own data", hint));
        }
        let spinner = ui.spinner("evaluating");
        let external = evaluate_external(folder, classifier.model(), dataset, args.split)?;
        spinner.finish_and_clear();
        let page = zodarts_report::write_external(&external)?;
        if args.json {
            return output::json(&external.record);
        }
        let metrics = &external.record.metrics;
        let mut sheet = Sheet::new(format!("{} · evaluated on other data", result::title(metrics)));
        result::metrics(&mut sheet, metrics);
        result::external(&mut sheet, &external.record);
        sheet.row("files", external.folder.display().to_string());
        sheet.row("to look at", page.display().to_string());
        output::print(&sheet.to_string())
    }
}
