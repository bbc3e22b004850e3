//! A fixed part of a batch and the buffers it works in.

use super::BatchView;
use super::plan::Plan;
use crate::graph::{MAX_EDGES, Network, Op};
use crate::liveness::Liveness;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use zodarts_kernels::{LANES, Moments2, Pack, Pixel, Real};

/// Consecutive blocks of a batch; one thread works on a shard at a time.
#[derive(Debug)]
pub struct Shard<T> {
    /// Blocks in use come first.
    pub blocks: Vec<Block<T>>,
    /// Blocks in use.
    pub active: usize,
    /// Partial gradient of the live convolutions and the classifier, laid out as the weights; empty until a pass goes
    /// backward, and without meaning elsewhere.
    pub gradient: Vec<T>,
    /// Partial per-channel sums; see [`Plan`].
    pub sums: Vec<f64>,
    /// Partial moments of each normalised edge; see [`Plan`].
    pub moments: Vec<Moments2>,
    /// Sum of losses.
    pub loss: f64,
    /// Correct images.
    pub correct: f64,
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
    /// Gradients of the nodes that need one now; see [`Plan::gradients`].
    pub gradients: Vec<Vec<Pixel<T>>>,
    /// Adjoint poolings of gradients; see [`Plan::spread`].
    pub spread: Vec<Vec<Pixel<T>>>,
    /// Averages the classifier reads, one pixel a channel.
    pub features: Vec<Pixel<T>>,
    /// Gradient of the averages.
    pub feature_gradients: Vec<Pixel<T>>,
    /// Logits, `lane × classes`.
    pub logits: Vec<f64>,
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
    /// Gradient of the source of convolutions, with a margin.
    pub input_gradient: Vec<Pixel<T>>,
    /// Weighted sum to be pooled.
    pub sum: Vec<Pixel<T>>,
    /// Result of pooling.
    pub pooled: Vec<Pixel<T>>,
    /// Transformed tiles.
    pub winograd: Vec<Pixel<T>>,
    /// Moments of one block.
    pub moments: Vec<Moments2>,
    /// Sums over one block: Σ d, then Σ d·x of up to [`MAX_EDGES`] edges.
    pub dots: Vec<f64>,
}

/// Temporaries that threads take and give back: as many as there are threads at work, so that each stays in its thread's cache
/// from shard to shard.
#[derive(Debug, Default)]
pub struct Scratches<T> {
    free: Mutex<Vec<Scratch<T>>>,
}

impl<T: Real> Scratches<T> {
    /// Lends temporaries to `work`.
    pub fn lend(&self, (network, plan): (&Network, &Plan), work: impl FnOnce(&mut Scratch<T>)) {
        let free = || self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let lent = free().pop();
        let mut scratch = lent.unwrap_or_else(|| Scratch::new(network, plan));
        work(&mut scratch);
        free().push(scratch);
    }
}

impl<T: Real> Scratch<T> {
    fn new(network: &Network, plan: &Plan) -> Self {
        let pixels = |count| vec![Pixel::ZERO; count];
        let channels = network.nodes.iter().map(|shape| shape.channels).max().unwrap_or(0);
        Self {
            padded: pixels(plan.padded),
            padded_gradient: pixels(plan.padded),
            input_gradient: pixels(plan.padded),
            sum: pixels(plan.dense),
            pooled: pixels(plan.dense),
            winograd: pixels(plan.winograd),
            moments: vec![Moments2::default(); channels],
            dots: vec![0.0; (1 + MAX_EDGES) * channels],
        }
    }
}

impl<T: Real> Shard<T> {
    pub fn new(plan: &Plan) -> Self {
        Self {
            blocks: Vec::new(),
            active: 0,
            gradient: Vec::new(),
            sums: vec![0.0; plan.sums],
            moments: vec![Moments2::default(); plan.sums],
            loss: 0.0,
            correct: 0.0,
        }
    }

    /// Takes over blocks `range` of a batch.
    pub fn begin(
        &mut self,
        (network, plan, live): (&Network, &Plan, &Liveness),
        range: Range<usize>,
        batch: BatchView<'_>,
        backward: bool,
    ) {
        self.active = range.len();
        while self.blocks.len() < self.active {
            self.blocks.push(Block::new(network, plan));
        }
        for (block, index) in self.blocks.iter_mut().zip(range) {
            block.load(network, index, batch);
        }
        if backward {
            self.gradient.resize(network.weights.len(), T::ZERO);
            for range in summed_ranges(network, live) {
                self.gradient[range].fill(T::ZERO);
            }
        }
        self.sums.fill(0.0);
        self.moments.fill(Moments2::default());
        self.loss = 0.0;
        self.correct = 0.0;
    }
}

/// Where a shard's partial gradient means something: at live convolutions and the classifier.
pub fn summed_ranges(network: &Network, live: &Liveness) -> impl Iterator<Item = Range<usize>> {
    let convolutions = network.edges.iter().zip(&live.edges).filter_map(|(edge, live)| match &edge.op {
        Op::Conv { weight, .. } if *live => Some(weight.clone()),
        _ => None,
    });
    convolutions.chain([network.linear.clone(), network.bias.clone()])
}

impl<T: Real> Block<T> {
    fn new(network: &Network, plan: &Plan) -> Self {
        let (nodes, edges) = (network.nodes.len(), network.edges.len());
        let channels = network.nodes[network.output()].channels;
        let empty = |count| (0..count).map(|_| Vec::new()).collect();
        Self {
            lanes: 0,
            first: 0,
            values: empty(nodes),
            raws: empty(edges),
            gradients: empty(plan.gradients.sizes.len()),
            spread: empty(plan.spread.sizes.len()),
            features: vec![Pixel::ZERO; channels],
            feature_gradients: vec![Pixel::ZERO; channels],
            logits: Vec::with_capacity(LANES * network.classes),
            logit_gradients: vec![0.0; LANES * network.classes],
        }
    }

    fn load(&mut self, network: &Network, index: usize, batch: BatchView<'_>) {
        let input = network.input();
        let layout = input.dense();
        let image = input.channels * input.height * input.width;
        self.first = index * LANES;
        self.lanes = LANES.min(batch.count - self.first);
        let images = &batch.images[self.first * image..][..self.lanes * image];
        let value = sized(&mut self.values[0], layout.len(input.channels));
        let pack = Pack { images, count: self.lanes, channels: input.channels, layout };
        pack.into_block(value, |value| T::from_f64(f64::from(value)));
    }
}

/// The first `len` pixels of a buffer, which grows to what it is once asked for and so allocates only once.
pub fn sized<T: Real>(buffer: &mut Vec<Pixel<T>>, len: usize) -> &mut [Pixel<T>] {
    if buffer.len() < len {
        // Grown by doubling, a buffer that several nodes share could become larger than any of them needs.
        buffer.reserve_exact(len - buffer.len());
        buffer.resize(len, Pixel::ZERO);
    }
    &mut buffer[..len]
}
