//! The cell of a search space, with all operations or with one an edge.

use crate::graph::{Builder, NodeId, Op};
use crate::space::{Choice, Edge, Operation, Space};

/// The operations of a cell.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// Every operation on every edge, weighed by the mixture; normalisations have no parameters.
    Everything(&'static Space),
    /// One operation an edge. Edges that do not lie on a path from input to output are left out.
    Only(&'a Choice),
}

impl Content<'_> {
    /// The search space.
    pub fn space(self) -> &'static Space {
        match self {
            Content::Everything(space) => space,
            Content::Only(choice) => choice.space(),
        }
    }

    /// For each edge of a cell, whether it is built.
    fn useful(self, cell: usize) -> Vec<bool> {
        match self {
            Content::Everything(space) => vec![true; space.edges.len()],
            Content::Only(choice) => choice.live_edges()[choice.space().rows_of(cell)].to_vec(),
        }
    }
}

/// Appends cell number `which` of the space, reading `input`; returns its output.
pub fn cell(builder: &mut Builder, input: NodeId, content: Content<'_>, which: usize, name: &str) -> NodeId {
    let space = content.space();
    let useful = content.useful(which);
    let edges: Vec<(usize, Edge)> =
        space.edges.iter().copied().enumerate().filter(|(index, _)| useful[*index]).collect();
    let nodes = nodes(builder, input, space.nodes, &edges);
    for (index, edge) in edges {
        let (Some(source), Some(target)) = (nodes[edge.source], nodes[edge.target]) else { continue };
        let row = space.rows_of(which).start + index;
        let name = format!("{name}.edges.{index}");
        match content {
            Content::Everything(_) => {
                for (column, operation) in space.operations.iter().enumerate() {
                    mixed(builder, (source, target), *operation, (row, column), &name);
                }
            }
            Content::Only(choice) => chosen(builder, (source, target), choice[row], &name),
        }
    }
    nodes[space.nodes - 1].expect("a genotype without a path is refused before a network is built")
}

/// The nodes of a cell that some of `edges` leads to, and its input.
fn nodes(builder: &mut Builder, input: NodeId, count: usize, edges: &[(usize, Edge)]) -> Vec<Option<NodeId>> {
    let shape = builder.shape(input);
    let mut nodes = vec![Some(input)];
    for target in 1..count {
        let fed = edges.iter().any(|(_, edge)| edge.target == target);
        nodes.push(fed.then(|| builder.node(shape)));
    }
    nodes
}

fn mixed(
    builder: &mut Builder,
    ends: (NodeId, NodeId),
    operation: Operation,
    choice: (usize, usize),
    name: &str,
) {
    let Some(kernel) = operation.kernel() else {
        if let Some(op) = plain(operation) {
            builder.connect(ends.0, ends.1, op, Some(choice));
        }
        return;
    };
    let name = format!("{name}.conv{kernel}x{kernel}");
    let (shape, weight) = builder.conv(ends.0, ends.1, kernel, &name);
    let norm = Some(builder.norm(shape.outputs, false, &format!("{name}.bn")));
    builder.connect(ends.0, ends.1, Op::Conv { shape, weight, relu: true, norm }, Some(choice));
}

fn chosen(builder: &mut Builder, ends: (NodeId, NodeId), operation: Operation, name: &str) {
    if let Some(kernel) = operation.kernel() {
        let names = (format!("{name}.conv{kernel}x{kernel}"), format!("{name}.bn"));
        builder.conv_norm(ends.0, ends.1, kernel, true, (&names.0, &names.1));
    } else {
        let op = plain(operation).expect("an edge without operation is on no path");
        builder.connect(ends.0, ends.1, op, None);
    }
}

fn plain(operation: Operation) -> Option<Op> {
    match operation {
        Operation::SkipConnect => Some(Op::Skip),
        Operation::AvgPool3x3 => Some(Op::AvgPool3),
        Operation::None | Operation::Conv1x1 | Operation::Conv3x3 => None,
    }
}
