//! Images of one mean and one deviation.

use serde::{Deserialize, Serialize};

/// The scaling of an image's values before a network sees them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standardise {
    /// Values from 0 to 1 stay as they are.
    #[default]
    None,
    /// The values of an image, all channels together, get mean 0 and deviation 1: `(x − mean) / √(v + ε)`
    /// with the variance `v` and ε = [`Standardise::EPSILON`].
    Image,
}

impl Standardise {
    /// The number that is added to the variance: the square of a level of 8 bits. An image of one grey
    /// becomes 0.
    pub const EPSILON: f64 = 1.0 / (255.0 * 255.0);

    /// Tells if values stay as they are.
    pub fn is_none(&self) -> bool {
        *self == Standardise::None
    }

    /// Scales images of `length` values each.
    ///
    /// # Panics
    /// If `length` is 0.
    pub fn apply(self, images: &mut [f32], length: usize) {
        if self == Standardise::Image {
            images.chunks_exact_mut(length).for_each(standardise);
        }
    }
}

fn standardise(image: &mut [f32]) {
    let count = image.len() as f64;
    let mean = image.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
    let variance = image.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / count;
    let deviation = (variance + Standardise::EPSILON).sqrt();
    for value in image {
        *value = ((f64::from(*value) - mean) / deviation) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_image_gets_mean_0_and_deviation_1_and_a_blank_one_0() {
        let mut images = vec![0.1, 0.2, 0.3, 0.4, 0.9, 0.9, 0.9, 0.9];
        Standardise::Image.apply(&mut images, 4);
        let deviation = (0.0125 + Standardise::EPSILON).sqrt();
        for (value, expected) in images.iter().zip([-0.15, -0.05, 0.05, 0.15]) {
            assert!((f64::from(*value) - expected / deviation).abs() < 1e-6, "{value}");
        }
        assert!(images[4..].iter().all(|value| value.abs() < 1e-6));
        let before = images.clone();
        Standardise::None.apply(&mut images, 4);
        assert_eq!(images, before);
    }
}
