//! The drawings of cells as graphs: nodes from left to right, edges as arcs labelled with their operations.

use crate::chart::Ink;
use crate::markup::Markup;
use std::fmt::Write;
use zodarts_nas::genotype::Genotype;
use zodarts_nn::space::{Edge, Operation};

/// Distance in pixels from the left edge to the first node.
const FIRST: f64 = 50.0;
/// Distance in pixels from node to node.
const STEP: f64 = 180.0;
/// Radius of a node in pixels.
const RADIUS: f64 = 20.0;
/// Height in pixels of the control points of an arc above one node.
const ABOVE: f64 = 100.0;
/// The same for each further node, and for each node that an arc passes below.
const FURTHER: f64 = 115.0;
/// Distance in pixels of the highest arc from the upper border.
const TOP: f64 = 28.75;
/// Distance in pixels of the lowest arc from the lower border.
const BOTTOM: f64 = 23.75;

/// Returns the ink of an operation. It is the same in all charts.
pub fn ink(operation: Operation) -> Ink {
    let others = Operation::ALL.into_iter().filter(|other| *other != Operation::None);
    others.into_iter().position(|other| other == operation).map_or(Ink(0), Ink::nth)
}

/// Returns the drawings of a genotype's cells. Edges that do not affect the output, because they carry zeros
/// or do not lead to the output, are faded.
pub fn cells(genotype: Genotype) -> Markup {
    Markup((0..genotype.space().cells()).map(|cell| drawing(genotype, cell)).collect())
}

/// One cell.
struct Drawing {
    nodes: usize,
    /// Height of the nodes.
    middle: f64,
}

fn drawing(genotype: Genotype, cell: usize) -> String {
    let space = genotype.space();
    let drawing = Drawing::new(space.nodes);
    let (live, rows) = (genotype.live_edges(), space.rows_of(cell));
    let mut svg = format!(
        "<svg class=\"cell\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
        node_x(space.nodes - 1) + FIRST,
        drawing.height(),
        description(genotype, cell)
    );
    // Faded edges are drawn first, below the live ones.
    for drawn in [false, true] {
        for row in rows.clone().filter(|row| live[*row] == drawn) {
            drawing.arc(&mut svg, space.cell_edge(row).edge, genotype.0[row], drawn);
        }
    }
    for node in 0..space.nodes {
        drawing.node(&mut svg, node);
    }
    if space.cells() > 1 {
        write!(svg, "<text x=\"8\" y=\"20\">cell {}</text>", cell + 1).expect("memory");
    }
    svg + "</svg>"
}

/// Returns a cell in words, for screen readers.
fn description(genotype: Genotype, cell: usize) -> String {
    let (space, live) = (genotype.space(), genotype.live_edges());
    let edges = space.rows_of(cell).map(|row| {
        let dead = if live[row] { "" } else { " (no effect)" };
        let Edge { source, target } = space.cell_edge(row).edge;
        format!("node {source} to {target}: {}{dead}", genotype.0[row].name())
    });
    let name = if space.cells() > 1 { format!("cell {}, ", cell + 1) } else { String::new() };
    name + &edges.collect::<Vec<_>>().join("; ")
}

/// Returns the horizontal position of a node.
fn node_x(node: usize) -> f64 {
    FIRST + STEP * node as f64
}

impl Drawing {
    fn new(nodes: usize) -> Self {
        let highest = if nodes > 2 { -bend(Edge { source: 0, target: nodes - 1 }) } else { 0.0 };
        Self { nodes, middle: 0.75 * highest + TOP }
    }

    fn height(&self) -> f64 {
        let lowest = if self.nodes > 3 { bend(Edge { source: 1, target: self.nodes - 1 }) } else { 0.0 };
        self.middle + 0.75 * lowest + BOTTOM
    }

    fn node(&self, svg: &mut String, node: usize) {
        let (x, middle) = (node_x(node), self.middle);
        let name = match node {
            0 => "in".into(),
            _ if node == self.nodes - 1 => "out".into(),
            _ => node.to_string(),
        };
        write!(
            svg,
            "<circle class=\"node\" cx=\"{x}\" cy=\"{middle}\" r=\"{RADIUS}\"/>\
             <text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{name}</text>",
            middle + 4.0
        )
        .expect("memory");
    }

    /// Draws an edge: straight to the next node, otherwise as an arc above or below the nodes between.
    fn arc(&self, svg: &mut String, edge: Edge, operation: Operation, live: bool) {
        let (from, to, middle) = (node_x(edge.source), node_x(edge.target), self.middle);
        let Ink(ink) = ink(operation);
        let bend = bend(edge);
        let (path, top) = if bend == 0.0 {
            (format!("M{} {middle}H{}", from + RADIUS, to - RADIUS - 8.0), middle)
        } else {
            // An arc leaves and enters its nodes from above or below.
            let edge = middle + RADIUS * f64::signum(bend);
            let (entry, control) = (edge + 8.0 * f64::signum(bend), middle + bend);
            // At its midpoint, a cubic is a quarter of its ends plus three quarters of its control points.
            (
                format!("M{from} {edge}C{from} {control} {to} {control} {to} {entry}"),
                0.25 * middle.midpoint(edge) + 0.75 * control + 0.25 * (edge - middle.midpoint(edge)),
            )
        };
        let (faded, centre) = (if live { "" } else { " faded" }, from.midpoint(to));
        write!(
            svg,
            "<g class=\"edge{faded}\">\
             <path class=\"mark line ink-{ink}\" d=\"{path}\" marker-end=\"url(#arrow)\"/>\
             <text class=\"label\" x=\"{centre}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text></g>",
            top - 6.0,
            operation.name()
        )
        .expect("memory");
    }
}

/// Returns the height of an edge's control points: 0 to the next node, otherwise negative, which is above, if
/// the edge leaves a node of even number, and positive if it leaves one of odd number.
fn bend(edge: Edge) -> f64 {
    let over = (edge.target - edge.source - 1) as f64;
    if over == 0.0 {
        0.0
    } else if edge.source.is_multiple_of(2) {
        -ABOVE - FURTHER * (over - 1.0)
    } else {
        FURTHER * over
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zodarts_nn::space::STAGES;

    #[test]
    fn every_edge_is_drawn_and_dead_ones_are_faded() {
        let text = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|none~2|";
        let Markup(svg) = cells(text.parse().unwrap());
        assert_eq!(svg.matches("class=\"edge faded\"").count(), 6, "no edge reaches the output");
        let text = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|none~2|";
        let Markup(svg) = cells(text.parse().unwrap());
        assert_eq!(svg.matches("class=\"edge\"").count(), 1, "only the edge from 0 to 3 affects the output");
        assert!(
            svg.contains("node 0 to 3: avg_pool_3x3;")
                && svg.contains("node 1 to 2: skip_connect (no effect)")
        );
        assert!(svg.starts_with("<svg class=\"cell\" viewBox=\"0 0 640 300\""), "{svg}");
        assert!(svg.contains("C50 -25 590 -25 590 162"), "the arc over both nodes: {svg}");
    }

    #[test]
    fn every_cell_of_a_genotype_is_drawn() {
        let Markup(svg) = cells(Genotype::heaviest(&STAGES));
        assert_eq!((svg.matches("<svg").count(), svg.matches("class=\"edge\"").count()), (3, 9));
        assert!(
            svg.contains(">cell 3</text>") && svg.contains("aria-label=\"cell 2, node 0 to 1: nor_conv_3x3;")
        );
    }
}
