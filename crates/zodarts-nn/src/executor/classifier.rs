//! The classifier: `ReLU`, global average, linear layer, loss.

use super::block_pass::BlockPass;
use super::pass::BatchView;
use crate::graph::Network;
use crate::loss::Loss;
use zodarts_kernels::{GlobalAverage, GlobalAverageBackward, Real};

impl<T: Real> BlockPass<'_, T> {
    /// Computes the logits, the losses and the gradients of the logits of the block's images.
    pub fn losses(&mut self, loss: &Loss, batch: BatchView<'_>) {
        let network = &*self.cx.net.network;
        let share = 1.0 / self.cx.images as f64;
        self.write_logits();
        let Self { block, partial, .. } = self;
        for lane in 0..block.lanes {
            let image = lane * network.classes..(lane + 1) * network.classes;
            let targets = &batch.targets[block.first * network.classes..][image.clone()];
            let gradient = &mut block.logit_gradients[image.clone()];
            partial.loss += loss.image(&block.logits[image.clone()], targets, gradient);
            partial.correct += loss.correct(&block.logits[image], targets);
            for value in gradient.iter_mut() {
                *value *= share;
            }
        }
    }

    /// Computes the gradient of the last node and, if `weights`, adds that of the classifier's matrix and
    /// bias.
    pub fn classifier_gradients(&mut self, weights: bool) {
        if weights {
            self.classifier_weight_gradients();
        }
        self.last_node_gradient();
    }

    fn write_logits(&mut self) {
        let network = &*self.cx.net.network;
        let block = &mut *self.block;
        self.cx.kernels.run(GlobalAverage {
            input: &block.values[network.output()],
            layout: self.cx.net.layout(network.output()),
            output: &mut block.features,
        });
        block.logits.clear();
        let rows = self.cx.weights[network.linear.clone()].chunks_exact(block.features.len());
        for lane in 0..block.lanes {
            for (row, bias) in rows.clone().zip(&self.cx.weights[network.bias.clone()]) {
                let products = row.iter().zip(&block.features).map(|(w, x)| w.to_f64() * x.0[lane].to_f64());
                block.logits.push(bias.to_f64() + products.sum::<f64>());
            }
        }
    }

    fn classifier_weight_gradients(&mut self) {
        let Network { linear, bias, classes, .. } = &*self.cx.net.network;
        let (block, totals) = (&*self.block, &mut self.partial.gradient);
        let channels = block.features.len();
        for lane in 0..block.lanes {
            for class in 0..*classes {
                let gradient = T::from_f64(block.logit_gradients[lane * classes + class]);
                totals[bias.start + class] += gradient;
                let row = &mut totals[linear.start + class * channels..][..channels];
                for (slot, feature) in row.iter_mut().zip(&block.features) {
                    *slot += gradient * feature.0[lane];
                }
            }
        }
    }

    fn last_node_gradient(&mut self) {
        let net = self.cx.net;
        let (network, block) = (&*net.network, &mut *self.block);
        let output = network.output();
        let channels = block.features.len();
        let matrix = &self.cx.weights[network.linear.clone()];
        for (channel, average) in block.feature_gradients.iter_mut().enumerate() {
            for lane in 0..block.lanes {
                let gradients = &block.logit_gradients[lane * network.classes..][..network.classes];
                let column = matrix[channel..].iter().step_by(channels);
                let sum: f64 = column.zip(gradients).map(|(w, g)| w.to_f64() * g).sum();
                average.0[lane] = T::from_f64(sum);
            }
        }
        self.cx.kernels.run(GlobalAverageBackward {
            input: &block.values[output],
            layout: net.layout(output),
            output_gradient: &block.feature_gradients,
            input_gradient: &mut block.gradients[net.plan.gradients.of[output]],
        });
    }
}
