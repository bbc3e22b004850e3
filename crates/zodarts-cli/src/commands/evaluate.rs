//! `zodarts evaluate`.

use crate::args::EvaluateArgs;
use crate::failure::Advice;
use crate::output;
use crate::output::result::{self, Sheet};
use crate::progress::{Ui, note};
use crate::setup;
use anyhow::{Context, Result};
use zodarts::Classifier;
use zodarts_run::folder::RunFolder;
use zodarts_run::job::{evaluate_run, export_predictions};

/// Evaluates a trained run on one split.
pub fn run(args: &EvaluateArgs, ui: &Ui) -> Result<()> {
    let folder = RunFolder::open(&args.run)?;
    let (record, settings) = folder.config()?;
    let classifier = Classifier::load(folder.path())?;
    let recorded = || record.map(|record| record.data);
    let data = args.data.clone().or_else(recorded);
    let data = data.ok_or_else(|| Advice::error("the run does not say what data it used", "pass DATA"))?;
    let dataset = setup::open(&data, &settings.data, &args.source, ui)?;
    if let Some(directory) = &args.predictions {
        // Before the test images are read: a reading should not be spent on a folder that cannot be made.
        std::fs::create_dir_all(directory).with_context(|| format!("{}", directory.display()))?;
    }
    let spinner = ui.spinner("evaluating");
    let metrics = evaluate_run(&folder, classifier.model(), &dataset, args.split)?;
    spinner.finish_and_clear();
    if let Some(directory) = &args.predictions {
        let path = export_predictions(&folder, &metrics, &dataset.info, directory)?;
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
