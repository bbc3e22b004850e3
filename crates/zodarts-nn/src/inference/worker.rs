//! Scores one image at a time on buffers of its own.

use super::program::{Build, Head, Node, Program};
use super::sum::{Scratch, add_up};
use crate::graph::NodeId;
use std::mem::take;
use zodarts_kernels::{AvgPool2, GlobalAverage, LANES, Pack, Pad, Pixel, Real, Relu};

/// Buffers for one image.
#[derive(Debug)]
pub struct Worker<T> {
    activations: Activations<T>,
    scratch: Scratch<T>,
    features: Vec<Pixel<T>>,
}

/// Values of the nodes computed so far, and their copies.
#[derive(Debug)]
pub struct Activations<T> {
    buffers: Vec<Vec<Pixel<T>>>,
}

impl<T: Real> Activations<T> {
    /// A node's value.
    pub fn value(&self, program: &Program<T>, node: NodeId) -> &[Pixel<T>] {
        &self.buffers[program.nodes[node].value]
    }

    /// A node's copy with a margin. Nothing asks for one that is not there.
    pub fn copy(&self, program: &Program<T>, node: NodeId) -> &[Pixel<T>] {
        program.nodes[node].copy.map_or(&[], |(buffer, _)| &self.buffers[buffer])
    }
}

impl<T: Real> Worker<T> {
    pub fn new(program: &Program<T>) -> Self {
        let buffers = program.buffers.iter().map(|&size| vec![Pixel::ZERO; size]).collect();
        Self {
            activations: Activations { buffers },
            scratch: Scratch::new(program),
            features: vec![Pixel::ZERO; program.output().planes()],
        }
    }

    /// Writes the logits of an image of `C×H×W` values.
    pub fn score(&mut self, program: &Program<T>, image: &[f32], logits: &mut [f64]) {
        for node in &program.nodes {
            let mut value = take(&mut self.activations.buffers[node.value]);
            self.build(program, node, image, &mut value[..node.layout().len(node.planes())]);
            self.copy(program, node, &value);
            self.activations.buffers[node.value] = value;
        }
        self.classify(program, logits);
    }

    fn build(&mut self, program: &Program<T>, node: &Node<T>, image: &[f32], output: &mut [Pixel<T>]) {
        let Self { activations, scratch, .. } = self;
        match &node.build {
            Build::Input => pack(node, image, output),
            Build::Sum(sum) => add_up(program, activations, scratch, node, sum, output),
            Build::Relu(source) => {
                let input = &activations.value(program, *source)[..output.len()];
                program.kernels.run(Relu { input, output });
            }
            Build::AvgPool2(source) => {
                let (input, from) = (activations.value(program, *source), program.nodes[*source].layout());
                let (to, channels) = (node.layout(), node.planes());
                program.kernels.run(AvgPool2 { input, from, output, to, channels });
            }
        }
    }

    fn copy(&mut self, program: &Program<T>, node: &Node<T>, value: &[Pixel<T>]) {
        let Some((buffer, relu)) = node.copy else { return };
        program.kernels.run(Pad {
            input: value,
            from: node.layout(),
            channels: node.planes(),
            relu,
            output: &mut self.activations.buffers[buffer],
            to: node.padded(),
        });
    }

    /// `ReLU`, global average, linear layer.
    fn classify(&mut self, program: &Program<T>, logits: &mut [f64]) {
        let node = program.output();
        let (input, layout) = (&self.activations.buffers[node.value][..], node.layout());
        program.kernels.run(GlobalAverage { input, layout, output: &mut self.features });
        let Head { matrix, bias } = &program.head;
        for ((row, bias), logit) in matrix.chunks_exact(node.shape.channels).zip(bias).zip(logits) {
            let features = self.features.iter().flat_map(|pixel| pixel.0);
            *logit = bias + row.iter().zip(features).map(|(w, x)| w * x.to_f64()).sum::<f64>();
        }
    }
}

/// Spreads an image of `C×H×W` values over planes of eight channels.
fn pack<T: Real>(node: &Node<T>, image: &[f32], output: &mut [Pixel<T>]) {
    let layout = node.layout();
    let area = layout.height * layout.width;
    for (images, plane) in image.chunks(LANES * area).zip(output.chunks_exact_mut(layout.plane)) {
        let count = images.len() / area;
        Pack { images, count, channels: 1, layout }.into_block(plane, |value| T::from_f64(value.into()));
    }
}
