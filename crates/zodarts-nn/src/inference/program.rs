//! A network as a list of nodes with their weights in the form that kernels read.

use super::buffers::{Buffers, dense, padded};
use super::fold::{Affine, pixels};
use crate::executor::Convolutions;
use crate::graph::{Edge, Network, NodeId, Op, Shape};
use zodarts_kernels::{
    ConvShape, Kernels, Layout, Pixel, Real, channel_filter_len, channel_weights, channel_winograd_scratch,
    pack_channel_filter, pack_channels, planes,
};

/// What a node is computed by.
#[derive(Debug)]
pub enum Build<T> {
    /// It is the image.
    Input,
    /// `max(x, 0)` of a node.
    Relu(NodeId),
    /// 2×2 averages of a node.
    AvgPool2(NodeId),
    /// A sum of edges.
    Sum(Sum<T>),
}

/// `bias + Σ scale·x + avgpool(Σ x) + Σ convolution(x)`.
#[derive(Debug)]
pub struct Sum<T> {
    /// Constants of all edges together.
    pub bias: Vec<Pixel<T>>,
    /// Nodes and their factors.
    pub terms: Vec<(NodeId, Vec<Pixel<T>>)>,
    /// Nodes that are averaged over 3×3 pixels.
    pub pooled: Vec<NodeId>,
    /// Convolutions by definition.
    pub direct: Vec<Direct<T>>,
    /// Convolutions by Winograd.
    pub winograd: Vec<Winograd<T>>,
}

/// A convolution of a node.
#[derive(Debug)]
pub struct Direct<T> {
    pub source: NodeId,
    pub shape: ConvShape,
    /// Whether it reads the copy instead of the value.
    pub copy: bool,
    pub packed: Vec<Pixel<T>>,
}

/// A 3×3 convolution of a node's copy.
#[derive(Debug)]
pub struct Winograd<T> {
    pub source: NodeId,
    pub inputs: usize,
    pub filter: Vec<Pixel<T>>,
}

/// A node and where it is kept.
#[derive(Debug)]
pub struct Node<T> {
    pub shape: Shape,
    pub build: Build<T>,
    /// Buffer of the value.
    pub value: usize,
    /// Buffer of the copy with a margin that convolutions read, and whether the copy is rectified.
    pub copy: Option<(usize, bool)>,
}

impl<T> Node<T> {
    pub fn planes(&self) -> usize {
        planes(self.shape.channels)
    }

    pub fn layout(&self) -> Layout {
        dense(self.shape)
    }

    pub fn padded(&self) -> Layout {
        padded(self.shape)
    }
}

/// The classifier's linear layer.
#[derive(Debug)]
pub struct Head {
    /// `classes × channels`.
    pub matrix: Vec<f64>,
    pub bias: Vec<f64>,
}

impl Head {
    pub fn classes(&self) -> usize {
        self.bias.len()
    }
}

/// Everything but the activations.
#[derive(Debug)]
pub struct Program<T> {
    pub kernels: Kernels<T>,
    pub nodes: Vec<Node<T>>,
    pub head: Head,
    /// Pixels of each buffer.
    pub buffers: Vec<usize>,
    /// Pixels of the largest node that is pooled.
    pub pooled: usize,
    /// Pixels of the largest scratch of a Winograd convolution.
    pub winograd: usize,
}

/// Whether an edge reads its source's copy: where it needs the margin or the `ReLU`.
pub fn reads_copy(op: &Op) -> bool {
    matches!(op, Op::Conv { shape, relu, .. } if *relu || shape.kernel == 3)
}

impl<T: Real> Program<T> {
    pub fn new(
        network: &Network,
        parameters: (&[T], &[T]),
        kernels: Kernels<T>,
        convolutions: Convolutions,
    ) -> Self {
        let (weights, statistics) = parameters;
        assert_eq!(weights.len(), network.weights.len(), "weights");
        assert_eq!(statistics.len(), network.statistics.len(), "running statistics");
        assert!(network.edges.iter().all(|edge| edge.choice.is_none()), "predictions of a supernet");
        let buffers = Buffers::new(network);
        let compiler = Compiler { network, weights, statistics, kernels, convolutions };
        let nodes: Vec<_> = (0..network.nodes.len())
            .map(|node| Node {
                shape: network.nodes[node],
                build: compiler.build(node),
                value: buffers.values[node],
                copy: buffers.copies[node].map(|buffer| (buffer, rectifies(network, node))),
            })
            .collect();
        let wide = |values: &[T]| values.iter().map(|value| value.to_f64()).collect();
        Self {
            kernels,
            head: Head {
                matrix: wide(&weights[network.linear.clone()]),
                bias: wide(&weights[network.bias.clone()]),
            },
            buffers: buffers.sizes,
            pooled: nodes.iter().map(pool_scratch).max().unwrap_or(0),
            winograd: nodes.iter().map(winograd_scratch).max().unwrap_or(0),
            nodes,
        }
    }

