//! Images to compare an exported file with the engine on. They are drawn, so that no data set has to be at
//! hand.

use crate::CheckFault;
use rand::RngExt as _;
use zodarts_data::rng::stream;
use zodarts_nas::model::{Model, network_input};

/// Number of images of noise.
const NOISY: usize = 12;

/// Images as an exported file's input takes them: `(images, height, width, channels)` bytes at the size of a
/// model's data.
///
/// They are black, white, a ramp each way, and noise from single pixels to patches of eight.
#[derive(Clone, Debug)]
pub struct SampleInputs {
    count: usize,
    bytes: Vec<u8>,
}

impl SampleInputs {
    /// Draws the images for a model, always the same ones.
    pub fn for_model(model: &Model) -> Self {
        let info = &model.card.dataset;
        let canvas = Canvas { height: info.height, width: info.width, channels: info.channels };
        let mut images = vec![
            canvas.draw(|_| 0),
            canvas.draw(|_| 255),
            canvas.draw(|at| (at.y * 255 / canvas.height) as u8),
            canvas.draw(|at| (at.x * 255 / canvas.width) as u8),
        ];
        images.extend((0..NOISY).map(|index| canvas.noise(index)));
        Self { count: images.len(), bytes: images.concat() }
    }

    /// Returns the bytes of each image, `(height, width, channels)`.
    pub fn images(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.bytes.len() / self.count)
    }

    /// Returns the bytes of all images.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the largest difference between `found`, `(images, classes)`, and the engine's probabilities of
    /// these images. It is NaN if one of `found` is.
    ///
    /// # Errors
    /// If there is another number of values, or the engine's are not numbers.
    pub fn largest_difference(&self, model: &Model, found: &[f32]) -> Result<f32, CheckFault> {
        let scores = model.predictor().scores(&self.planes(model))?;
        let expected: Vec<f32> = scores.rows().flatten().copied().collect();
        if found.len() != expected.len() {
            return Err(CheckFault::Count { found: found.len(), expected: expected.len() });
        }
        let differences = found.iter().zip(&expected).map(|(found, expected)| (found - expected).abs());
        Ok(largest(differences))
    }

    /// Returns the images as the engine takes them, `(images, channels, side, side)`.
    fn planes(&self, model: &Model) -> Vec<f32> {
        let info = &model.card.dataset;
        let mut planes = Vec::new();
        for image in self.images() {
            let channel =
                |c: usize| image.iter().skip(c).step_by(info.channels).map(|byte| f32::from(*byte) / 255.0);
            let source: Vec<f32> = (0..info.channels).flat_map(channel).collect();
            planes.extend(network_input(&model.card, &source));
        }
        planes
    }
}

/// The size of an image.
#[derive(Clone, Copy)]
struct Canvas {
    height: usize,
    width: usize,
    channels: usize,
}

/// A place in an image.
#[derive(Clone, Copy)]
struct At {
    y: usize,
    x: usize,
    channel: usize,
}

impl Canvas {
    /// Returns an image, `(height, width, channels)`, of `value` at each place.
    fn draw(self, value: impl Fn(At) -> u8) -> Vec<u8> {
        let Self { height, width, channels } = self;
        let at = |index: usize| At {
            y: index / channels / width,
            x: index / channels % width,
            channel: index % channels,
        };
        (0..height * width * channels).map(|index| value(at(index))).collect()
    }

    /// Returns noise in patches whose side grows with `index` from 1 to 8, and over again.
    fn noise(self, index: usize) -> Vec<u8> {
        let mut rng = stream(0, "export-samples", index as u64);
        let patch = 1 << (index % 4);
        let columns = self.width.div_ceil(patch);
        let patches = self.height.div_ceil(patch) * columns;
        let noise: Vec<u8> = (0..patches * self.channels).map(|_| rng.random()).collect();
        self.draw(|at| noise[(at.y / patch * columns + at.x / patch) * self.channels + at.channel])
    }
}

/// Returns the largest of some differences, or NaN if one is NaN, which `f32::max` would hide.
fn largest(differences: impl Iterator<Item = f32>) -> f32 {
    differences.fold(
        0.0,
        |largest: f32, difference| {
            if largest.is_nan() || difference <= largest { largest } else { difference }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nan_is_the_largest_wherever_it_stands() {
        assert_eq!(largest([0.5, 2.0, 1.0].into_iter()), 2.0);
        for at in 0..3 {
            let mut differences = [0.5, 2.0, 1.0];
            differences[at] = f32::NAN;
            assert!(largest(differences.into_iter()).is_nan(), "{at}");
        }
    }
}
