//! Backward work of one block at one node.

use super::block_pass::BlockPass;
use super::context::{PassContext, Terms};
use super::disjoint_slices::DisjointSlices;
use super::packed::Packed;
use super::pass::GradientSelection;
use super::plan::ConvPath;
use super::scratch::Scratch;
use crate::graph::{MAX_EDGES, NodeId, Op};
use arrayvec::ArrayVec;
use std::mem::take;
use zodarts_kernels::pointwise::PointwiseBackward;
use zodarts_kernels::winograd::WinogradBackward;
use zodarts_kernels::{
    AffineSum, AvgPool2Backward, AvgPool3, AvgPool3Backward, BackwardConv, BackwardGroup, BatchNormInputGrad,
    BlockLayout, CentredBlock, CentredDots, ConvInputGradient, ConvShape, ConvWeightGradient, GatedGradient,
    GatherGradients, Kernels, Pixel, Real, ReluBackward, Term,
};

/// The dot products of a block with several others, each of which belongs to an edge.
struct EdgeDots<'a, T> {
    /// The block, `[channel][y][x][lane]` in the node's layout.
    block: &'a [Pixel<T>],
    /// The edges.
    edges: &'a [usize],
    /// The other block of each edge.
    inputs: &'a [CentredBlock<'a, T>],
    /// Images in the block.
    lanes: usize,
}

