//! Forward work of one block at one node.

use super::block_pass::BlockPass;
use super::context::Terms;
use super::disjoint_slices::DisjointSlices;
use super::packed::Packed;
use super::plan::ConvPath;
use super::scratch::Scratch;
use crate::graph::{MAX_EDGES, NodeId, Op};
use arrayvec::ArrayVec;
use std::mem::take;
use zodarts_kernels::pointwise::PointwiseForward;
use zodarts_kernels::winograd::WinogradForward;
use zodarts_kernels::{
    AffineSum, AvgPool2, AvgPool3, BlockMoments, Conv, ConvShape, ForwardConv, ForwardGroup, Kernels, Pad,
    Pixel, Real, Relu, Term,
};

impl<T: Real> BlockPass<'_, T> {
    /// Writes the node as the sum of its edges, then runs its outgoing convolutions and measures the inputs
    /// of its outgoing normalisations.
    pub fn forward(&mut self, node: NodeId) {
        self.build(node);
        self.convolve(node);
    }

    /// Writes the node as the sum of its edges. Does nothing for the input image.
    pub fn build(&mut self, node: NodeId) {
        if node == 0 {
            return;
        }
        let mut value = take(&mut self.block.values[node]);
        if !self.build_sole(node, &mut value) {
            self.build_sum(node, &mut value);
        }
        self.block.values[node] = value;
    }

    /// Builds a node whose only edge is not a term of a sum. Returns false if the node is not of this kind.
    fn build_sole(&self, node: NodeId, output: &mut [Pixel<T>]) -> bool {
        let (net, kernels) = (self.cx.net, self.cx.kernels);
        let Some(edge) = net.incoming(node).next() else { return false };
        let source = net.network.edges[edge].source;
        let input = &self.block.values[source][..];
        match net.op(edge) {
            Op::Relu => kernels.run(Relu { input, output }),
            Op::AvgPool2 => kernels.run(AvgPool2 {
                input,
                from: net.layout(source),
                output,
                to: net.layout(node),
                channels: net.channels(node),
            }),
            _ => return false,
        }
        true
    }

    fn build_sum(&mut self, node: NodeId, output: &mut [Pixel<T>]) {
        let cx = self.cx;
        let pooled = self.pool_sources(node);
        let mut terms = Terms::new();
        for edge in cx.net.incoming(node) {
            let source = cx.net.network.edges[edge].source;
            let scale = cx.coefficients.scale(edge);
            match cx.net.op(edge) {
                Op::Conv { .. } => terms.push(Term { source: &self.block.raws[edge], scale }),
                Op::Norm(_) | Op::Skip => terms.push(Term { source: &self.block.values[source], scale }),
                Op::AvgPool3 | Op::AvgPool2 | Op::Relu => {}
            }
        }
        if pooled {
            terms.push(Term { source: &self.scratch.pooled, scale: cx.coefficients.ones() });
        }
        let (bias, layout) = (cx.coefficients.bias(node), cx.net.layout(node));
        cx.kernels.run(AffineSum { terms: &terms, bias, from: layout, output, to: layout });
    }

    /// Pools the weighted sum of all sources at once, for pooling is linear. Returns false if nothing is
    /// pooled.
    fn pool_sources(&mut self, node: NodeId) -> bool {
        let cx = self.cx;
        let edges = cx.net.incoming(node).filter(|&edge| *cx.net.op(edge) == Op::AvgPool3);
        let terms: Terms<'_, T> = edges
            .map(|edge| Term {
                source: &self.block.values[cx.net.network.edges[edge].source][..],
                scale: cx.coefficients.scale(edge),
            })
            .collect();
        if terms.is_empty() {
            return false;
        }
        let Scratch { sum, pooled, .. } = &mut *self.scratch;
        cx.add_up(node, &terms, sum);
        let (layout, channels) = (cx.net.layout(node), cx.net.channels(node));
        cx.kernels.run(AvgPool3 { input: sum, output: pooled, layout, channels });
        true
    }

    /// Runs the node's convolutions and measures their results.
    fn convolve(&mut self, node: NodeId) {
        let net = self.cx.net;
        if let Some(relu) = net.rectifies(node) {
            self.pad(node, relu);
            self.convolve_group(node, ConvPath::Winograd, Packed::filter, |kernels, group, scratch| {
                kernels.run(WinogradForward { group, scratch });
            });
            self.convolve_group(node, ConvPath::Pointwise, Packed::forward, |kernels, group, _| {
                kernels.run(PointwiseForward(group));
            });
        }
        for edge in net.outgoing_on(ConvPath::Alone, node) {
            self.convolve_alone(edge);
            self.measure(edge);
        }
    }

    /// Runs all of the node's convolutions on `path` with `run`, which takes their operands and scratch.
    fn convolve_group<W: 'static>(
        &mut self,
        node: NodeId,
        path: ConvPath,
        packed: impl Fn(&Packed<T>, usize) -> &[W],
        run: impl for<'s> FnOnce(Kernels<T>, ForwardGroup<'s, '_, T, W>, &'s mut [Pixel<T>]),
    ) {
        let Self { cx, scratch, block, partial } = self;
        let (cx, net) = (*cx, cx.net);
        let Some(ConvShape { inputs, outputs, .. }) = net.shape_on(path, node) else { return };
        let mut moments = DisjointSlices::new(&mut partial.moments);
        let mut convolutions = ArrayVec::<_, MAX_EDGES>::new();
        for (edge, raw) in block.raws.iter_mut().enumerate() {
            if net.takes(path, node, edge) {
                let start = net.plan.edge_sums[edge];
                convolutions.push(ForwardConv {
                    packed: packed(cx.packed, edge),
                    output: raw,
                    moments: moments.next(start..start + outputs),
                });
            }
        }
        let group = ForwardGroup {
            input: &scratch.padded,
            from: net.padded(node),
            inputs,
            outputs,
            convolutions: &mut convolutions,
            to: net.layout(node),
            lanes: block.lanes,
        };
        run(cx.kernels, group, &mut scratch.strips);
    }

    /// Runs a convolution by its definition. Does nothing for other edges.
    fn convolve_alone(&mut self, edge: usize) {
        let net = self.cx.net;
        let description = &net.network.edges[edge];
        let Op::Conv { shape, .. } = &description.op else { return };
        self.cx.kernels.run(Conv {
            shape: *shape,
            input: &self.scratch.padded,
            from: net.padded(description.source),
            packed: self.cx.packed.forward(edge),
            output: &mut self.block.raws[edge],
            to: net.layout(description.target),
            accumulate: false,
        });
    }

    /// Copies the node's value into the padded scratch, through a `ReLU` if `relu`.
    pub fn pad(&mut self, node: NodeId, relu: bool) {
        let net = self.cx.net;
        self.cx.kernels.run(Pad {
            input: &self.block.values[node],
            from: net.layout(node),
            channels: net.channels(node),
            relu,
            output: &mut self.scratch.padded,
            to: net.padded(node),
        });
    }

    /// Adds the moments of the input of the edge's normalisation, if it has one.
    fn measure(&mut self, edge: usize) {
        let net = self.cx.net;
        let description = &net.network.edges[edge];
        let input = match description.op {
            Op::Conv { norm: Some(_), .. } => &self.block.raws[edge],
            Op::Norm(_) => &self.block.values[description.source],
            _ => return,
        };
        let (layout, channels) = (net.layout(description.target), net.channels(description.target));
        let output = &mut self.scratch.moments[..channels];
        self.cx.kernels.run(BlockMoments { input, layout, lanes: self.block.lanes, output });
        let totals = &mut self.partial.moments[net.plan.edge_sums[edge]..][..channels];
        for (total, moments) in totals.iter_mut().zip(output) {
            *total = total.merge(*moments);
        }
    }
}
