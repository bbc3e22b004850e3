//! A network as a list of nodes, with weights in the order that kernels read.

use super::features::count;
use crate::graph::{NodeId, Shape};
use zodarts_kernels::{BlockLayout, ConvShape, Kernels, Pixel, channel_winograd_scratch, planes};

/// The computation of a node.
#[derive(Debug)]
pub enum NodeSource<T> {
    /// The image.
    Input,
    /// `max(x, 0)` of another node.
    Relu(NodeId),
    /// 2×2 averages of another node.
    AvgPool2(NodeId),
    /// A sum of edges.
    Sum(NodeSum<T>),
}

/// A sum of edges: `bias + Σ scale·x + avgpool(Σ x) + Σ convolution(x)`.
#[derive(Debug)]
pub struct NodeSum<T> {
    /// Sums of the constants of all edges, one pixel per plane.
    pub bias: Vec<Pixel<T>>,
    /// Nodes with their factors, one pixel per plane.
    pub terms: Vec<(NodeId, Vec<Pixel<T>>)>,
    /// Nodes averaged over 3×3 pixels.
    pub pooled: Vec<NodeId>,
    /// The convolutions, in more than one part if a single image is worth several threads.
    pub parts: Vec<OutputPart<T>>,
    /// Output planes of each part; the last may have fewer.
    pub planes: usize,
}

/// All convolutions into a range of the output channels of a node.
#[derive(Debug, Default)]
pub struct OutputPart<T> {
    /// Number of output channels.
    pub outputs: usize,
    /// Convolutions by their definition.
    pub direct: Vec<DirectConv<T>>,
    /// Convolutions by Winograd.
    pub winograd: Vec<WinogradConv<T>>,
}

/// A convolution of a node, by its definition.
#[derive(Debug)]
pub struct DirectConv<T> {
    /// Node that it reads.
    pub source: NodeId,
    /// Channels, window and stride.
    pub shape: ConvShape,
    /// True if it reads the node's copy instead of its value.
    pub copy: bool,
    /// Packed weights.
    pub packed: Vec<Pixel<T>>,
}

/// A 3×3 convolution of a node's copy, by Winograd.
#[derive(Debug)]
pub struct WinogradConv<T> {
    /// Node that it reads.
    pub source: NodeId,
    /// Input channels.
    pub inputs: usize,
    /// Transformed filter.
    pub filter: Vec<Pixel<T>>,
}

/// A node and its buffers.
#[derive(Debug)]
pub struct ProgramNode<T> {
    /// Size of the value.
    pub shape: Shape,
    /// The computation of the value.
    pub source: NodeSource<T>,
    /// Buffer of the value.
    pub value: usize,
    /// The copy that convolutions read, if there is one.
    pub copy: Option<NodeCopy>,
    /// Position of the node's features among those of an image, if the node ends a stage.
    pub features: Option<usize>,
}

/// A copy of a node's value with a margin.
#[derive(Clone, Copy, Debug)]
pub struct NodeCopy {
    /// Buffer of the copy.
    pub buffer: usize,
    /// True if the copy is `max(x, 0)`.
    pub relu: bool,
}

impl<T> ProgramNode<T> {
    /// Returns the number of planes of eight channels.
    pub fn planes(&self) -> usize {
        planes(self.shape.channels)
    }

    /// Returns the layout of the value.
    pub fn layout(&self) -> BlockLayout {
        self.shape.dense()
    }

    /// Returns the layout of the copy.
    pub fn padded(&self) -> BlockLayout {
        self.shape.padded()
    }

    /// Returns the node's convolutions.
    pub fn parts(&self) -> &[OutputPart<T>] {
        match &self.source {
            NodeSource::Sum(sum) => &sum.parts,
            _ => &[],
        }
    }
}

/// The classifier's linear layer.
#[derive(Debug)]
pub struct LinearHead {
    /// Matrix, `(classes, channels)`.
    pub matrix: Vec<f64>,
    /// Bias, one value per class.
    pub bias: Vec<f64>,
}

impl LinearHead {
    /// Returns the number of classes.
    pub fn classes(&self) -> usize {
        self.bias.len()
    }
}

/// A compiled network without its activations.
#[derive(Debug)]
pub struct Program<T> {
    /// The kernels.
    pub kernels: Kernels<T>,
    /// The nodes, in the order of computation.
    pub nodes: Vec<ProgramNode<T>>,
    /// The classifier.
    pub head: LinearHead,
    /// Pixels of each buffer.
    pub buffers: Vec<usize>,
}

/// Bytes of weights that stay in a second- or third-level cache from one image to the next.
const RESIDENT: usize = 16 << 20;
/// Images that share one reading of weights that do not stay in cache.
const GROUP: usize = 4;

impl<T> Program<T> {
    /// Returns the node that the classifier reads.
    pub fn output(&self) -> &ProgramNode<T> {
        self.nodes.last().expect("the input is a node")
    }

    /// Returns the number of features of an image.
    pub fn features(&self) -> usize {
        let ends = |node: &ProgramNode<T>| Some(node.features? + count(node.shape.channels));
        self.nodes.iter().filter_map(ends).max().unwrap_or(0)
    }

    /// Returns the number of values of an image.
    pub fn image_len(&self) -> usize {
        let Shape { channels, height, width } = self.nodes[0].shape;
        channels * height * width
    }

    fn parts(&self) -> impl Iterator<Item = &OutputPart<T>> {
        self.nodes.iter().flat_map(ProgramNode::parts)
    }

    /// Returns the number of images to compute side by side.
    pub fn group(&self) -> usize {
        let weights: usize = self
            .parts()
            .map(|part| {
                let direct: usize = part.direct.iter().map(|direct| direct.packed.len()).sum();
                direct + part.winograd.iter().map(|winograd| winograd.filter.len()).sum::<usize>()
            })
            .sum();
        if weights * size_of::<Pixel<T>>() > RESIDENT { GROUP } else { 1 }
    }

    /// Returns the largest number of parts of a node.
    pub fn most_parts(&self) -> usize {
        self.nodes.iter().map(|node| node.parts().len()).max().unwrap_or(0)
    }

    /// Returns the pixels of the largest pooled node.
    pub fn pool_scratch(&self) -> usize {
        let pooled = self.nodes.iter().filter(|node| match &node.source {
            NodeSource::Sum(sum) => !sum.pooled.is_empty(),
            _ => false,
        });
        pooled.map(|node| node.layout().len(node.planes())).max().unwrap_or(0)
    }

    /// Returns the pixels of the largest scratch of a Winograd convolution.
    pub fn winograd_scratch(&self) -> usize {
        let of_part = |node: &ProgramNode<T>, part: &OutputPart<T>| {
            let inputs = part.winograd.iter().map(|winograd| winograd.inputs).max()?;
            Some(channel_winograd_scratch(&node.layout(), inputs, part.outputs))
        };
        let parts = self.nodes.iter().flat_map(|node| node.parts().iter().map(move |part| (node, part)));
        parts.filter_map(|(node, part)| of_part(node, part)).max().unwrap_or(0)
    }
}
