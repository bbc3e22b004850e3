//! Compilation of a network's graph into a program.

use super::activation_buffers::{ActivationBuffers, reads_copy};
use super::channel_affine::{ChannelAffine, pixels};
use super::conv_cost::ConvCost;
use super::features::position;
use super::program::{
    DirectConv, LinearHead, NodeCopy, NodeSource, NodeSum, OutputPart, Program, ProgramNode, WinogradConv,
};
use crate::executor::Convolutions;
use crate::graph::{Edge, Network, NodeId, Op};
use rayon::prelude::*;
use zodarts_kernels::{
    ConvShape, Kernels, LANES, Pixel, Real, channel_filter_len, channel_weights, pack_channel_filter,
    pack_channels, planes,
};

/// The parameters of a trained network.
#[derive(Clone, Copy, Debug)]
pub struct TrainedParameters<'a, T> {
    /// The flat weights, in the order of [`Network::weights`].
    pub weights: &'a [T],
    /// The running statistics, in the order of [`Network::statistics`].
    pub statistics: &'a [T],
}

/// Compiles a network.
///
/// # Panics
/// If weights or statistics do not fit the network, or if it is a supernet.
pub fn compile<T: Real>(
    network: &Network,
    parameters: TrainedParameters<'_, T>,
    kernels: Kernels<T>,
    convolutions: Convolutions,
) -> Program<T> {
    let TrainedParameters { weights, statistics } = parameters;
    assert_eq!(weights.len(), network.weights.len(), "weights");
    assert_eq!(statistics.len(), network.statistics.len(), "running statistics");
    assert!(network.edges.iter().all(|edge| edge.choice.is_none()), "predictions of a supernet");
    let buffers = ActivationBuffers::new(network);
    let compiler = Compiler { network, weights, statistics, kernels, convolutions };
    let node = |node: NodeId| ProgramNode {
        shape: network.nodes[node],
        source: compiler.source(node),
        value: buffers.values[node],
        copy: buffers.copies[node].map(|buffer| NodeCopy { buffer, relu: rectifies(network, node) }),
        features: position(network, node),
    };
    let wide = |values: &[T]| values.iter().map(|value| value.to_f64()).collect();
    Program {
        kernels,
        nodes: (0..network.nodes.len()).into_par_iter().map(node).collect(),
        head: LinearHead {
            matrix: wide(&weights[network.linear.clone()]),
            bias: wide(&weights[network.bias.clone()]),
        },
        buffers: buffers.sizes,
    }
}

/// Returns true if the convolutions of a node read it through a `ReLU`. All or none do.
fn rectifies(network: &Network, node: NodeId) -> bool {
    network.outgoing(node).any(|edge| matches!(network.edges[edge].op, Op::Conv { relu: true, .. }))
}

/// A network and the choices of its compilation.
struct Compiler<'a, T> {
    network: &'a Network,
    weights: &'a [T],
    statistics: &'a [T],
    kernels: Kernels<T>,
    convolutions: Convolutions,
}

/// A convolution with its normalisation folded into its weights.
struct Folded<T> {
    source: NodeId,
    shape: ConvShape,
    copy: bool,
    weights: Vec<T>,
    cost: ConvCost,
}

impl<T: Real> Compiler<'_, T> {
    /// Returns the computation of a node.
    fn source(&self, node: NodeId) -> NodeSource<T> {
        if node == 0 {
            return NodeSource::Input;
        }
        let edges = || self.network.incoming(node).map(|edge| &self.network.edges[edge]);
        match edges().next() {
            Some(Edge { source, op: Op::Relu, .. }) => NodeSource::Relu(*source),
            Some(Edge { source, op: Op::AvgPool2, .. }) => NodeSource::AvgPool2(*source),
            _ => NodeSource::Sum(self.sum(self.network.nodes[node].channels, edges())),
        }
    }

    /// Returns the sum of edges into a node with `channels` channels.
    fn sum<'e>(&self, channels: usize, edges: impl Iterator<Item = &'e Edge>) -> NodeSum<T> {
        let mut constants = vec![0.0; channels];
        let (mut terms, mut pooled, mut convolutions) = (Vec::new(), Vec::new(), Vec::new());
        for edge in edges {
            let affine = ChannelAffine::new(edge.op.norm(), channels, self.weights, self.statistics);
            constants.iter_mut().zip(&affine.shift).for_each(|(sum, shift)| *sum += shift);
            match &edge.op {
                Op::Norm(_) | Op::Skip => terms.push((edge.source, pixels(&affine.scale))),
                Op::AvgPool3 => pooled.push(edge.source),
                Op::Conv { shape, weight, .. } => convolutions.push(Folded {
                    source: edge.source,
                    shape: *shape,
                    copy: reads_copy(&edge.op),
                    weights: affine.scaled(&self.weights[weight.clone()]),
                    cost: ConvCost::new(shape, self.network.nodes[edge.source]),
                }),
                Op::AvgPool2 | Op::Relu => unreachable!("a sole edge is not part of a sum"),
            }
        }
        let cost = convolutions.iter().map(|folded| folded.cost.least()).sum();
        let planes = ConvCost::planes_of_a_part(planes(channels), cost);
        let firsts = (0..channels).step_by(planes * LANES);
        let parts = firsts.map(|first| self.part(&convolutions, first, channels.min(first + planes * LANES)));
        NodeSum { bias: pixels(&constants), terms, pooled, parts: parts.collect(), planes }
    }

    /// Returns the convolutions into the output channels `first..end`.
    fn part(&self, convolutions: &[Folded<T>], first: usize, end: usize) -> OutputPart<T> {
        let outputs = end - first;
        let mut part = OutputPart { outputs, direct: Vec::new(), winograd: Vec::new() };
        for &Folded { source, shape, copy, ref weights, cost } in convolutions {
            let row = weights.len() / shape.outputs;
            let (shape, weights) = (ConvShape { outputs, ..shape }, &weights[first * row..end * row]);
            if self.convolutions == Convolutions::Fast && cost.favours_winograd() {
                let mut filter = vec![Pixel::ZERO; channel_filter_len(shape.inputs, outputs)];
                pack_channel_filter(self.kernels, shape.inputs, outputs, weights, &mut filter);
                part.winograd.push(WinogradConv { source, inputs: shape.inputs, filter });
            } else {
                let mut packed = vec![Pixel::ZERO; channel_weights(&shape)];
                pack_channels(&shape, weights, &mut packed);
                part.direct.push(DirectConv { source, shape, copy, packed });
            }
        }
        part
    }
}
