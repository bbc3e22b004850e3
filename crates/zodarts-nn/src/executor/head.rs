//! The classifier: `ReLU`, global average, linear layer, loss.

use super::BatchView;
use super::block::Block;
use super::context::Context;
use super::shard::Shard;
use crate::graph::Network;
use crate::loss::Loss;
use zodarts_kernels::{GlobalAverage, GlobalAverageBackward, Kernels, Pixel, Real};

/// Losses of a shard's images, and the gradients of their logits.
pub fn losses<T: Real>(context: &Context<'_, T>, shard: &mut Shard<T>, loss: &Loss, batch: BatchView<'_>) {
    let network = context.network;
    let share = 1.0 / context.images as f64;
    for block in &mut shard.blocks[..shard.active] {
        average(network, context.kernels, block);
        block.logits.clear();
        append_logits(network, context.weights, &block.features, block.lanes, &mut block.logits);
        for lane in 0..block.lanes {
            let image = lane * network.classes..(lane + 1) * network.classes;
            let targets = &batch.targets[block.first * network.classes..][image.clone()];
            let gradient = &mut block.logit_gradients[image.clone()];
            shard.loss += loss.image(&block.logits[image.clone()], targets, gradient);
            shard.correct += loss.correct(&block.logits[image], targets);
            for value in gradient.iter_mut() {
                *value *= share;
            }
        }
    }
}

/// Gradient of the last node, and that of the classifier's matrix and bias if `weights`.
pub fn backward<T: Real>(context: &Context<'_, T>, shard: &mut Shard<T>, weights: bool) {
    if weights {
        weight_gradients(context.network, shard);
    }
    for block in &mut shard.blocks[..shard.active] {
        gradient_of_value(context, block);
    }
}

fn weight_gradients<T: Real>(network: &Network, shard: &mut Shard<T>) {
    let channels = network.nodes[network.output()].channels;
    for block in &shard.blocks[..shard.active] {
        for lane in 0..block.lanes {
            for class in 0..network.classes {
                let gradient = T::from_f64(block.logit_gradients[lane * network.classes + class]);
                shard.gradient[network.bias.start + class] += gradient;
                let row = &mut shard.gradient[network.linear.start + class * channels..][..channels];
                for (slot, feature) in row.iter_mut().zip(&block.features) {
                    *slot += gradient * feature.0[lane];
                }
            }
        }
    }
}

/// Appends the logits of a block's images.
pub fn logits<T: Real>(
    network: &Network,
    kernels: Kernels<T>,
    weights: &[T],
    block: &Block<T>,
    logits: &mut Vec<f64>,
) {
    let shape = network.nodes[network.output()];
    let mut features = vec![Pixel::ZERO; shape.channels];
    let layout = shape.dense();
    let input = &block.values[network.output()][..];
    kernels.run(GlobalAverage { input, layout, output: &mut features });
    append_logits(network, weights, &features, block.lanes, logits);
}

fn average<T: Real>(network: &Network, kernels: Kernels<T>, block: &mut Block<T>) {
    let shape = network.nodes[network.output()];
    kernels.run(GlobalAverage {
        input: &block.values[network.output()],
        layout: shape.dense(),
        output: &mut block.features,
    });
}

fn append_logits<T: Real>(
    network: &Network,
    weights: &[T],
    features: &[Pixel<T>],
    lanes: usize,
    logits: &mut Vec<f64>,
) {
    let rows = weights[network.linear.clone()].chunks_exact(features.len());
    for lane in 0..lanes {
        for (row, bias) in rows.clone().zip(&weights[network.bias.clone()]) {
            let products = row.iter().zip(features).map(|(w, x)| w.to_f64() * x.0[lane].to_f64());
            logits.push(bias.to_f64() + products.sum::<f64>());
        }
    }
}

fn gradient_of_value<T: Real>(context: &Context<'_, T>, block: &mut Block<T>) {
    let network = context.network;
    let output = network.output();
    let layout = context.layout(output);
    let channels = block.features.len();
    let slot = context.plan.gradients.of[output];
    let matrix = &context.weights[network.linear.clone()];
    for (channel, average) in block.feature_gradients.iter_mut().enumerate() {
        for lane in 0..block.lanes {
            let gradients = &block.logit_gradients[lane * network.classes..][..network.classes];
            let column = matrix[channel..].iter().step_by(channels);
            let sum: f64 = column.zip(gradients).map(|(w, g)| w.to_f64() * g).sum();
            average.0[lane] = T::from_f64(sum);
        }
    }
    context.kernels.run(GlobalAverageBackward {
        input: &block.values[output],
        layout,
        output_gradient: &block.feature_gradients,
        input_gradient: &mut block.gradients[slot],
    });
}
