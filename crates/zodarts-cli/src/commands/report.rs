//! `zodarts report`.

use crate::args::ReportArgs;
use crate::failure::Advice;
use crate::output;
use crate::progress::{Ui, note};
use crate::setup;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use zodarts_data::Dataset;
use zodarts_nas::files::write_file;
use zodarts_report::{FILE, ReportError, page, write_comparison};
use zodarts_run::Error;
use zodarts_run::folder::{RunFolder, names};

/// The default file of the page of several runs.
const COMPARISON: &str = "comparison.html";

/// Writes the page of a run, or of several, and prints its name.
pub fn run(args: &ReportArgs, ui: &Ui) -> Result<()> {
    let folders: Vec<RunFolder> =
        args.runs.iter().map(|run| RunFolder::open(run)).collect::<Result<_, _>>()?;
    let path = match &folders[..] {
        [only] => single(args, only, ui)?,
        several => {
            if args.data.is_some() {
                let message = format!("--data is for the page of one run, found {} runs", several.len());
                return Err(Advice::error(message, "leave it out"));
            }
            let path = args.out.clone().unwrap_or_else(|| COMPARISON.into());
            write_comparison(several, &path)?;
            path
        }
    };
    output::print(&format!("{}\n", path.display()))
}

fn single(args: &ReportArgs, folder: &RunFolder, ui: &Ui) -> Result<PathBuf> {
    let path = args.out.clone().unwrap_or_else(|| folder.path().join(FILE));
    // Pictures are of the training and of the test, which comes later.
    let trained = folder.path().join(names::TRAIN_RECORDS).is_file();
    let dataset = if trained { data(args, folder, ui) } else { Err("nothing was trained".into()) };
    let dataset = match (dataset, &args.data) {
        (Err(reason), Some(_)) => bail!(reason),
        (dataset, _) => dataset,
    };
    let html = match page(folder, dataset.as_ref().map_err(Clone::clone)) {
        // Data that lie where the run found them, but are no longer the same.
        Err(ReportError::Run(error @ Error::OtherData { .. })) if args.data.is_none() => {
            absent(&path, folder, &error.to_string())?
        }
        html => html?,
    };
    if let Some(reason) = dataset.err().filter(|_| trained) {
        note(&format!("without pictures: {reason}"));
    }
    write_file(&path, html.as_bytes())?;
    Ok(path)
}

fn absent(path: &Path, folder: &RunFolder, reason: &str) -> Result<String> {
    note(&format!("{}: without pictures: {reason}", path.display()));
    Ok(page(folder, Err(reason.to_owned()))?)
}

/// Returns the data of a run, or the reason why there are none.
fn data(args: &ReportArgs, folder: &RunFolder, ui: &Ui) -> Result<Dataset, String> {
    let open = || {
        let (record, settings) = folder.config()?;
        let data = args.data.clone().or_else(|| record.map(|record| record.data));
        let data =
            data.ok_or_else(|| Advice::error("the run does not say what data it used", "pass --data"))?;
        setup::open_again(&data, &settings.data, &args.source, ui)
    };
    open().map_err(|error| format!("{error:#}"))
}
