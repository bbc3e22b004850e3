//! The skeleton of NAS-Bench-201: a stem, three stages of cells, two reduction blocks, a classifier.

use super::cell::{Content, cell};
use crate::graph::{Builder, Network, NodeId, Op, Shape};
use crate::space::{Choice, STAGE_COUNT, Space};

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
///
/// # Panics
/// If the space breaks a rule of [`Space`], or a node has more than [`MAX_EDGES`](crate::graph::MAX_EDGES)
/// operations into it or out of it.
pub fn supernet(space: &'static Space, shape: &MacroShape) -> Network {
    space.check();
    build(shape, Content::Everything(space))
}

/// The network of one choice of operations; `None` if a cell has no path from its input to its output.
pub fn discrete(shape: &MacroShape, choice: Choice) -> Option<Network> {
    choice.is_connected().then(|| build(shape, Content::Only(&choice)))
}

fn build(shape: &MacroShape, content: Content<'_>) -> Network {
    let mut builder = Builder::new(shape.input);
    if let Content::Everything(space) = content {
        builder.weigh_by(space);
    }
    let mut node = builder.node(Shape { channels: shape.channels, ..shape.input });
    builder.conv_norm(0, node, 3, false, ("stem.conv", "stem.bn"));
    for stage in 0..STAGE_COUNT {
        if stage > 0 {
            node = reduction(&mut builder, node, &format!("reductions.{}", stage - 1));
        }
        for index in 0..shape.cells {
            let which = content.space().cell_of_stage(stage);
            node = cell(&mut builder, node, content, which, &format!("stages.{stage}.cells.{index}"));
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
