//! The network: a drawing of its cells.

use crate::cell;
use crate::markup::Markup;
use crate::run::ReportedRun;
use askama::Template;
use zodarts_nas::genotype::Genotype;
use zodarts_run::settings::Architecture;

#[derive(Template)]
#[template(path = "network.html")]
struct NetworkSection {
    cells: Markup,
    /// True if the stages have cells of their own.
    several: bool,
    genotype: String,
    stacked: Option<String>,
}

/// Returns the cells, or `None` for `ResNet-18` and before a search has begun.
pub fn body(run: &ReportedRun) -> Option<Markup> {
    let genotype = genotype(run)?;
    let stacked = run.model.as_ref().map(|model| {
        let (cells, channels, side) = (model.card.cells, model.card.channels, model.card.input_size);
        let each = if cells == 1 { "one cell".into() } else { format!("{cells} cells") };
        let (second, third) = (2 * channels, 4 * channels);
        format!(
            "This network has three stages of {each} each, with {channels}, {second} and {third} channels, \
             and takes images of {side}×{side} pixels."
        )
    });
    let several = genotype.space().cells() > 1;
    let (cells, genotype) = (cell::cells(genotype), genotype.to_string());
    Some(Markup::of(&NetworkSection { cells, several, genotype, stacked }))
}

/// Returns the genotype that was trained, else the one that was found, else the current one of the search.
fn genotype(run: &ReportedRun) -> Option<Genotype> {
    if run.settings.train.architecture == Architecture::Resnet18 {
        return None;
    }
    let trained = run.model.as_ref().and_then(|model| model.card.genotype);
    trained.or(run.found.map(|found| found.genotype)).or(run.search.last().map(|last| last.genotype))
}

/// Returns the drawings of the runs' cells, each with the run's name.
pub fn cells(runs: &[ReportedRun]) -> Vec<(String, Markup)> {
    runs.iter().filter_map(|run| Some((run.name.clone(), cell::cells(genotype(run)?)))).collect()
}
