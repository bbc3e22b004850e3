//! The network: its cell as a graph.

use crate::cell::cell;
use crate::markup::Markup;
use crate::run::Run;
use askama::Template;
use zodarts_nas::genotype::Genotype;
use zodarts_run::settings::Architecture;

#[derive(Template)]
#[template(path = "network.html")]
struct Body {
    cell: Markup,
    genotype: String,
    stacked: Option<String>,
}

/// The cell that was found; none of `ResNet-18`, or before there is one.
pub fn body(run: &Run) -> Option<Markup> {
    let genotype = genotype(run)?;
    let stacked = run.model.as_ref().map(|model| {
        let (cells, channels, side) = (model.card.cells, model.card.channels, model.card.input_size);
        let each = if cells == 1 { "one cell".into() } else { format!("{cells} cells") };
        let (second, third) = (2 * channels, 4 * channels);
        format!(
            "Here it has three stages of {each}, of {channels}, {second} and {third} channels, on images of {side}×{side} pixels."
        )
    });
    Some(Markup::of(&Body { cell: cell(genotype), genotype: genotype.to_string(), stacked }))
}

fn genotype(run: &Run) -> Option<Genotype> {
    if run.settings.train.architecture == Architecture::Resnet18 {
        return None;
    }
    let trained = run.model.as_ref().and_then(|model| model.card.genotype);
    trained.or(run.found.map(|found| found.genotype)).or(run.search.last().map(|last| last.genotype))
}

/// The cells of several runs, each with its name.
pub fn cells(runs: &[Run]) -> Vec<(String, Markup)> {
    runs.iter().filter_map(|run| Some((run.name.clone(), cell(genotype(run)?)))).collect()
}
