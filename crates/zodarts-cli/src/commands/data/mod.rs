//! `zodarts data info` and `zodarts data check`.

mod check;
mod list;

use crate::args::{DataCommand, InfoArgs};
use crate::output::result::Sheet;
use crate::output::{self, Table};
use crate::progress::Ui;
use crate::setup;
use anyhow::Result;
use zodarts_data::{Dataset, SplitSummary, Summary};
use zodarts_run::settings::{DataSettings, Settings};

/// Runs a command about data.
pub fn run(command: &DataCommand, ui: &Ui) -> Result<()> {
    match command {
        DataCommand::Info(args) => info(args, ui),
        DataCommand::Check(args) => check::run(args, ui),
        DataCommand::List => list::run(),
    }
}

/// Describes a data set.
fn info(args: &InfoArgs, ui: &Ui) -> Result<()> {
    let dataset = open(args, ui)?;
    let spinner = ui.spinner("checking for duplicates");
    let summary = dataset.summary();
    spinner.finish_and_clear();
    if args.json {
        return output::json(&summary);
    }
    let mut sheet = sheet(&summary);
    if summary.findings.is_empty() {
        sheet.row("checks", "no duplicates, every class in every split".into());
    }
    for finding in &summary.findings {
        sheet.row("warning", finding.clone());
    }
    output::print(&sheet.to_string())
}

fn open(args: &InfoArgs, ui: &Ui) -> Result<Dataset> {
    setup::open(&args.data, &settings(args)?, &args.source, ui)
}

fn settings(args: &InfoArgs) -> Result<DataSettings> {
    Ok(Settings::from_table(args.options.table())?.data)
}

/// Returns the description of a data set and its numbers of images.
fn sheet(summary: &Summary) -> Sheet {
    let info = &summary.info;
    let mut sheet = Sheet::new(format!("{}{}", info.name, info.size_flag));
    let colour = if info.channels == 1 { "grey" } else { "RGB" };
    let size = format!("{}×{} pixels, {colour}", info.width, info.height);
    match info.slices {
        Some(slices) => {
            let splits = [&summary.train, &summary.val, &summary.test];
            let volumes: usize = splits.iter().filter_map(|split| split.volumes).sum();
            sheet.row("volumes", format!("{volumes} volumes of {slices} slices of {size}"));
        }
        None => sheet.row("images", size),
    }
    sheet.row("task", format!("{}, {} classes", info.task, info.classes.len()));
    sheet.row("mean", shares(&summary.mean));
    sheet.row("std", shares(&summary.std));
    sheet.row("fingerprint", info.fingerprint.clone());
    for (index, line) in counts(summary).lines().enumerate() {
        sheet.row(if index == 0 { "splits" } else { "" }, line);
    }
    sheet
}

fn shares(values: &[f64]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("{value:.4}")).collect();
    values.join(" ")
}

fn counts(summary: &Summary) -> Table {
    let splits = [&summary.train, &summary.val, &summary.test];
    let mut table = Table::new(["class", "train", "val", "test"]);
    let mut row = |name: &str, count: &dyn Fn(&SplitSummary) -> usize| {
        table.row([name.to_owned()].into_iter().chain(splits.map(|split| count(split).to_string())));
    };
    for (class, name) in summary.info.classes.iter().enumerate() {
        row(name, &|split| split.per_class[class]);
    }
    row(&format!("all {}s", summary.info.noun()), &|split| split.cases());
    table
}
