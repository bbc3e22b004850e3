//! Convolutions of many channels over few tiles, which run once for the whole batch.
//!
//! A node with such a convolution has three phases in each direction instead of one: shards transform their
//! blocks, the frequencies take their products over all blocks, and shards continue with the results.

use super::batched_conv::BatchedConv;
use super::block_pass::BlockPass;
use super::frequency_buffers::BatchedOperands;
use super::pass::GradientSelection;
use super::phase::Phase;
use crate::graph::{Network, NodeId, Op};
use rayon::prelude::*;
use std::mem::take;
use std::ops::Range;
use zodarts_kernels::winograd::batched::{
    BatchedSize, GradientProducts, InputGradientFromProducts, InputProducts, OutputFromProducts,
};
use zodarts_kernels::winograd::{WinogradFilterGradient, filter_len};
use zodarts_kernels::{Kernels, LANES, Pixel, Real};

/// Output channels whose weight gradients a thread transforms back at a time.
const ROWS: usize = 8;

impl<T: Real> Phase<'_, T> {
    /// Does the forward work of a node with a batched convolution for all blocks.
    pub fn forward_batched(&mut self, node: NodeId, conv: BatchedConv) {
        self.for_blocks(|mut pass| {
            pass.build(node);
            pass.input_products(node);
        });
        let size = self.batched_size(conv);
        self.frequencies.forward(&BatchedOperands {
            kernels: self.cx.kernels,
            size,
            filter: self.cx.packed.filter(conv.edge),
            shards: self.workers.shards(),
        });
        // Taken out while the blocks are written.
        let frequencies = take(self.frequencies);
        self.for_blocks(|mut pass| {
            let slot = conv.slot(pass.block.number(), size.blocks, conv.outputs);
            frequencies.scatter(slot, &mut pass.scratch.strips);
            pass.batched_output(conv);
        });
        *self.frequencies = frequencies;
    }

    /// Does the backward work of a node with a batched convolution for all blocks. Adds the gradient of the
    /// convolution's weights to `gradient`.
    pub fn backward_batched(
        &mut self,
        node: NodeId,
        conv: BatchedConv,
        selection: GradientSelection,
        gradient: Option<&mut [T]>,
    ) {
        self.for_blocks(|mut pass| {
            if selection.weights {
                pass.input_products(node);
            }
            pass.gradient_products(conv);
        });
        let size = self.batched_size(conv);
        let operands = BatchedOperands {
            kernels: self.cx.kernels,
            size,
            filter: self.cx.packed.filter(conv.edge),
            shards: self.workers.shards(),
        };
        self.frequencies.backward(&operands, selection.weights);
        if let Some(gradient) = gradient {
            let range = weights(&self.cx.net.network, conv);
            let filter_gradient = self.frequencies.filter_gradient();
            weight_gradient(self.cx.kernels, conv, filter_gradient, &mut gradient[range]);
        }
        // Taken out while the blocks are written.
        let frequencies = take(self.frequencies);
        self.for_blocks(|mut pass| {
            let slot = conv.slot(pass.block.number(), size.blocks, conv.inputs);
            frequencies.scatter(slot, &mut pass.scratch.strips);
            pass.batched_input_gradient(node, conv);
            let rectified = pass.cx.net.rectifies(node);
            pass.finish_backward(node, rectified, selection);
        });
        *self.frequencies = frequencies;
    }

    /// Returns the sizes of the convolution for the current batch.
    fn batched_size(&self, conv: BatchedConv) -> BatchedSize {
        conv.size(self.cx.images.div_ceil(LANES))
    }
}

impl<T: Real> BlockPass<'_, T> {
    /// Transforms the node's value, rectified if the convolution reads it through a `ReLU`.
    fn input_products(&mut self, node: NodeId) {
        let net = self.cx.net;
        self.pad(node, net.rectifies(node).unwrap_or(false));
        self.cx.kernels.run(InputProducts {
            input: &self.scratch.padded,
            from: net.padded(node),
            channels: net.channels(node),
            products: &mut self.block.products,
        });
    }

    /// Transforms the gradient of the convolution's result.
    fn gradient_products(&mut self, conv: BatchedConv) {
        let net = self.cx.net;
        let mut products = take(&mut self.block.gradient_products);
        self.cx.kernels.run(GradientProducts {
            gradient: self.cx.result_gradient(self.block, conv.edge),
            from: net.layout(net.network.edges[conv.edge].target),
            channels: conv.outputs,
            products: &mut products,
        });
        self.block.gradient_products = products;
    }

    /// Computes the convolution's result and its moments from the products in the scratch.
    fn batched_output(&mut self, conv: BatchedConv) {
        let net = self.cx.net;
        let moments = &mut self.partial.moments[net.plan.edge_sums[conv.edge]..][..conv.outputs];
        self.cx.kernels.run(OutputFromProducts {
            products: &self.scratch.strips,
            channels: conv.outputs,
            block: &mut self.block.raws[conv.edge],
            to: net.layout(net.network.edges[conv.edge].target),
            lanes: self.block.lanes,
            moments,
        });
    }

    /// Computes the gradient of the convolution's input from the products in the scratch.
    fn batched_input_gradient(&mut self, node: NodeId, conv: BatchedConv) {
        self.cx.kernels.run(InputGradientFromProducts {
            products: &self.scratch.strips,
            channels: conv.inputs,
            block: &mut self.scratch.input_gradient,
            to: self.cx.net.padded(node),
        });
    }
}

/// Adds the gradient of the convolution's weights, from that of its transformed filter.
fn weight_gradient<T: Real>(kernels: Kernels<T>, conv: BatchedConv, filter: &[Pixel<T>], gradient: &mut [T]) {
    let BatchedConv { inputs, outputs, .. } = conv;
    let filter = &filter[..filter_len(inputs, outputs)];
    let row = gradient.len() / outputs;
    gradient.par_chunks_mut(ROWS * row).enumerate().for_each(|(chunk, gradient)| {
        let first = chunk * ROWS;
        let rows = first..first + gradient.len() / row;
        kernels.run(WinogradFilterGradient { filter, inputs, outputs, rows, gradient });
    });
}

/// Returns the range of the convolution's weights.
fn weights(network: &Network, conv: BatchedConv) -> Range<usize> {
    match &network.edges[conv.edge].op {
        Op::Conv { weight, .. } => weight.clone(),
        _ => unreachable!("planned for convolutions"),
    }
}
