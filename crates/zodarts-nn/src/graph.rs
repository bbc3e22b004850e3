//! A network as a graph: a node is a sum of edges.
//!
//! Every network of this crate is such a graph, so one executor runs them all. Nodes are numbered in
//! topological order, node 0 is the input image, and the classifier (`ReLU`, global average, linear) reads
//! the last node. The value of a node is `Σ p_e · operation_e(source_e)` over its incoming edges, where `p_e`
//! is an entry of the mixture for the edges of a search cell and 1 for all others.

use crate::parameters::{Initial, TensorLayout};
use crate::space::Space;
use std::ops::Range;
use zodarts_kernels::{BlockLayout, ConvShape, Real};

/// Index of a node.
pub type NodeId = usize;

/// Most edges into or out of one node. The executor keeps their terms on the stack.
pub const MAX_EDGES: usize = 16;

/// Size of an activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Channels.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Shape {
    /// Returns the dense layout of a block of this shape.
    pub fn dense(self) -> BlockLayout {
        BlockLayout::dense(self.height, self.width)
    }

    /// Returns the padded layout of a block of this shape.
    pub fn padded(self) -> BlockLayout {
        BlockLayout::padded(self.height, self.width)
    }

    /// Returns the shape after a stride of 2, with `channels` channels.
    #[must_use]
    pub fn halved(self, channels: usize) -> Self {
        Self { channels, height: self.height.div_ceil(2), width: self.width.div_ceil(2) }
    }
}

/// A batch normalisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Norm {
    /// Position among the network's normalisations.
    pub index: usize,
    /// Ranges of scale γ and shift β in the weights; none in search cells.
    pub affine: Option<(Range<usize>, Range<usize>)>,
    /// Range of the running mean, and of the running variance, in the statistics.
    pub statistics: Range<usize>,
}

/// ε of every normalisation, `PyTorch`'s default.
pub const EPSILON: f64 = 1e-5;

impl Norm {
    /// Returns the scale γ and the shift β of a channel, or 1 and 0 without them.
    pub fn scale_and_shift<T: Real>(&self, weights: &[T], channel: usize) -> (f64, f64) {
        self.affine.as_ref().map_or((1.0, 0.0), |(scale, shift)| {
            (weights[scale.start + channel].to_f64(), weights[shift.start + channel].to_f64())
        })
    }
}

/// The operation of an edge on its source.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Convolution without bias, after a `ReLU` if `relu`, followed by a normalisation if there is one.
    Conv {
        /// Channels, window and stride.
        shape: ConvShape,
        /// Range of the weights.
        weight: Range<usize>,
        /// If true, the source passes through a `ReLU` first. All convolutions of a node agree on this.
        relu: bool,
        /// The normalisation of the result.
        norm: Option<Norm>,
    },
    /// Normalisation of the source itself.
    Norm(Norm),
    /// The identity.
    Skip,
    /// 3×3 average at stride 1.
    AvgPool3,
    /// 2×2 average at stride 2. The only edge into its target.
    AvgPool2,
    /// `max(x, 0)`. The only edge into its target.
    Relu,
}

impl Op {
    /// Returns the edge's normalisation.
    pub fn norm(&self) -> Option<&Norm> {
        match self {
            Op::Conv { norm, .. } => norm.as_ref(),
            Op::Norm(norm) => Some(norm),
            _ => None,
        }
    }

    /// Returns true if the operation maps zero to zero.
    pub fn keeps_zero(&self) -> bool {
        self.norm().is_none_or(|norm| norm.affine.is_none())
    }
}

/// An operation from one node to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The node it reads.
    pub source: NodeId,
    /// The node it adds to.
    pub target: NodeId,
    /// The operation.
    pub op: Op,
    /// Row and column of the mixture that weighs it, if any.
    pub choice: Option<(usize, usize)>,
}

/// A network: its graph and where its parameters are.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Sizes of the nodes, in topological order.
    pub nodes: Vec<Shape>,
    /// All edges, ordered by target.
    pub edges: Vec<Edge>,
    /// The weights.
    pub weights: TensorLayout,
    /// The running statistics of the normalisations: means, then variances, of each.
    pub statistics: TensorLayout,
    /// Number of normalisations.
    pub norms: usize,
    /// Range of the classifier's matrix, `classes × channels`.
    pub linear: Range<usize>,
    /// Range of the classifier's bias.
    pub bias: Range<usize>,
    /// Outputs.
    pub classes: usize,
    /// The search space whose mixture weighs its edges; `None` if nothing is weighed.
    pub space: Option<&'static Space>,
}

impl Network {
    /// Returns the node that the classifier reads.
    pub fn output(&self) -> NodeId {
        self.nodes.len() - 1
    }

    /// Returns the size of the input image.
    pub fn input(&self) -> Shape {
        self.nodes[0]
    }

    /// Returns the indices of the edges out of a node.
    pub fn outgoing(&self, node: NodeId) -> impl Iterator<Item = usize> + '_ {
        (0..self.edges.len()).filter(move |&edge| self.edges[edge].source == node)
    }

    /// Returns the indices of the edges into a node.
    pub fn incoming(&self, node: NodeId) -> impl Iterator<Item = usize> + '_ {
        (0..self.edges.len()).filter(move |&edge| self.edges[edge].target == node)
    }
}

