//! A network as a list of nodes with their weights in the form that kernels read.

use crate::graph::{NodeId, Shape};
use zodarts_kernels::{ConvShape, Kernels, Layout, Pixel, channel_winograd_scratch, planes};

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
    /// The convolutions. More than one part where a single image is worth several threads.
    pub parts: Vec<Part<T>>,
    /// Output planes of each part but the last, which may have fewer.
    pub planes: usize,
}

/// All convolutions into some output channels of a node.
#[derive(Debug, Default)]
pub struct Part<T> {
    pub outputs: usize,
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
        self.shape.dense()
    }

    pub fn padded(&self) -> Layout {
        self.shape.padded()
    }

    /// The node's convolutions.
    pub fn parts(&self) -> &[Part<T>] {
        match &self.build {
            Build::Sum(sum) => &sum.parts,
            _ => &[],
        }
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
}

/// Bytes of weights that stay in a second- or third-level cache from one image to the next.
const RESIDENT: usize = 16 << 20;
/// Images that share a reading of weights that do not.
const GROUP: usize = 4;

impl<T> Program<T> {
    /// The node the classifier reads.
    pub fn output(&self) -> &Node<T> {
        self.nodes.last().expect("the input is a node")
    }

    /// Values of an image.
    pub fn image_len(&self) -> usize {
        let Shape { channels, height, width } = self.nodes[0].shape;
        channels * height * width
    }

    fn parts(&self) -> impl Iterator<Item = &Part<T>> {
        self.nodes.iter().flat_map(Node::parts)
    }

    /// Images to take through the network side by side.
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

    /// Most parts of a node.
    pub fn most_parts(&self) -> usize {
        self.nodes.iter().map(|node| node.parts().len()).max().unwrap_or(0)
    }

    /// Pixels of the largest node that is pooled.
    pub fn pool_scratch(&self) -> usize {
        let pooled = self.nodes.iter().filter(|node| match &node.build {
            Build::Sum(sum) => !sum.pooled.is_empty(),
            _ => false,
        });
        pooled.map(|node| node.layout().len(node.planes())).max().unwrap_or(0)
    }

    /// Pixels of the largest scratch of a Winograd convolution.
    pub fn winograd_scratch(&self) -> usize {
        let of_part = |node: &Node<T>, part: &Part<T>| {
            let inputs = part.winograd.iter().map(|winograd| winograd.inputs).max()?;
            Some(channel_winograd_scratch(&node.layout(), inputs, part.outputs))
        };
        let parts = self.nodes.iter().flat_map(|node| node.parts().iter().map(move |part| (node, part)));
        parts.filter_map(|(node, part)| of_part(node, part)).max().unwrap_or(0)
    }
}
