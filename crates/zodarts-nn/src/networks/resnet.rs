//! `ResNet-18` in the form `MedMNIST` uses for 28×28 images: a 3×3 stem at stride 1 and no max pooling.

use crate::graph::{Builder, Network, NodeId, Op, Shape};

/// First-stage channels of the original.
pub const RESNET_WIDTH: usize = 64;

/// `ResNet-18` with `width` channels in its first stage ([`RESNET_WIDTH`] in the original).
pub fn resnet18(input: Shape, classes: usize, width: usize) -> Network {
    let mut builder = Builder::new(input);
    let stem = builder.node(Shape { channels: width, ..input });
    builder.conv_norm(0, stem, 3, false, ("stem.conv", "stem.bn"));
    let mut node = rectified(&mut builder, stem);
    for stage in 0..4 {
        for index in 0..2 {
            let sum = basic_block(&mut builder, node, width << stage, &format!("layers.{stage}.{index}"));
            let last = stage == 3 && index == 1;
            // The classifier takes the ReLU of the last sum itself.
            node = if last { sum } else { rectified(&mut builder, sum) };
        }
    }
    builder.finish(classes)
}

fn rectified(builder: &mut Builder, source: NodeId) -> NodeId {
    let node = builder.node(builder.shape(source));
    builder.connect(source, node, Op::Relu, None);
    node
}

/// Two 3×3 convolutions around a shortcut; the sum before its `ReLU`.
fn basic_block(builder: &mut Builder, input: NodeId, channels: usize, name: &str) -> NodeId {
    let from = builder.shape(input);
    let to = if from.channels == channels { from } else { from.halved(channels) };
    let middle = builder.node(to);
    let output = builder.node(to);
    let names = ["conv_a", "bn_a", "conv_b", "bn_b", "shortcut.conv", "shortcut.bn"];
    let names = names.map(|part| format!("{name}.{part}"));
    builder.conv_norm(input, middle, 3, false, (&names[0], &names[1]));
    builder.conv_norm(middle, output, 3, true, (&names[2], &names[3]));
    if from == to {
        builder.connect(input, output, Op::Skip, None);
    } else {
        builder.conv_norm(input, output, 1, false, (&names[4], &names[5]));
    }
    output
}
