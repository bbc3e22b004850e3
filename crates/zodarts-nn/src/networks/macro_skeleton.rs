//! The skeleton of NAS-Bench-201: a stem, three stages of cells, two reduction blocks, a classifier.

use super::cell::{Content, cell, on_a_path};
use crate::graph::{Builder, Network, NodeId, Op, Shape};
use crate::space::Choice;

/// Sizes of a searched network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MacroShape {
    /// The input image.
    pub input: Shape,
    /// Outputs.
    pub classes: usize,
    /// Channels C of the first stage; the second has 2C, the third 4C.
    pub channels: usize,
    /// Cells N of each stage.
    pub cells: usize,
}

/// The network that holds all operations of all edges.
pub fn supernet(shape: &MacroShape) -> Network {
    build(shape, Content::Everything)
}

/// The network of one choice of operations; `None` if no path leads from a cell's input to its output.
pub fn discrete(shape: &MacroShape, choice: Choice) -> Option<Network> {
    on_a_path(choice).contains(&true).then(|| build(shape, Content::Only(&choice)))
}

fn build(shape: &MacroShape, content: Content<'_>) -> Network {
    let mut builder = Builder::new(shape.input);
    let mut node = builder.node(Shape { channels: shape.channels, ..shape.input });
    builder.conv_norm(0, node, 3, false, ("stem.conv", "stem.bn"));
    for stage in 0..3 {
        if stage > 0 {
            node = reduction(&mut builder, node, &format!("reductions.{}", stage - 1));
        }
        for index in 0..shape.cells {
            node = cell(&mut builder, node, content, &format!("stages.{stage}.cells.{index}"));
        }
    }
    let normalised = builder.node(builder.shape(node));
    let norm = builder.norm(builder.shape(node).channels, true, "head.bn");
    builder.connect(node, normalised, Op::Norm(norm), None);
    builder.finish(shape.classes)
}

/// Residual block at stride 2 that doubles the channels.
fn reduction(builder: &mut Builder, input: NodeId, name: &str) -> NodeId {
    let large = builder.shape(input);
    let small = large.halved(2 * large.channels);
    let pooled = builder.node(large.halved(large.channels));
    let middle = builder.node(small);
    let output = builder.node(small);
    let names = ["conv_a", "bn_a", "conv_b", "bn_b", "shortcut"].map(|part| format!("{name}.{part}"));
    builder.conv_norm(input, middle, 3, true, (&names[0], &names[1]));
    builder.conv_norm(middle, output, 3, true, (&names[2], &names[3]));
    builder.connect(input, pooled, Op::AvgPool2, None);
    let (shape, weight) = builder.conv(pooled, output, 1, &names[4]);
    builder.connect(pooled, output, Op::Conv { shape, weight, relu: false, norm: None }, None);
    output
}
