//! Scores a few images, node by node, on buffers of its own.

use super::program::{Build, Head, Node, Program};
use super::sum::{Scratch, Threads, add_up};
use crate::graph::NodeId;
use std::mem::take;
use zodarts_kernels::{AvgPool2, GlobalAverage, LANES, Pack, Pad, Pixel, Real, Relu};

/// Buffers for a few images.
#[derive(Debug)]
pub struct Worker<T> {
    images: Vec<Activations<T>>,
    scratch: Scratch<T>,
    features: Vec<Pixel<T>>,
}

/// Values of the nodes of an image computed so far, and their copies.
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
        let buffers = || program.buffers.iter().map(|&size| vec![Pixel::ZERO; size]).collect();
        Self {
            images: (0..program.group()).map(|_| Activations { buffers: buffers() }).collect(),
            scratch: Scratch::new(program),
            features: vec![Pixel::ZERO; program.output().planes()],
        }
    }

    /// The value of the last node, of the first of the images that were scored last.
    pub fn output(&self, program: &Program<T>) -> &[Pixel<T>] {
        &self.images[0].buffers[program.output().value]
    }

    /// Writes the logits of up to [`Program::group`] images of `C×H×W` values.
    pub fn score(&mut self, program: &Program<T>, images: &[f32], logits: &mut [f64], threads: Threads) {
        let Self { images: all, scratch, features } = self;
        for node in &program.nodes {
            for (activations, image) in all.iter_mut().zip(images.chunks_exact(program.image_len())) {
                activations.compute(program, node, image, (scratch, threads));
            }
        }
        for (activations, logits) in all.iter().zip(logits.chunks_exact_mut(program.head.classes())) {
            activations.classify(program, features, logits);
        }
    }
}

impl<T: Real> Activations<T> {
    /// Writes a node's value and its copy.
    fn compute(
        &mut self,
        program: &Program<T>,
        node: &Node<T>,
        image: &[f32],
        (scratch, threads): (&mut Scratch<T>, Threads),
    ) {
        let mut value = take(&mut self.buffers[node.value]);
        let output = &mut value[..node.layout().len(node.planes())];
        match &node.build {
            Build::Input => pack(node, image, output),
            Build::Sum(sum) => add_up(program, self, (scratch, threads), (node, sum), output),
            Build::Relu(source) => {
                let input = &self.value(program, *source)[..output.len()];
                program.kernels.run(Relu { input, output });
            }
            Build::AvgPool2(source) => {
                let (input, from) = (self.value(program, *source), program.nodes[*source].layout());
                let (to, channels) = (node.layout(), node.planes());
                program.kernels.run(AvgPool2 { input, from, output, to, channels });
            }
        }
        self.write_copy(program, node, &value);
        self.buffers[node.value] = value;
    }

    fn write_copy(&mut self, program: &Program<T>, node: &Node<T>, value: &[Pixel<T>]) {
        let Some((buffer, relu)) = node.copy else { return };
        program.kernels.run(Pad {
            input: value,
            from: node.layout(),
            channels: node.planes(),
            relu,
            output: &mut self.buffers[buffer],
            to: node.padded(),
        });
    }

    /// `ReLU`, global average, linear layer.
    fn classify(&self, program: &Program<T>, features: &mut [Pixel<T>], logits: &mut [f64]) {
        let node = program.output();
        let (input, layout) = (&self.buffers[node.value][..], node.layout());
        program.kernels.run(GlobalAverage { input, layout, output: &mut *features });
        let Head { matrix, bias } = &program.head;
        for ((row, bias), logit) in matrix.chunks_exact(node.shape.channels).zip(bias).zip(logits) {
            let features = features.iter().flat_map(|pixel| pixel.0);
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
