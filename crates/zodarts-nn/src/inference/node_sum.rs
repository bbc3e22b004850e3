//! Computation of a node that is a sum of edges.

use super::activations::Activations;
use super::program::{NodeSum, OutputPart, Program, ProgramNode};
use crate::graph::MAX_EDGES;
use arrayvec::ArrayVec;
use rayon::prelude::*;
use zodarts_kernels::{
    AvgPool3, ChannelConv, ChannelSource, ChannelSum, ChannelTerm, ChannelWinograd, LANES, Pixel, Real,
};

/// Terms of a sum, without allocation: one for each edge and one for all that are pooled.
type Terms<'a, T> = ArrayVec<ChannelTerm<'a, T>, { MAX_EDGES + 1 }>;

/// Temporaries of one node.
#[derive(Debug)]
pub struct SumScratch<T> {
    /// Sum of the pooled nodes.
    sum: Vec<Pixel<T>>,
    /// Averages of the sum.
    pooled: Vec<Pixel<T>>,
    /// Products of Winograd's transforms, for each part of a node.
    products: Vec<Vec<Pixel<T>>>,
    /// A one per channel of the widest node.
    ones: Vec<Pixel<T>>,
    /// A zero per channel of the widest node.
    zeros: Vec<Pixel<T>>,
}

impl<T: Real> SumScratch<T> {
    /// Allocates the buffers.
    pub fn new(program: &Program<T>) -> Self {
        let zeros = |length| vec![Pixel::ZERO; length];
        let most = program.nodes.iter().map(ProgramNode::planes).max().unwrap_or(0);
        Self {
            sum: zeros(program.pool_scratch()),
            pooled: zeros(program.pool_scratch()),
            products: (0..program.most_parts()).map(|_| zeros(program.winograd_scratch())).collect(),
            ones: vec![Pixel([T::ONE; LANES]); most],
            zeros: zeros(most),
        }
    }
}

/// Threads that work on an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// The current thread.
    One,
    /// All threads of the current pool.
    All,
}

/// Temporaries and threads for a sum.
pub struct SumRoom<'a, T> {
    /// The temporaries.
    pub scratch: &'a mut SumScratch<T>,
    /// The threads.
    pub threads: Threads,
}

/// Writes a node as the sum of its edges, `[channel / 8][y][x][channel % 8]`.
pub fn add_up<T: Real>(
    program: &Program<T>,
    activations: &Activations<T>,
    node: &ProgramNode<T>,
    sum: &NodeSum<T>,
    room: SumRoom<'_, T>,
    output: &mut [Pixel<T>],
) {
    let SumRoom { scratch, threads } = room;
    let (layout, channels) = (node.layout(), node.shape.channels);
    let mut terms = Terms::new();
    for (source, scale) in &sum.terms {
        terms.push(ChannelTerm { source: activations.value(program, *source), scale });
    }
    if !sum.pooled.is_empty() {
        pool(program, activations, scratch, node, sum);
        terms.push(ChannelTerm { source: &scratch.pooled, scale: &scratch.ones });
    }
    let bias = &sum.bias;
    program.kernels.run(ChannelSum { terms: &terms, bias, output: &mut *output, layout, channels });
    let convolve = |part: &OutputPart<T>, output: &mut [Pixel<T>], products: &mut [Pixel<T>]| {
        convolve_directly(program, activations, node, part, output);
        convolve_fast(program, activations, node, part, products, output);
    };
    let (products, length) = (&mut scratch.products, sum.planes * layout.plane);
    if threads == Threads::All && sum.parts.len() > 1 {
        let parts = sum.parts.par_iter().zip(output.par_chunks_mut(length)).zip(products);
        parts.for_each(|((part, output), products)| convolve(part, output, products));
    } else {
        let parts = sum.parts.iter().zip(output.chunks_mut(length)).zip(products);
        parts.for_each(|((part, output), products)| convolve(part, output, products));
    }
}

/// Pools the sum of all sources at once, for pooling is linear.
fn pool<T: Real>(
    program: &Program<T>,
    activations: &Activations<T>,
    scratch: &mut SumScratch<T>,
    node: &ProgramNode<T>,
    sum: &NodeSum<T>,
) {
    let SumScratch { sum: total, pooled, ones, zeros, .. } = scratch;
    let layout = node.layout();
    let mut terms = Terms::new();
    for &source in &sum.pooled {
        terms.push(ChannelTerm { source: activations.value(program, source), scale: ones });
    }
    let channels = node.shape.channels;
    program.kernels.run(ChannelSum { terms: &terms, bias: zeros, output: total, layout, channels });
    let channels = node.planes();
    program.kernels.run(AvgPool3 { input: total, output: pooled, layout, channels });
}

/// Adds the convolutions by definition.
fn convolve_directly<T: Real>(
    program: &Program<T>,
    activations: &Activations<T>,
    node: &ProgramNode<T>,
    part: &OutputPart<T>,
    output: &mut [Pixel<T>],
) {
    for direct in &part.direct {
        let source = &program.nodes[direct.source];
        let (input, from) = if direct.copy {
            (activations.copy(program, direct.source), source.padded())
        } else {
            (activations.value(program, direct.source), source.layout())
        };
        let (shape, packed, to) = (direct.shape, &direct.packed, node.layout());
        program.kernels.run(ChannelConv { shape, input, from, packed, output: &mut *output, to });
    }
}

/// Adds the convolutions by Winograd.
fn convolve_fast<T: Real>(
    program: &Program<T>,
    activations: &Activations<T>,
    node: &ProgramNode<T>,
    part: &OutputPart<T>,
    products: &mut [Pixel<T>],
    output: &mut [Pixel<T>],
) {
    let mut sources = ArrayVec::<_, MAX_EDGES>::new();
    for winograd in &part.winograd {
        let input = activations.copy(program, winograd.source);
        sources.push(ChannelSource { input, inputs: winograd.inputs, filter: &winograd.filter });
    }
    if !sources.is_empty() {
        program.kernels.run(ChannelWinograd {
            sources: &sources,
            from: node.padded(),
            output,
            to: node.layout(),
            outputs: part.outputs,
            scratch: products,
        });
    }
}
