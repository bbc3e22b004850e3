//! `PyTorch`: one readable Python file with the network, and its weights beside it.

mod verify;

pub use verify::{Check, verify};

use crate::about::About;
use zodarts_data::Task;
use zodarts_nas::model::Model;
use zodarts_nas::settings::Architecture;
use zodarts_nn::networks::RESNET_WIDTH;
use zodarts_nn::space::STAGE_COUNT;

const HEAD: &str = include_str!("head.py.in");
const CELLS: &str = include_str!("cells.py.in");
const RESNET: &str = include_str!("resnet.py.in");
const TAIL: &str = include_str!("tail.py.in");

/// Returns the text of a Python file named `stem.py` that reads its weights from `stem.safetensors`.
pub fn source(model: &Model, stem: &str) -> String {
    let (card, about) = (&model.card, About::of(model));
    let info = &card.dataset;
    let network = match card.architecture {
        Architecture::Genotype => CELLS,
        Architecture::Resnet18 => RESNET,
    };
    let first_channels = match card.architecture {
        Architecture::Genotype => card.channels,
        Architecture::Resnet18 => RESNET_WIDTH,
    };
    let several = if info.task == Task::MultiLabel { "True" } else { "False" };
    let values = [
        ("about", about.sentence()),
        ("input", about.input()),
        ("weights", format!("{stem}.safetensors")),
        ("module", stem.into()),
        // Lists of strings look the same in JSON and in Python.
        ("classes", serde_json::to_string(&info.classes).expect("names have a form in JSON")),
        ("several_labels", several.into()),
        (
            "threshold",
            card.threshold
                .map_or("None".into(), |found| format!("({}, {})", found.class, exact(found.probability))),
        ),
        ("label_thresholds", label_thresholds(model)),
        (
            "sets",
            card.sets.as_ref().map_or("None".into(), |found| list(found.least.iter().copied().map(exact))),
        ),
        ("height", info.height.to_string()),
        ("width", info.width.to_string()),
        ("channels", info.channels.to_string()),
        ("side", card.input_size.to_string()),
        ("standardised", if card.standardise.is_none() { "False" } else { "True" }.into()),
        ("first_channels", first_channels.to_string()),
        ("cells", card.cells.to_string()),
        ("genotype", card.genotype.map_or(String::new(), |genotype| genotype.to_string())),
        ("output", card.genotype.map_or(String::new(), |genotype| (genotype.space().nodes - 1).to_string())),
        ("cell_edges", cell_edges(model)),
        ("stage_cells", stage_cells(model)),
    ];
    fill(&[HEAD, network, TAIL].concat(), &values)
}

/// Returns a list of the labels' thresholds, or `None`.
fn label_thresholds(model: &Model) -> String {
    let Some(found) = &model.card.label_thresholds else { return "None".into() };
    list(found.probabilities.iter().map(|least| least.map_or_else(|| "None".into(), exact)))
}

/// Returns a number that Python reads as exactly this one: it compares in double precision.
fn exact(value: f32) -> String {
    format!("{:?}", f64::from(value))
}

/// Returns a list in Python.
fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// Returns a list of edges for each cell, an edge a line: index, source, target, operation.
fn cell_edges(model: &Model) -> String {
    let Some(genotype) = model.card.genotype else { return String::new() };
    let (space, live) = (genotype.space(), genotype.live_edges());
    let list = |cell: usize| {
        let rows = space.rows_of(cell);
        let line = |row: usize| {
            let (index, edge) = (row - rows.start, space.cell_edge(row).edge);
            format!("    ({index}, {}, {}, \"{}\"),\n", edge.source, edge.target, genotype.0[row].name())
        };
        let lines: String = rows.clone().filter(|row| live[*row]).map(line).collect();
        format!("CELL_{} = [\n{lines}]", cell + 1)
    };
    (0..space.cells()).map(list).collect::<Vec<_>>().join("\n")
}

/// Returns the name of each stage's list of edges.
fn stage_cells(model: &Model) -> String {
    let Some(genotype) = model.card.genotype else { return String::new() };
    let name = |stage: usize| format!("CELL_{}", genotype.space().cell_of_stage(stage) + 1);
    (0..STAGE_COUNT).map(name).collect::<Vec<_>>().join(", ")
}

/// Replaces `{{names}}` by their values in one pass, so that a name within a value stays.
fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut parts = template.split("{{");
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once("}}").expect("a name in braces");
        let (_, value) = values.iter().find(|(known, _)| *known == name).expect("a name with a value");
        text.push_str(value);
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let values = [("a", "{{b}}".into()), ("b", "x".into())];
        assert_eq!(fill("{{a}} {{b}}!", &values), "{{b}} x!");
    }
}
