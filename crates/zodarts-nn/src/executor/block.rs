//! Activations of up to eight images.

use super::pass::BatchView;
use super::plan::ExecutionPlan;
use crate::graph::{Network, Op};
use zodarts_kernels::{Arena, Buffer, LANES, Pack, Pixel, Real};

/// Activations of up to [`LANES`] images. Gradients are empty until a pass goes backward.
#[derive(Debug)]
pub struct Block<T> {
    /// Images in use.
    pub lanes: usize,
    /// Position of the first image in the batch.
    pub first: usize,
    /// Value of each node, `[channel][y][x][lane]`.
    pub values: Vec<Buffer<T>>,
    /// Convolution result of each edge before normalisation, `[channel][y][x][lane]`.
    pub raws: Vec<Buffer<T>>,
    /// Gradients of nodes, `[channel][y][x][lane]`; see [`ExecutionPlan::gradients`].
    pub gradients: Vec<Buffer<T>>,
    /// Transformed input of the batched convolution at work.
    pub products: Buffer<T>,
    /// Transformed gradient of its output.
    pub gradient_products: Buffer<T>,
    /// Averages that the classifier reads, one pixel per channel.
    pub features: Vec<Pixel<T>>,
    /// Gradient of the averages.
    pub feature_gradients: Vec<Pixel<T>>,
    /// Logits, `(lanes, classes)`.
    pub logits: Vec<f64>,
    /// Gradient of the logits, `(lanes, classes)`.
    pub logit_gradients: Vec<f64>,
}

/// Returns the pixels of the buffers that a block needs forward: values of nodes, results of convolutions,
/// products of inputs.
pub fn forward_lengths(network: &Network, plan: &ExecutionPlan) -> impl Iterator<Item = usize> {
    value_lengths(network).chain(raw_lengths(network)).chain([plan.products])
}

/// Returns the pixels of the additional buffers that a block needs backward: gradients held at the same time,
/// products of gradients.
pub fn backward_lengths(plan: &ExecutionPlan) -> impl Iterator<Item = usize> {
    plan.gradients.sizes.iter().copied().chain([plan.products])
}

fn value_lengths(network: &Network) -> impl Iterator<Item = usize> {
    network.nodes.iter().map(|shape| shape.dense().len(shape.channels))
}

fn raw_lengths(network: &Network) -> impl Iterator<Item = usize> {
    network.edges.iter().map(|edge| {
        let shape = network.nodes[edge.target];
        let convolves = matches!(edge.op, Op::Conv { .. });
        if convolves { shape.dense().len(shape.channels) } else { 0 }
    })
}

impl<T: Real> Block<T> {
    /// Allocates the buffers of the forward pass.
    pub fn new(network: &Network, plan: &ExecutionPlan) -> Self {
        let channels = network.nodes[network.output()].channels;
        let mut arena = Arena::new(forward_lengths(network, plan));
        Self {
            lanes: 0,
            first: 0,
            values: value_lengths(network).map(|len| arena.take(len)).collect(),
            raws: raw_lengths(network).map(|len| arena.take(len)).collect(),
            products: arena.take(plan.products),
            gradients: Vec::new(),
            gradient_products: Buffer::default(),
            features: vec![Pixel::ZERO; channels],
            feature_gradients: vec![Pixel::ZERO; channels],
            logits: Vec::with_capacity(LANES * network.classes),
            logit_gradients: vec![0.0; LANES * network.classes],
        }
    }

    /// Allocates the buffers of the backward pass, unless they exist.
    pub fn prepare_backward(&mut self, plan: &ExecutionPlan) {
        if self.gradients.is_empty() {
            let mut arena = Arena::new(backward_lengths(plan));
            self.gradients = plan.gradients.sizes.iter().map(|&len| arena.take(len)).collect();
            self.gradient_products = arena.take(plan.products);
        }
    }

    /// Returns the block's number in the batch.
    pub fn number(&self) -> usize {
        self.first / LANES
    }

    /// Loads block number `index` of a batch.
    pub fn load(&mut self, network: &Network, index: usize, batch: BatchView<'_>) {
        let input = network.input();
        let image = input.channels * input.height * input.width;
        self.first = index * LANES;
        self.lanes = LANES.min(batch.count - self.first);
        let images = &batch.images[self.first * image..][..self.lanes * image];
        let pack = Pack { images, count: self.lanes, channels: input.channels, layout: input.dense() };
        pack.into_block(&mut self.values[0], |value| T::from_f64(f64::from(value)));
    }
}
