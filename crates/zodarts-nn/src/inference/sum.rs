//! A node that is a sum of edges.

use super::program::{Node, Part, Program, Sum};
use super::worker::Activations;
use crate::graph::MAX_EDGES;
use arrayvec::ArrayVec;
use rayon::prelude::*;
use zodarts_kernels::{
    AvgPool3, ChannelConv, ChannelSource, ChannelSum, ChannelTerm, ChannelWinograd, LANES, Pixel, Real,
};

/// Terms of a sum, without allocation: one for each edge and one for all that are pooled.
type Terms<'a, T> = ArrayVec<ChannelTerm<'a, T>, { MAX_EDGES + 1 }>;

/// Room for what lives no longer than its node's turn.
#[derive(Debug)]
pub struct Scratch<T> {
    /// Σ of what is pooled.
    sum: Vec<Pixel<T>>,
    /// Its averages.
    pooled: Vec<Pixel<T>>,
    /// Products of Winograd's transforms, for each part of a node.
    products: Vec<Vec<Pixel<T>>>,
    ones: Vec<Pixel<T>>,
    zeros: Vec<Pixel<T>>,
}

impl<T: Real> Scratch<T> {
    pub fn new(program: &Program<T>) -> Self {
        let zeros = |length| vec![Pixel::ZERO; length];
        let most = program.nodes.iter().map(Node::planes).max().unwrap_or(0);
        Self {
            sum: zeros(program.pool_scratch()),
            pooled: zeros(program.pool_scratch()),
            products: (0..program.most_parts()).map(|_| zeros(program.winograd_scratch())).collect(),
            ones: vec![Pixel([T::ONE; LANES]); most],
            zeros: zeros(most),
        }
    }
}

/// Whether an image has all threads for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    One,
    All,
}

/// Writes a node as the sum of its edges.
pub fn add_up<T: Real>(
    program: &Program<T>,
    activations: &Activations<T>,
    (scratch, threads): (&mut Scratch<T>, Threads),
    (node, sum): (&Node<T>, &Sum<T>),
    output: &mut [Pixel<T>],
) {
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
    let convolve = |part: &Part<T>, output: &mut [Pixel<T>], products: &mut [Pixel<T>]| {
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
    scratch: &mut Scratch<T>,
    node: &Node<T>,
    sum: &Sum<T>,
) {
    let Scratch { sum: total, pooled, ones, zeros, .. } = scratch;
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

fn convolve_directly<T: Real>(
    program: &Program<T>,
    activations: &Activations<T>,
    node: &Node<T>,
    part: &Part<T>,
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

fn convolve_fast<T: Real>(
    program: &Program<T>,
    activations: &Activations<T>,
    node: &Node<T>,
    part: &Part<T>,
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
