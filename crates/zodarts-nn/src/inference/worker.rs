//! Computation of the logits of a few images, node by node.

use super::activations::Activations;
use super::features::summarise;
use super::image_queue::Group;
use super::node_sum::{SumRoom, SumScratch, Threads, add_up};
use super::program::{LinearHead, NodeCopy, NodeSource, Program, ProgramNode};
use std::mem::take;
use zodarts_kernels::{AvgPool2, GlobalAverage, LANES, Pack, Pad, Pixel, Real, Relu};

/// Buffers for a few images.
#[derive(Debug)]
pub struct Worker<T> {
    images: Vec<Activations<T>>,
    scratch: SumScratch<T>,
    features: Vec<Pixel<T>>,
}

impl<T: Real> Worker<T> {
    /// Allocates the buffers.
    pub fn new(program: &Program<T>) -> Self {
        let buffers = || program.buffers.iter().map(|&size| vec![Pixel::ZERO; size]).collect();
        Self {
            images: (0..program.group()).map(|_| Activations { buffers: buffers() }).collect(),
            scratch: SumScratch::new(program),
            features: vec![Pixel::ZERO; program.output().planes()],
        }
    }

    /// Returns the last node's value for the first image of the last call.
    pub fn output(&self, program: &Program<T>) -> &[Pixel<T>] {
        &self.images[0].buffers[program.output().value]
    }

    /// Computes up to [`Program::group`] images.
    pub fn score(&mut self, program: &Program<T>, group: Group<'_>, threads: Threads) {
        let Self { images: all, scratch, features } = self;
        let Group { images, logits, features: wanted } = group;
        for node in &program.nodes {
            for (activations, image) in all.iter_mut().zip(images.chunks_exact(program.image_len())) {
                activations.compute(program, node, image, SumRoom { scratch, threads });
            }
            if let (Some(first), false) = (node.features, wanted.is_empty()) {
                for (activations, all) in all.iter().zip(wanted.chunks_exact_mut(program.features())) {
                    summarise(node, &activations.buffers[node.value], &mut all[first..]);
                }
            }
        }
        for (activations, logits) in all.iter().zip(logits.chunks_exact_mut(program.head.classes())) {
            activations.classify(program, features, logits);
        }
    }
}

impl<T: Real> Activations<T> {
    /// Writes a node's value and its copy.
    fn compute(&mut self, program: &Program<T>, node: &ProgramNode<T>, image: &[f32], room: SumRoom<'_, T>) {
        let mut value = take(&mut self.buffers[node.value]);
        let output = &mut value[..node.layout().len(node.planes())];
        match &node.source {
            NodeSource::Input => pack(node, image, output),
            NodeSource::Sum(sum) => add_up(program, self, node, sum, room, output),
            NodeSource::Relu(source) => {
                let input = &self.value(program, *source)[..output.len()];
                program.kernels.run(Relu { input, output });
            }
            NodeSource::AvgPool2(source) => {
                let (input, from) = (self.value(program, *source), program.nodes[*source].layout());
                let (to, channels) = (node.layout(), node.planes());
                program.kernels.run(AvgPool2 { input, from, output, to, channels });
            }
        }
        self.write_copy(program, node, &value);
        self.buffers[node.value] = value;
    }

    /// Writes the node's copy with a margin, if it has one.
    fn write_copy(&mut self, program: &Program<T>, node: &ProgramNode<T>, value: &[Pixel<T>]) {
        let Some(NodeCopy { buffer, relu }) = node.copy else { return };
        program.kernels.run(Pad {
            input: value,
            from: node.layout(),
            channels: node.planes(),
            relu,
            output: &mut self.buffers[buffer],
            to: node.padded(),
        });
    }

    /// Writes the logits: `ReLU`, global average, linear layer.
    fn classify(&self, program: &Program<T>, features: &mut [Pixel<T>], logits: &mut [f64]) {
        let node = program.output();
        let (input, layout) = (&self.buffers[node.value][..], node.layout());
        program.kernels.run(GlobalAverage { input, layout, output: &mut *features });
        let LinearHead { matrix, bias } = &program.head;
        for ((row, bias), logit) in matrix.chunks_exact(node.shape.channels).zip(bias).zip(logits) {
            let features = features.iter().flat_map(|pixel| pixel.0);
            *logit = bias + row.iter().zip(features).map(|(w, x)| w * x.to_f64()).sum::<f64>();
        }
    }
}

/// Writes an image `(channels, height, width)` as planes of eight channels.
fn pack<T: Real>(node: &ProgramNode<T>, image: &[f32], output: &mut [Pixel<T>]) {
    let layout = node.layout();
    let area = layout.height * layout.width;
    for (images, plane) in image.chunks(LANES * area).zip(output.chunks_exact_mut(layout.plane)) {
        let count = images.len() / area;
        Pack { images, count, channels: 1, layout }.into_block(plane, |value| T::from_f64(value.into()));
    }
}