/// Builds a [`Network`], keeping parameters in the order in which layers are added.
#[derive(Debug, Default)]
pub struct Builder {
    nodes: Vec<Shape>,
    edges: Vec<Edge>,
    weights: TensorLayout,
    statistics: TensorLayout,
    norms: usize,
    space: Option<&'static Space>,
}

impl Builder {
    /// Starts with the input image as node 0.
    pub fn new(input: Shape) -> Self {
        Self { nodes: vec![input], ..Self::default() }
    }

    /// Sets the space that the rows and columns of the edges' choices are of.
    pub fn weigh_by(&mut self, space: &'static Space) {
        self.space = Some(space);
    }

    /// Adds a node and returns it.
    pub fn node(&mut self, shape: Shape) -> NodeId {
        self.nodes.push(shape);
        self.nodes.len() - 1
    }

    /// Returns the size of a node.
    pub fn shape(&self, node: NodeId) -> Shape {
        self.nodes[node]
    }

    /// Adds an edge.
    ///
    /// # Panics
    /// If it does not run from a lower to a higher node.
    pub fn connect(&mut self, source: NodeId, target: NodeId, op: Op, choice: Option<(usize, usize)>) {
        assert!(source < target, "edges run from lower to higher nodes");
        self.edges.push(Edge { source, target, op, choice });
    }

    /// Appends the weights of a convolution between two nodes. Returns its shape and the range of its
    /// weights.
    pub fn conv(
        &mut self,
        source: NodeId,
        target: NodeId,
        kernel: usize,
        name: &str,
    ) -> (ConvShape, Range<usize>) {
        let (from, to) = (self.nodes[source], self.nodes[target]);
        let stride = if from.height == to.height && from.width == to.width { 1 } else { 2 };
        let shape = ConvShape { inputs: from.channels, outputs: to.channels, kernel, stride };
        let sizes = [shape.outputs, shape.inputs, kernel, kernel];
        let initial = Initial::Uniform { fan_in: shape.inputs * kernel * kernel };
        let weight = self.weights.push(format!("{name}.weight"), &sizes, initial);
        (shape, weight)
    }

    /// Appends a normalisation, with scale and shift if `affine`, and returns it.
    pub fn norm(&mut self, channels: usize, affine: bool, name: &str) -> Norm {
        let mut scale = |suffix, value| {
            self.weights.push(format!("{name}.{suffix}"), &[channels], Initial::Constant(value))
        };
        let affine = affine.then(|| (scale("weight", 1.0), scale("bias", 0.0)));
        let mean = self.statistics.push(format!("{name}.running_mean"), &[channels], Initial::Constant(0.0));
        let variance =
            self.statistics.push(format!("{name}.running_var"), &[channels], Initial::Constant(1.0));
        self.norms += 1;
        Norm { index: self.norms - 1, affine, statistics: mean.start..variance.end }
    }

    /// Adds `ReLU` → convolution → normalisation (or without the `ReLU`).
    pub fn conv_norm(
        &mut self,
        source: NodeId,
        target: NodeId,
        kernel: usize,
        relu: bool,
        names: (&str, &str),
    ) {
        let (shape, weight) = self.conv(source, target, kernel, names.0);
        let norm = Some(self.norm(shape.outputs, true, names.1));
        self.connect(source, target, Op::Conv { shape, weight, relu, norm }, None);
    }

    /// Adds the classifier on the last node and returns the network.
    ///
    /// # Panics
    /// If the graph breaks a rule of [`Op`].
    pub fn finish(mut self, classes: usize) -> Network {
        let channels = self.nodes.last().expect("the input is a node").channels;
        let initial = Initial::Uniform { fan_in: channels };
        let linear = self.weights.push("head.linear.weight".into(), &[classes, channels], initial);
        let bias = self.weights.push("head.linear.bias".into(), &[classes], initial);
        self.edges.sort_by_key(|edge| edge.target);
        Network {
            nodes: self.nodes,
            edges: self.edges,
            weights: self.weights,
            statistics: self.statistics,
            norms: self.norms,
            linear,
            bias,
            classes,
            space: self.space,
        }
        .checked()
    }
}

impl Network {
    /// Holds the graph to what the executor relies on.
    fn checked(self) -> Self {
        for node in 0..self.nodes.len() {
            assert!(self.incoming(node).count() <= MAX_EDGES, "node {node} has too many incoming edges");
            assert!(self.outgoing(node).count() <= MAX_EDGES, "node {node} has too many outgoing edges");
            let sole = |op: &Op| matches!(op, Op::AvgPool2 | Op::Relu);
            let alone = self.incoming(node).count() == 1;
            let mut soles = self.incoming(node).filter(|&edge| sole(&self.edges[edge].op));
            let unweighted = |edge: usize| self.edges[edge].choice.is_none();
            assert!(soles.all(|edge| alone && unweighted(edge)), "node {node}: sole edge");
            let mut rectified = self.outgoing(node).filter_map(|edge| match self.edges[edge].op {
                Op::Conv { relu, .. } => Some(relu),
                _ => None,
            });
            let first = rectified.next();
            assert!(rectified.all(|relu| Some(relu) == first), "node {node}: convolutions disagree on ReLU");
            let normalised = self.outgoing(node).filter(|&edge| matches!(self.edges[edge].op, Op::Norm(_)));
            assert!(normalised.count() <= 1, "node {node} is normalised twice");
        }
        self
    }
}
