//! What each place of an image adds to the logits.
//!
//! The classifier is linear and reads averages over the last node's places, so a logit is exactly its bias plus the mean over places of
//! what that place adds: the class activation map of Zhou et al. (2016), to which Grad-CAM comes down for such networks.

use super::program::{Head, Program};
use super::worker::Worker;
use super::{Compiled, Threads};
use crate::graph::Shape;
use crate::scalar::Scalar;
use zodarts_kernels::{LANES, Pixel};

/// The parts that logits are the sum of.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributions {
    /// Rows of places.
    pub height: usize,
    /// Columns of places.
    pub width: usize,
    /// What is added whatever the image, for each class.
    pub bias: Vec<f64>,
    /// What each place adds, `classes × height × width` values: a class's logit is its bias and the sum of its values.
    pub values: Vec<f64>,
}

impl Contributions {
    /// The places of a class, row by row.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn of(&self, class: usize) -> &[f64] {
        let area = self.height * self.width;
        &self.values[class * area..(class + 1) * area]
    }

    /// The logits.
    pub fn logits(&self) -> Vec<f64> {
        let sums = (0..self.bias.len()).map(|class| self.bias[class] + self.of(class).iter().sum::<f64>());
        sums.collect()
    }
}

impl<T: Scalar> Compiled<T> {
    /// What each place of an image of `C×H×W` values adds to the logits.
    ///
    /// # Panics
    /// If the number of values is not an image's.
    pub fn contributions(&mut self, image: &[f32]) -> Contributions {
        assert_eq!(image.len(), self.image_len(), "values of an image");
        let Self { program, workers } = self;
        if workers.is_empty() {
            workers.push(Worker::new(program));
        }
        let mut logits = vec![0.0; program.head.classes()];
        T::score(program, &mut workers[0], image, &mut logits, Threads::One);
        contributions(program, workers[0].output(program))
    }
}

/// Weighs the last node's values, through the `ReLU` before the classifier, by the classifier's matrix.
fn contributions<T: Scalar>(program: &Program<T>, output: &[Pixel<T>]) -> Contributions {
    let node = program.output();
    let (layout, Shape { channels, height, width }) = (node.layout(), node.shape);
    let area = height * width;
    let Head { matrix, bias } = &program.head;
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
