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
use zodarts_run::settings::{DataSettings, Settings};

/// Evaluates a trained run on one of its splits, or on other data.
pub fn run(args: &EvaluateArgs, ui: &Ui) -> Result<()> {
    let folder = RunFolder::open(&args.run)?;
    let (record, settings) = folder.config()?;
    let classifier = Classifier::load(folder.path())?;
    let table = Settings::from_table(args.table.table())?.data;
    let Some(data) = &args.data else {
        let data = record.map(|record| record.data);
        let data =
            data.ok_or_else(|| Advice::error("the run does not say what data it used", "pass DATA"))?;
        let dataset = setup::open(&data, &own(&settings, &table), &args.source, ui)?;
        return own_split(args, &folder, &classifier, &dataset, ui);
    };
    // The run's own data may have moved. What cannot be opened as such may still be other data.
    let dataset = setup::open_quietly(data, &own(&settings, &table), &args.source);
    if let Some(dataset) = dataset.ok().filter(|dataset| is_same_data(classifier.model(), dataset)) {
        return own_split(args, &folder, &classifier, &dataset, ui);
    }
    let given = DataSettings { window: settings.data.window, ..table };
    let dataset = setup::open_for(data, &given, classifier.data(), &args.source, ui)?;
    elsewhere(args, &folder, &classifier, &dataset, ui)
}

/// Returns the settings of the run's own data, whose table of labels may have moved or have other columns.
fn own(settings: &Settings, table: &DataSettings) -> DataSettings {
    let own = settings.data.clone();
    let given = table.clone();
    DataSettings {
        labels: given.labels.or(own.labels),
        path_column: given.path_column.or(own.path_column),
        label_column: given.label_column.or(own.label_column),
        split_column: given.split_column.or(own.split_column),
        patient_column: given.patient_column.or(own.patient_column),
        suffix: given.suffix.or(own.suffix),
        label_separator: given.label_separator.or(own.label_separator),
        ..own
    }
}

/// Evaluates a split of the run's own data.
fn own_split(
    args: &EvaluateArgs,
    folder: &RunFolder,
    classifier: &Classifier,
    dataset: &Dataset,
    ui: &Ui,
) -> Result<()> {
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
fn elsewhere(
    args: &EvaluateArgs,
    folder: &RunFolder,
    classifier: &Classifier,
    dataset: &Dataset,
    ui: &Ui,
) -> Result<()> {
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
    let mut sheet =
        Sheet::new(format!("{} · evaluated on other data", result::title(&external.record.metrics)));
    result::metrics(&mut sheet, &external.record.metrics);
    result::external(&mut sheet, &external.record);
    sheet.row("files", external.folder.display().to_string());
    sheet.row("to look at", page.display().to_string());
    output::print(&sheet.to_string())
}