    /// The node the classifier reads.
    pub fn output(&self) -> &Node<T> {
        self.nodes.last().expect("the input is a node")
    }

    /// Values of an image.
    pub fn image_len(&self) -> usize {
        let Shape { channels, height, width } = self.nodes[0].shape;
        channels * height * width
    }
}

/// Whether the convolutions of a node read it through a `ReLU`: all or none do.
fn rectifies(network: &Network, node: NodeId) -> bool {
    network.outgoing(node).any(|edge| matches!(network.edges[edge].op, Op::Conv { relu: true, .. }))
}

fn pool_scratch<T>(node: &Node<T>) -> usize {
    match &node.build {
        Build::Sum(sum) if !sum.pooled.is_empty() => node.layout().len(node.planes()),
        _ => 0,
    }
}

fn winograd_scratch<T>(node: &Node<T>) -> usize {
    let Build::Sum(sum) = &node.build else { return 0 };
    let most = sum.winograd.iter().map(|winograd| winograd.inputs).max();
    most.map_or(0, |inputs| channel_winograd_scratch(&node.layout(), inputs, node.shape.channels))
}

/// Turns edges into what adds to a node.
struct Compiler<'a, T> {
    network: &'a Network,
    weights: &'a [T],
    statistics: &'a [T],
    kernels: Kernels<T>,
    convolutions: Convolutions,
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
        let mut sum = Sum {
            bias: Vec::new(),
            terms: Vec::new(),
            pooled: Vec::new(),
            direct: Vec::new(),
            winograd: Vec::new(),
        };
        for edge in edges {
            let affine = Affine::new(edge.op.norm(), channels, self.weights, self.statistics);
            constants.iter_mut().zip(&affine.shift).for_each(|(sum, shift)| *sum += shift);
            match &edge.op {
                Op::Norm(_) | Op::Skip => sum.terms.push((edge.source, pixels(&affine.scale))),
                Op::AvgPool3 => sum.pooled.push(edge.source),
                Op::Conv { shape, weight, .. } => {
                    let weights = affine.scaled(&self.weights[weight.clone()]);
                    self.convolution(edge, *shape, &weights, &mut sum);
                }
                Op::AvgPool2 | Op::Relu => unreachable!("a sole edge is not part of a sum"),
            }
        }
        sum.bias = pixels(&constants);
        sum
    }

    fn convolution(&self, edge: &Edge, shape: ConvShape, weights: &[T], sum: &mut Sum<T>) {
        let (source, channels) = (edge.source, (shape.inputs, shape.outputs));
        let fast = self.convolutions == Convolutions::Fast && worthwhile(&shape, self.network.nodes[source]);
        if fast {
            let mut filter = vec![Pixel::ZERO; channel_filter_len(shape.inputs, shape.outputs)];
            pack_channel_filter(self.kernels, channels, weights, &mut filter);
            sum.winograd.push(Winograd { source, inputs: shape.inputs, filter });
        } else {
            let mut packed = vec![Pixel::ZERO; channel_weights(&shape)];
            pack_channels(&shape, weights, &mut packed);
            sum.direct.push(Direct { source, shape, copy: reads_copy(&edge.op), packed });
        }
    }
}

/// Cost of transforming a tile of one plane into products or back, in multiply-adds of a vector.
const TRANSFORM: usize = 250;

/// Whether Winograd takes fewer instructions than the convolution's definition.
fn worthwhile(shape: &ConvShape, image: Shape) -> bool {
    let (inputs, outputs) = (planes(shape.inputs), planes(shape.outputs));
    let tiles = image.height.div_ceil(4) * image.width.div_ceil(4);
    let products = shape.inputs * outputs;
    let direct = 9 * image.height * image.width * products;
    let fast = tiles * (36 * products + TRANSFORM * (inputs + outputs));
    shape.kernel == 3 && shape.stride == 1 && fast < direct
}
