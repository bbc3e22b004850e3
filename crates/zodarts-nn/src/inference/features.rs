//! Features of an image: how strongly, and how unevenly, each channel responds at the end of each stage.
//!
//! They describe what a network sees in an image before it decides, from edges and textures in the first
//! stage to shapes in the last.

use super::program::ProgramNode;
use crate::graph::{Network, NodeId, Shape};
use zodarts_kernels::{LANES, Pixel, Real};

/// Features of a group of channels: the averages of their means and of their deviations over all places.
const FEATURES: usize = 2;
/// The most groups of channels in a stage. Channels of wide stages are averaged in groups, so that the
/// covariance of the features stays small.
const MOST_GROUPS: usize = 64;

/// Returns the number of neighbouring channels in a group.
fn group_size(channels: usize) -> usize {
    channels.div_ceil(MOST_GROUPS)
}

/// Returns the number of features of a node with `channels` channels.
pub fn count(channels: usize) -> usize {
    FEATURES * channels.div_ceil(group_size(channels))
}

/// Returns the position of a node's features among those of an image; `None` unless the node is the last of
/// its resolution.
pub fn position(network: &Network, node: NodeId) -> Option<usize> {
    let ends = |node: NodeId| {
        let size = |node: NodeId| (network.nodes[node].height, network.nodes[node].width);
        node > 0 && (node + 1..network.nodes.len()).all(|later| size(later) != size(node))
    };
    let before = (0..node).filter(|&node| ends(node)).map(|node| count(network.nodes[node].channels));
    ends(node).then(|| before.sum())
}

/// Returns the number of features of an image.
pub fn feature_count(network: &Network) -> usize {
    let mut ends = (0..network.nodes.len()).rev().filter_map(|node| Some((node, position(network, node)?)));
    ends.next().map_or(0, |(node, position)| position + count(network.nodes[node].channels))
}

/// Writes the features of a node's value: for each group of channels, a mean and a deviation.
pub fn summarise<T: Real>(node: &ProgramNode<T>, value: &[Pixel<T>], features: &mut [f64]) {
    let Shape { channels, height, width } = node.shape;
    let (layout, area, group) = (node.layout(), (height * width) as f64, group_size(channels));
    let features = &mut features[..count(channels)];
    features.fill(0.0);
    for plane in 0..node.planes() {
        let (mut sums, mut squares) = ([0.0; LANES], [0.0; LANES]);
        for y in 0..height {
            let first = layout.at(plane, y, 0);
            for pixel in &value[first..first + width] {
                for (lane, value) in pixel.0.iter().enumerate() {
                    let value = value.to_f64();
                    sums[lane] += value;
                    squares[lane] += value * value;
                }
            }
        }
        for channel in plane * LANES..channels.min((plane + 1) * LANES) {
            let (lane, place) = (channel % LANES, channel / group);
            // The last group may be smaller.
            let members = group.min(channels - place * group) as f64;
            let mean = sums[lane] / area;
            let deviation = (squares[lane] / area - mean * mean).max(0.0).sqrt();
            features[FEATURES * place] += mean / members;
            features[FEATURES * place + 1] += deviation / members;
        }
    }
}
