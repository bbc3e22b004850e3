//! The drawing of a cell as a graph: nodes from left to right, edges as arcs labelled with their operations.

use crate::chart::Ink;
use crate::markup::Markup;
use std::fmt::Write;
use zodarts_nas::genotype::Genotype;
use zodarts_nn::space::{EDGE_LIST, EDGES, NODES, Operation};

/// Width and height of the drawing in pixels.
const SIZE: (f64, f64) = (640.0, 300.0);
/// Distance in pixels from the left edge to the first node.
const FIRST: f64 = 50.0;
/// Distance in pixels from node to node.
const STEP: f64 = 180.0;
/// Distance in pixels from the top to the centres of the nodes.
const MIDDLE: f64 = 190.0;
/// Radius of a node in pixels.
const RADIUS: f64 = 20.0;

/// Returns the ink of an operation. It is the same in all charts.
pub fn ink(operation: Operation) -> Ink {
    match operation {
        Operation::None => Ink(0),
        other => Ink::nth(other.index() - 1),
    }
}

/// Returns the drawing of a cell. Edges that do not affect the output, because they carry zeros or do not
/// lead to the output, are faded.
pub fn cell(genotype: Genotype) -> Markup {
    let live = genotype.live_edges();
    let mut svg = format!(
        "<svg class=\"cell\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
        SIZE.0,
        SIZE.1,
        description(genotype, live)
    );
    // Faded edges are drawn first, below the live ones.
    for drawn in [false, true] {
        for edge in (0..EDGES).filter(|edge| live[*edge] == drawn) {
            arc(&mut svg, edge, genotype.0[edge], drawn);
        }
    }
    for node in 0..NODES {
        let x = FIRST + STEP * node as f64;
        let name = match node {
            0 => "in",
            _ if node == NODES - 1 => "out",
            _ => ["", "1", "2"][node],
        };
        write!(
            svg,
            "<circle class=\"node\" cx=\"{x}\" cy=\"{MIDDLE}\" r=\"{RADIUS}\"/>\
             <text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{name}</text>",
            MIDDLE + 4.0
        )
        .expect("memory");
    }
    Markup(svg + "</svg>")
}

/// Returns the cell in words, for screen readers.
fn description(genotype: Genotype, live: [bool; EDGES]) -> String {
    let edges = EDGE_LIST.iter().zip(genotype.0).zip(live);
    let text = edges.map(|((edge, operation), live)| {
        let dead = if live { "" } else { " (no effect)" };
        format!("node {} to {}: {}{dead}", edge.source, edge.target, operation.name())
    });
    text.collect::<Vec<_>>().join("; ")
}

/// Draws an edge: straight to the next node, otherwise as an arc above or below the nodes between.
fn arc(svg: &mut String, edge: usize, operation: Operation, live: bool) {
    let (source, target) = (EDGE_LIST[edge].source, EDGE_LIST[edge].target);
    let (from, to) = (FIRST + STEP * source as f64, FIRST + STEP * target as f64);
    let Ink(ink) = ink(operation);
    let bend = match (source, target) {
        (0, 2) => -100.0,
        (0, 3) => -215.0,
        (1, 3) => 115.0,
        _ => 0.0,
    };
    let (path, top) = if bend == 0.0 {
        (format!("M{} {MIDDLE}H{}", from + RADIUS, to - RADIUS - 8.0), MIDDLE)
    } else {
        // An arc leaves and enters its nodes from above or below.
        let edge = MIDDLE + RADIUS * f64::signum(bend);
        let (entry, control) = (edge + 8.0 * f64::signum(bend), MIDDLE + bend);
        // At its midpoint, a cubic is a quarter of its ends plus three quarters of its control points.
        (
            format!("M{from} {edge}C{from} {control} {to} {control} {to} {entry}"),
            0.25 * MIDDLE.midpoint(edge) + 0.75 * control + 0.25 * (edge - MIDDLE.midpoint(edge)),
        )
    };
    let (faded, middle) = (if live { "" } else { " faded" }, from.midpoint(to));
    write!(
        svg,
        "<g class=\"edge{faded}\">\
         <path class=\"mark line ink-{ink}\" d=\"{path}\" marker-end=\"url(#arrow)\"/>\
         <text class=\"label\" x=\"{middle}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text></g>",
        top - 6.0,
        operation.name()
    )
    .expect("memory");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_is_drawn_and_dead_ones_are_faded() {
        let text = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|none~2|";
        let Markup(svg) = cell(text.parse().unwrap());
        assert_eq!(svg.matches("class=\"edge faded\"").count(), EDGES, "no edge reaches the output");
        let text = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|none~2|";
        let Markup(svg) = cell(text.parse().unwrap());
        assert_eq!(svg.matches("class=\"edge\"").count(), 1, "only the edge from 0 to 3 affects the output");
        assert!(
            svg.contains("node 0 to 3: avg_pool_3x3;")
                && svg.contains("node 1 to 2: skip_connect (no effect)")
        );
    }
}
