//! From a graph to a program: what edges add to a node, and how each convolution is computed.

use super::buffers::{Buffers, reads_copy};
use super::cost::Cost;
use super::fold::{Affine, pixels};
use super::program::{Build, Direct, Head, Node, Part, Program, Sum, Winograd};
use crate::executor::Convolutions;
use crate::graph::{Edge, Network, NodeId, Op};
use rayon::prelude::*;
use zodarts_kernels::{
    ConvShape, Kernels, LANES, Pixel, Real, channel_filter_len, channel_weights, pack_channel_filter,
    pack_channels, planes,
};

/// Compiles a network with given weights and running statistics.
pub fn compile<T: Real>(
    network: &Network,
    (weights, statistics): (&[T], &[T]),
    kernels: Kernels<T>,
    convolutions: Convolutions,
) -> Program<T> {
    assert_eq!(weights.len(), network.weights.len(), "weights");
    assert_eq!(statistics.len(), network.statistics.len(), "running statistics");
    assert!(network.edges.iter().all(|edge| edge.choice.is_none()), "predictions of a supernet");
    let buffers = Buffers::new(network);
    let compiler = Compiler { network, weights, statistics, kernels, convolutions };
    let node = |node: NodeId| Node {
        shape: network.nodes[node],
        build: compiler.build(node),
        value: buffers.values[node],
        copy: buffers.copies[node].map(|buffer| (buffer, rectifies(network, node))),
    };
    let wide = |values: &[T]| values.iter().map(|value| value.to_f64()).collect();
    Program {
        kernels,
        nodes: (0..network.nodes.len()).into_par_iter().map(node).collect(),
        head: Head {
            matrix: wide(&weights[network.linear.clone()]),
            bias: wide(&weights[network.bias.clone()]),
        },
        buffers: buffers.sizes,
    }
}

/// Whether the convolutions of a node read it through a `ReLU`: all or none do.
fn rectifies(network: &Network, node: NodeId) -> bool {
    network.outgoing(node).any(|edge| matches!(network.edges[edge].op, Op::Conv { relu: true, .. }))
}

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
    cost: Cost,
}

impl<T: Real> Compiler<'_, T> {
    fn build(&self, node: NodeId) -> Build<T> {
        if node == 0 {
            return Build::Input;
        }
        let edges = || self.network.incoming(node).map(|edge| &self.network.edges[edge]);
        match edges().next() {
            Some(Edge { source, op: Op::Relu, .. }) => Build::Relu(*source),
            Some(Edge { source, op: Op::AvgPool2, .. }) => Build::AvgPool2(*source),
            _ => Build::Sum(self.sum(self.network.nodes[node].channels, edges())),
        }
    }

    fn sum<'e>(&self, channels: usize, edges: impl Iterator<Item = &'e Edge>) -> Sum<T> {
        let mut constants = vec![0.0; channels];
        let (mut terms, mut pooled, mut convolutions) = (Vec::new(), Vec::new(), Vec::new());
        for edge in edges {
            let affine = Affine::new(edge.op.norm(), channels, self.weights, self.statistics);
            constants.iter_mut().zip(&affine.shift).for_each(|(sum, shift)| *sum += shift);
            match &edge.op {
                Op::Norm(_) | Op::Skip => terms.push((edge.source, pixels(&affine.scale))),
                Op::AvgPool3 => pooled.push(edge.source),
                Op::Conv { shape, weight, .. } => convolutions.push(Folded {
                    source: edge.source,
                    shape: *shape,
                    copy: reads_copy(&edge.op),
                    weights: affine.scaled(&self.weights[weight.clone()]),
                    cost: Cost::new(shape, self.network.nodes[edge.source]),
                }),
                Op::AvgPool2 | Op::Relu => unreachable!("a sole edge is not part of a sum"),
            }
        }
        let cost = convolutions.iter().map(|folded| folded.cost.least()).sum();
        let planes = Cost::planes_of_a_part(planes(channels), cost);
        let firsts = (0..channels).step_by(planes * LANES);
        let parts = firsts.map(|first| self.part(&convolutions, first, channels.min(first + planes * LANES)));
        Sum { bias: pixels(&constants), terms, pooled, parts: parts.collect(), planes }
    }

    /// The convolutions into the output channels from `first` to before `end`.
    fn part(&self, convolutions: &[Folded<T>], first: usize, end: usize) -> Part<T> {
        let outputs = end - first;
        let mut part = Part { outputs, direct: Vec::new(), winograd: Vec::new() };
        for &Folded { source, shape, copy, ref weights, cost } in convolutions {
            let row = weights.len() / shape.outputs;
            let (shape, weights) = (ConvShape { outputs, ..shape }, &weights[first * row..end * row]);
            let channels = (shape.inputs, outputs);
            if self.convolutions == Convolutions::Fast && cost.favours_winograd() {
                let mut filter = vec![Pixel::ZERO; channel_filter_len(shape.inputs, outputs)];
                pack_channel_filter(self.kernels, channels, weights, &mut filter);
                part.winograd.push(Winograd { source, inputs: shape.inputs, filter });
            } else {
                let mut packed = vec![Pixel::ZERO; channel_weights(&shape)];
                pack_channels(&shape, weights, &mut packed);
                part.direct.push(Direct { source, shape, copy, packed });
            }
        }
        part
    }
}
