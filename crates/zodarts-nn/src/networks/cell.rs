//! The cell of NAS-Bench-201, with all operations or with one an edge.

use crate::graph::{Builder, NodeId, Op};
use crate::space::{Choice, EDGE_LIST, NODES, Operation};

/// The operations of a cell.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// Every operation on every edge, weighed by the mixture; normalisations have no parameters.
    Everything,
    /// One operation an edge. Edges that do not lie on a path from input to output are left out.
    Only(&'a Choice),
}

/// Appends a cell that reads `input`; returns its output.
pub fn cell(builder: &mut Builder, input: NodeId, content: Content<'_>, name: &str) -> NodeId {
    let shape = builder.shape(input);
    let mut nodes = [Some(input), None, None, None];
    let useful = match content {
        Content::Everything => [true; EDGE_LIST.len()],
        Content::Only(choice) => on_a_path(*choice),
    };
    for (target, node) in nodes.iter_mut().enumerate().skip(1) {
        if (0..EDGE_LIST.len()).any(|e| useful[e] && EDGE_LIST[e].target == target) {
            *node = Some(builder.node(shape));
        }
    }
    for (index, edge) in EDGE_LIST.iter().enumerate().filter(|(index, _)| useful[*index]) {
        let (Some(source), Some(target)) = (nodes[edge.source], nodes[edge.target]) else { continue };
        let name = format!("{name}.edges.{index}");
        match content {
            Content::Everything => {
                for operation in Operation::ALL {
                    mixed(builder, (source, target), operation, index, &name);
                }
            }
            Content::Only(choice) => chosen(builder, (source, target), choice[index], &name),
        }
    }
    nodes[NODES - 1].expect("a genotype without a path is refused before a network is built")
}

fn mixed(builder: &mut Builder, ends: (NodeId, NodeId), operation: Operation, edge: usize, name: &str) {
    let choice = Some((edge, operation.index()));
    let Some(kernel) = kernel(operation) else {
        if let Some(op) = plain(operation) {
            builder.connect(ends.0, ends.1, op, choice);
        }
        return;
    };
    let name = format!("{name}.conv{kernel}x{kernel}");
    let (shape, weight) = builder.conv(ends.0, ends.1, kernel, &name);
    let norm = Some(builder.norm(shape.outputs, false, &format!("{name}.bn")));
    builder.connect(ends.0, ends.1, Op::Conv { shape, weight, relu: true, norm }, choice);
}

fn chosen(builder: &mut Builder, ends: (NodeId, NodeId), operation: Operation, name: &str) {
    if let Some(kernel) = kernel(operation) {
        let names = (format!("{name}.conv{kernel}x{kernel}"), format!("{name}.bn"));
        builder.conv_norm(ends.0, ends.1, kernel, true, (&names.0, &names.1));
    } else {
        let op = plain(operation).expect("an edge without operation is on no path");
        builder.connect(ends.0, ends.1, op, None);
    }
}

fn kernel(operation: Operation) -> Option<usize> {
    match operation {
        Operation::Conv1x1 => Some(1),
        Operation::Conv3x3 => Some(3),
        _ => None,
    }
}

fn plain(operation: Operation) -> Option<Op> {
    match operation {
        Operation::SkipConnect => Some(Op::Skip),
        Operation::AvgPool3x3 => Some(Op::AvgPool3),
        _ => None,
    }
}

/// Returns, for each edge, true if it lies on a path from the cell's input to its output.
pub fn on_a_path(choice: Choice) -> [bool; EDGE_LIST.len()] {
    let alive = |edge: usize| choice[edge] != Operation::None;
    let mut reached = [true, false, false, false];
    for (index, edge) in EDGE_LIST.iter().enumerate() {
        reached[edge.target] |= alive(index) && reached[edge.source];
    }
    let mut leads = [false, false, false, true];
    for (index, edge) in EDGE_LIST.iter().enumerate().rev() {
        leads[edge.source] |= alive(index) && leads[edge.target];
    }
    std::array::from_fn(|index| {
        let edge = EDGE_LIST[index];
        alive(index) && reached[edge.source] && leads[edge.target]
    })
}
