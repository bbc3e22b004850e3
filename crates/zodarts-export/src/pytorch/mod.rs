//! `PyTorch`: one readable Python file with the network, and its weights beside it.

mod verify;

pub use verify::{Check, verify};

use crate::about::About;
use zodarts_data::Task;
use zodarts_nas::model::Model;
use zodarts_nas::settings::Architecture;
use zodarts_nn::networks::{RESNET_WIDTH, on_a_path};
use zodarts_nn::space::EDGE_LIST;

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
        ("input", about.input().into()),
        ("weights", format!("{stem}.safetensors")),
        ("module", stem.into()),
        // Lists of strings look the same in JSON and in Python.
        ("classes", serde_json::to_string(&info.classes).expect("names have a form in JSON")),
        ("several_labels", several.into()),
        (
            "threshold",
            card.threshold.map_or("None".into(), |found| format!("({}, {})", found.class, found.probability)),
        ),
        ("height", info.height.to_string()),
        ("width", info.width.to_string()),
        ("channels", info.channels.to_string()),
        ("side", card.input_size.to_string()),
        ("first_channels", first_channels.to_string()),
        ("cells", card.cells.to_string()),
        ("genotype", card.genotype.map_or(String::new(), |genotype| genotype.to_string())),
        ("edges", edges(model)),
    ];
    fill(&[HEAD, network, TAIL].concat(), &values)
}

/// Returns the edges of a cell, a line each: index, source, target, operation.
fn edges(model: &Model) -> String {
    let Some(genotype) = model.card.genotype else { return String::new() };
    let useful = on_a_path(genotype.0);
    let line = |index: usize| {
        let edge = EDGE_LIST[index];
        format!("    ({index}, {}, {}, \"{}\"),", edge.source, edge.target, genotype.0[index].name())
    };
    let lines: Vec<String> = (0..EDGE_LIST.len()).filter(|index| useful[*index]).map(line).collect();
    lines.join("\n")
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
