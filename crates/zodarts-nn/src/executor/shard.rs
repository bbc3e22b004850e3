//! A fixed part of a batch and the buffers it works in.

use super::BatchView;
use super::plan::Plan;
use crate::graph::Network;
use std::ops::Range;
use zodarts_kernels::{LANES, Layout, Moments2, Pack, Pixel, Real};

/// Consecutive blocks of a batch; one thread works on a shard at a time.
#[derive(Debug)]
pub struct Shard<T> {
    /// Blocks in use come first.
    pub blocks: Vec<Block<T>>,
    /// Blocks in use.
    pub active: usize,
    /// Partial gradient of the convolutions and the classifier, laid out as the weights; empty until a pass goes
    /// backward.
    pub gradient: Vec<T>,
    /// Partial per-channel sums; see [`Plan`].
    pub sums: Vec<f64>,
    /// Partial moments of each normalised edge; see [`Plan`].
    pub moments: Vec<Moments2>,
    /// Sum of losses.
    pub loss: f64,
    /// Correct images.
    pub correct: f64,
    /// Temporaries.
    pub scratch: Scratch<T>,
}

/// Activations of up to [`LANES`] images. Buffers are empty until first used.
#[derive(Debug, Default)]
pub struct Block<T> {
    /// Images in use.
    pub lanes: usize,
    /// Position of the first image in the batch.
    pub first: usize,
    /// Value of each node.
    pub values: Vec<Vec<Pixel<T>>>,
    /// Convolution result of each edge, before normalisation.
    pub raws: Vec<Vec<Pixel<T>>>,
    /// Gradient of each node.
    pub gradients: Vec<Vec<Pixel<T>>>,
    /// Adjoint pooling of the gradient of each node with pooled incoming edges.
    pub spread: Vec<Vec<Pixel<T>>>,
    /// Averages the classifier reads, one pixel a channel.
    pub features: Vec<Pixel<T>>,
    /// Gradient of the logits, `lane × classes`.
    pub logit_gradients: Vec<f64>,
}

/// Temporaries of one block's work on one node.
#[derive(Debug)]
pub struct Scratch<T> {
    /// Source of convolutions, with a margin.
    pub padded: Vec<Pixel<T>>,
    /// Gradient of a convolution's result, with a margin.
    pub padded_gradient: Vec<Pixel<T>>,
    /// Weighted sum to be pooled; gradient behind a `ReLU`.
    pub sum: Vec<Pixel<T>>,
    /// Result of pooling.
    pub pooled: Vec<Pixel<T>>,
    /// One row.
    pub row: Vec<Pixel<T>>,
    /// Partial sums of weight gradients.
    pub partial: Vec<Pixel<T>>,
    /// Moments of one block.
    pub moments: Vec<Moments2>,
}

impl<T: Real> Shard<T> {
    pub fn new(network: &Network, plan: &Plan) -> Self {
        let pixels = |count| vec![Pixel::ZERO; count];
        let channels = network.nodes.iter().map(|shape| shape.channels).max().unwrap_or(0);
        Self {
            blocks: Vec::new(),
            active: 0,
            gradient: Vec::new(),
            sums: vec![0.0; plan.sums],
            moments: vec![Moments2::default(); plan.sums],
            loss: 0.0,
            correct: 0.0,
            scratch: Scratch {
                padded: pixels(plan.padded),
                padded_gradient: pixels(plan.padded),
                sum: pixels(plan.dense),
                pooled: pixels(plan.dense),
                row: pixels(plan.row),
                partial: pixels(plan.partial),
                moments: vec![Moments2::default(); channels],
            },
        }
    }

    /// Takes over blocks `range` of a batch.
    pub fn begin(&mut self, network: &Network, range: Range<usize>, batch: BatchView<'_>, backward: bool) {
        self.active = range.len();
        while self.blocks.len() < self.active {
            self.blocks.push(Block::new(network));
        }
        for (block, index) in self.blocks.iter_mut().zip(range) {
            block.load(network, index, batch);
        }
        if backward {
            self.gradient.clear();
            self.gradient.resize(network.weights.len(), T::ZERO);
        }
        self.sums.fill(0.0);
        self.moments.fill(Moments2::default());
        self.loss = 0.0;
        self.correct = 0.0;
    }
}

impl<T: Real> Block<T> {
    fn new(network: &Network) -> Self {
        let (nodes, edges) = (network.nodes.len(), network.edges.len());
        let empty = |count| (0..count).map(|_| Vec::new()).collect();
        Self {
            lanes: 0,
            first: 0,
            values: empty(nodes),
            raws: empty(edges),
            gradients: empty(nodes),
            spread: empty(nodes),
            features: vec![Pixel::ZERO; network.nodes[network.output()].channels],
            logit_gradients: vec![0.0; LANES * network.classes],
        }
    }

    fn load(&mut self, network: &Network, index: usize, batch: BatchView<'_>) {
        let input = network.input();
        let layout = Layout::dense(input.height, input.width);
        let image = input.channels * input.height * input.width;
        self.first = index * LANES;
        self.lanes = LANES.min(batch.count - self.first);
        let images = &batch.images[self.first * image..][..self.lanes * image];
        let value = sized(&mut self.values[0], layout.len(input.channels));
        let pack = Pack { images, count: self.lanes, channels: input.channels, layout };
        pack.into_block(value, |value| T::from_f64(f64::from(value)));
    }
}

/// The buffer at the length it needs; it keeps that length, so this allocates only once.
pub fn sized<T: Real>(buffer: &mut Vec<Pixel<T>>, len: usize) -> &mut [Pixel<T>] {
    buffer.resize(len, Pixel::ZERO);
    buffer
}
