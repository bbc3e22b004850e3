//! Contributions of the places of an image to the logits.
//!
//! The classifier is linear and reads averages over the places of the last node. So a logit is exactly its
//! bias plus the mean of the contributions of all places: the class activation map of Zhou et al. (2016), to
//! which Grad-CAM reduces for such networks.

use super::program::{LinearHead, Program};
use crate::graph::Shape;
use zodarts_kernels::{LANES, Pixel, Real};

/// The parts that logits are the sum of.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributions {
    /// Rows of places.
    pub height: usize,
    /// Columns of places.
    pub width: usize,
    /// The classifier's bias, one value per class.
    pub bias: Vec<f64>,
    /// Contributions, `(classes, height, width)`. The logit of a class is its bias plus the sum of its
    /// values.
    pub values: Vec<f64>,
}

impl Contributions {
    /// Returns the contributions to a class, `(height, width)`.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn of(&self, class: usize) -> &[f64] {
        let area = self.height * self.width;
        &self.values[class * area..(class + 1) * area]
    }

    /// Returns the logits, one per class.
    pub fn logits(&self) -> Vec<f64> {
        let sums = (0..self.bias.len()).map(|class| self.bias[class] + self.of(class).iter().sum::<f64>());
        sums.collect()
    }
}

/// Multiplies the last node's values, after the `ReLU`, with the classifier's matrix.
pub fn contributions<T: Real>(program: &Program<T>, output: &[Pixel<T>]) -> Contributions {
    let node = program.output();
    let (layout, Shape { channels, height, width }) = (node.layout(), node.shape);
    let area = height * width;
    let LinearHead { matrix, bias } = &program.head;
    let feature = |channel: usize, place: usize| {
        let pixel = output[layout.at(channel / LANES, place / width, place % width)];
        pixel.0[channel % LANES].to_f64().max(0.0)
    };
    let mut values = Vec::with_capacity(bias.len() * area);
    for row in matrix.chunks_exact(channels) {
        values.extend((0..area).map(|place| {
            let parts = row.iter().enumerate().map(|(channel, weight)| weight * feature(channel, place));
            parts.sum::<f64>() / area as f64
        }));
    }
    Contributions { height, width, bias: bias.clone(), values }
}