impl<T: Real> BlockPass<'_, T> {
    /// Adds the node's weight gradients, gathers its own gradient from its outgoing edges, and computes the
    /// sums that its incoming edges need. The gradient of the last node has been written by the classifier.
    pub fn backward(&mut self, node: NodeId, selection: GradientSelection) {
        let rectified = self.convolution_gradients(node, selection.weights);
        if node > 0 {
            self.finish_backward(node, rectified, selection);
        }
    }

    /// Does the work of [`BlockPass::backward`] after the node's convolutions, whose part of the gradient is
    /// in the padded scratch. `rectified` is true if they read the node through a `ReLU`, and `None` if there
    /// are no convolutions.
    pub fn finish_backward(&mut self, node: NodeId, rectified: Option<bool>, selection: GradientSelection) {
        let net = self.cx.net;
        if selection.mixture {
            self.mixture_sums(node);
        }
        if node < net.network.output() {
            let slot = net.plan.gradients.of[node];
            let mut own = take(&mut self.block.gradients[slot]);
            let len = net.layout(node).len(net.channels(node));
            self.gather(node, rectified, &mut own[..len]);
            self.block.gradients[slot] = own;
        }
        self.norm_sums(node);
    }

    /// Computes the weight gradients of the outgoing convolutions if `weights`, and the gradient of their
    /// common input, which stays in the padded scratch. Returns true if they read the node through a `ReLU`,
    /// and `None` if there are no convolutions.
    fn convolution_gradients(&mut self, node: NodeId, weights: bool) -> Option<bool> {
        let net = self.cx.net;
        let relu = net.rectifies(node)?;
        if weights {
            self.pad(node, relu);
        }
        let (winograd, pointwise) = (ConvPath::Winograd, ConvPath::Pointwise);
        let mut started =
            self.group_gradients(node, winograd, weights, Packed::filter, |kernels, group, scratch| {
                kernels.run(WinogradBackward { group, scratch });
            });
        let accumulate = started;
        started |=
            self.group_gradients(node, pointwise, weights, Packed::backward, |kernels, group, scratch| {
                kernels.run(PointwiseBackward { group, accumulate, scratch });
            });
        for edge in net.outgoing_on(ConvPath::Alone, node) {
            started |= self.conv_gradients(edge, weights, started);
        }
        Some(relu)
    }

    /// Computes the gradients of all of the node's convolutions on `path` with `run`, which takes their
    /// operands and scratch. Returns false if there are none.
    fn group_gradients<W: 'static>(
        &mut self,
        node: NodeId,
        path: ConvPath,
        weights: bool,
        packed: impl Fn(&Packed<T>, usize) -> &[W],
        run: impl for<'s> FnOnce(Kernels<T>, BackwardGroup<'s, '_, T, W>, &'s mut [Pixel<T>]),
    ) -> bool {
        let Self { cx, scratch, block, partial } = self;
        let (cx, net) = (*cx, cx.net);
        let Some(ConvShape { inputs, outputs, .. }) = net.shape_on(path, node) else {
            return false;
        };
        let mut gradients = DisjointSlices::new(&mut partial.gradient);
        let mut convolutions = ArrayVec::<_, MAX_EDGES>::new();
        for edge in net.outgoing_on(path, node) {
            let weight_gradient = match net.op(edge) {
                Op::Conv { weight, .. } if weights => gradients.next(weight.clone()),
                _ => &mut [],
            };
            convolutions.push(BackwardConv {
                packed: packed(cx.packed, edge),
                output_gradient: cx.result_gradient(block, edge),
                weight_gradient,
            });
        }
        let from = net.padded(node);
        let len = if node > 0 { from.len(inputs) } else { 0 };
        let group = BackwardGroup {
            input: &scratch.padded,
            from,
            inputs,
            outputs,
            convolutions: &mut convolutions,
            to: net.layout(node),
            input_gradient: &mut scratch.input_gradient[..len],
            lanes: block.lanes,
        };
        run(cx.kernels, group, &mut scratch.strips);
        true
    }

    /// Computes the gradients of one convolution by its definition. The gradient of the input is added to the
    /// scratch if `accumulate`, and overwrites it otherwise. Returns false for other edges.
    fn conv_gradients(&mut self, edge: usize, weights: bool, accumulate: bool) -> bool {
        let (cx, net) = (self.cx, self.cx.net);
        let description = &net.network.edges[edge];
        let (node, Op::Conv { shape, weight, .. }) = (description.source, &description.op) else {
            return false;
        };
        let from = self.write_result_gradient(edge);
        if weights {
            cx.kernels.run(ConvWeightGradient {
                shape: *shape,
                input: &self.scratch.padded,
                from: net.padded(node),
                output_gradient: &self.scratch.padded_gradient,
                gradient_layout: from,
                gradient: &mut self.partial.gradient[weight.clone()],
                lanes: self.block.lanes,
            });
        }
        if node > 0 {
            cx.kernels.run(ConvInputGradient {
                shape: *shape,
                output_gradient: &self.scratch.padded_gradient,
                from,
                packed: cx.packed.backward(edge),
                input_gradient: &mut self.scratch.input_gradient,
                to: net.padded(node),
                accumulate,
            });
        }
        true
    }

    /// Writes the gradient of a convolution's result to the scratch, with a margin if the kernel needs one.
    /// Returns its layout.
    fn write_result_gradient(&mut self, edge: usize) -> BlockLayout {
        let (cx, net) = (self.cx, self.cx.net);
        let description = &net.network.edges[edge];
        let Op::Conv { shape, norm, .. } = &description.op else { unreachable!("called for convolutions") };
        let from = net.layout(description.target);
        let to = if shape.kernel == 1 { from } else { net.padded(description.target) };
        let BatchNormInputGrad { output_gradient, values, gradient_scale, value_scale, constant } =
            cx.result_gradient(self.block, edge);
        let mut terms = Terms::new();
        terms.push(Term { source: output_gradient, scale: gradient_scale });
        if norm.is_some() {
            terms.push(Term { source: values, scale: value_scale });
        }
        let output = &mut self.scratch.padded_gradient[..];
        cx.kernels.run(AffineSum { terms: &terms, bias: constant, from, output, to });
        to
    }

    /// Computes the node's gradient from all outgoing edges. The part through its convolutions is in the
    /// padded scratch.
    fn gather(&mut self, node: NodeId, rectified: Option<bool>, output: &mut [Pixel<T>]) {
        let (cx, net) = (self.cx, self.cx.net);
        let layout = net.layout(node);
        let pooled = self.spread_targets(node);
        let (scratch, block) = (&*self.scratch, &*self.block);
        let mut terms = Terms::new();
        if pooled {
            terms.push(Term { source: &scratch.pooled, scale: cx.coefficients.ones() });
        }
        let mut bias = &cx.coefficients.zeros()[..net.channels(node)];
        for edge in net.outgoing(node) {
            let gradient = cx.gradient_of(block, edge);
            match net.op(edge) {
                Op::Skip => terms.push(Term { source: gradient, scale: cx.coefficients.scale(edge) }),
                Op::Norm(_) => {
                    let factors = cx.coefficients.backward_factors(edge);
                    terms.push(Term { source: gradient, scale: factors.gradient });
                    terms.push(Term { source: &block.values[node], scale: factors.value });
                    bias = factors.constant;
                }
                Op::Conv { .. } | Op::AvgPool3 | Op::AvgPool2 | Op::Relu => {}
            }
        }
        if let Some(relu) = rectified {
            let gate = relu.then_some(&block.values[node][..]);
            let gated = GatedGradient { gradient: &scratch.input_gradient, layout: net.padded(node), gate };
            cx.kernels.run(GatherGradients { terms: &terms, bias, gated, output: &mut *output, layout });
        } else {
            let output = &mut *output;
            cx.kernels.run(AffineSum { terms: &terms, bias, from: layout, output, to: layout });
        }
        for edge in net.outgoing(node) {
            self.add_sole(edge, output);
        }
    }

    /// Adds the gradient through an edge that is the only one into its target. Does nothing for other edges.
    fn add_sole(&self, edge: usize, output: &mut [Pixel<T>]) {
        let (cx, net) = (self.cx, self.cx.net);
        let description = &net.network.edges[edge];
        let output_gradient = cx.gradient_of(self.block, edge);
        match description.op {
            Op::Relu => cx.kernels.run(ReluBackward {
                input: &self.block.values[description.source],
                output_gradient,
                input_gradient: output,
            }),
            Op::AvgPool2 => cx.kernels.run(AvgPool2Backward {
                output_gradient,
                to: net.layout(description.target),
                input_gradient: output,
                from: net.layout(description.source),
                channels: net.channels(description.target),
            }),
            _ => {}
        }
    }

    /// Computes the gradient through all outgoing 3×3 averages at once, from the weighted sum of their
    /// targets' gradients. Returns false if nothing is pooled.
    fn spread_targets(&mut self, node: NodeId) -> bool {
        let (cx, net) = (self.cx, self.cx.net);
        let edges = net.outgoing(node).filter(|&edge| *net.op(edge) == Op::AvgPool3);
        let terms: Terms<'_, T> = edges
            .map(|edge| Term { source: cx.gradient_of(self.block, edge), scale: cx.coefficients.scale(edge) })
            .collect();
        if terms.is_empty() {
            return false;
        }
        let Scratch { sum, pooled, .. } = &mut *self.scratch;
        cx.add_up(node, &terms, sum);
        let (layout, channels) = (net.layout(node), net.channels(node));
        cx.kernels.run(AvgPool3Backward { output_gradient: sum, input_gradient: pooled, layout, channels });
        true
    }

    /// Adds, per channel, the sum of the node's gradient and its dot products with the inputs of the incoming
    /// normalisations.
    fn norm_sums(&mut self, node: NodeId) {
        let (cx, net, block) = (self.cx, self.cx.net, &*self.block);
        let edges: ArrayVec<_, MAX_EDGES> =
            net.incoming(node).filter(|&edge| net.op(edge).norm().is_some()).collect();
        let inputs = edges.iter().map(|&edge| CentredBlock {
            block: match net.op(edge) {
                Op::Conv { .. } => &block.raws[edge],
                _ => &block.values[net.network.edges[edge].source],
            },
            centre: cx.coefficients.centre(edge),
        });
        let inputs: ArrayVec<_, MAX_EDGES> = inputs.collect();
        let gradient = &block.gradients[net.plan.gradients.of[node]];
        let dots = EdgeDots { block: gradient, edges: &edges, inputs: &inputs, lanes: block.lanes };
        let sums = &mut self.partial.sums;
        let total = cx.add_dots(node, &dots, &mut self.scratch.dots, sums);
        add(&mut sums[net.plan.node_sums[node]..], total);
    }

    /// Adds the per-channel dot products that give the gradient of the mixture: of the outputs of the
    /// outgoing edges without normalisation with the gradients of their targets. They are computed at the
    /// source of the edges, where all operands are in cache.
    fn mixture_sums(&mut self, node: NodeId) {
        let (cx, net, block) = (self.cx, self.cx.net, &*self.block);
        let Scratch { pooled, dots: room, .. } = &mut *self.scratch;
        for op in [Op::Skip, Op::AvgPool3] {
            let chosen = |edge: &usize| {
                let edge = &net.network.edges[*edge];
                edge.choice.is_some() && edge.op == op
            };
            let edges: ArrayVec<_, MAX_EDGES> = net.outgoing(node).filter(chosen).collect();
            if edges.is_empty() {
                continue;
            }
            let mut value = &block.values[node][..];
            if op == Op::AvgPool3 {
                let (layout, channels) = (net.layout(node), net.channels(node));
                cx.kernels.run(AvgPool3 { input: value, output: pooled, layout, channels });
                value = pooled;
            }
            let centre = cx.coefficients.zeros();
            let inputs =
                edges.iter().map(|&edge| CentredBlock { block: cx.gradient_of(block, edge), centre });
            let inputs: ArrayVec<_, MAX_EDGES> = inputs.collect();
            let dots = EdgeDots { block: value, edges: &edges, inputs: &inputs, lanes: block.lanes };
            cx.add_dots(node, &dots, room, &mut self.partial.sums);
        }
    }
}

impl<T: Real> PassContext<'_, T> {
    /// Adds the dot products to the sums of their edges. Returns the sum of the block over images and pixels,
    /// per channel.
    fn add_dots<'r>(
        &self,
        node: NodeId,
        dots: &EdgeDots<'_, T>,
        room: &'r mut [f64],
        sums: &mut [f64],
    ) -> &'r [f64] {
        let EdgeDots { block, edges, inputs, lanes } = *dots;
        let channels = self.net.channels(node);
        let totals = &mut room[..(1 + inputs.len()) * channels];
        totals.fill(0.0);
        let (sum, products) = totals.split_at_mut(channels);
        let layout = self.net.layout(node);
        self.kernels.run(CentredDots {
            gradient: block,
            inputs,
            layout,
            lanes,
            sum: &mut *sum,
            dots: &mut *products,
        });
        for (&edge, products) in edges.iter().zip(products.chunks_exact(channels)) {
            add(&mut sums[self.net.plan.edge_sums[edge]..], products);
        }
        sum
    }
}

/// Adds each of `parts` to the total at the same position.
fn add(totals: &mut [f64], parts: &[f64]) {
    totals.iter_mut().zip(parts).for_each(|(total, part)| *total += part);
}
