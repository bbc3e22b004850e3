//! Thumbnails: small grey versions of images, standardised over all images.

use crate::copies::ImageIndex;
use crate::resize::{ImageSize, Resizer};
use crate::samples::{Samples, grey};
use rayon::prelude::*;

/// Longest side of a thumbnail in pixels.
const SIDE: usize = 32;
/// Added to the deviation of a pixel over all images, in steps of 1/255, so that noise is not blown up where
/// images hardly differ.
const FLOOR: f64 = 8.0;
/// Thumbnails of some images.
#[derive(Debug)]
pub(crate) struct Thumbnails {
    area: usize,
    bytes: Vec<u8>,
    /// Mean of each pixel over all thumbnails.
    mean: Vec<f32>,
    scale: Vec<f32>,
}

impl Thumbnails {
    /// Returns the thumbnails of some images.
    pub fn of(splits: [&Samples; 3], images: &[ImageIndex]) -> Self {
        let (_, height, width) = splits[0].shape();
        let small_size = ImageSize { height: height.min(SIDE), width: width.min(SIDE) };
        let area = small_size.area();
        let resizer = || Resizer::new(ImageSize { height, width }, small_size);
        let small = |resizer: &mut Resizer, &ImageIndex { split, position }: &ImageIndex| {
            let planes = splits[split].image(position);
            let grey = grey(&planes, height * width);
            let mut thumbnail = vec![0.0; area];
            resizer.resize(&grey, &mut thumbnail);
            thumbnail.into_iter().map(|value| (value * 255.0).round() as u8).collect::<Vec<u8>>()
        };
        let bytes: Vec<Vec<u8>> = images.par_iter().map_init(resizer, small).collect();
        let bytes = bytes.concat();
        Self { area, bytes, mean: vec![0.0; area], scale: vec![1.0; area] }.standardised()
    }

    fn standardised(mut self) -> Self {
        let count = (self.bytes.len() / self.area.max(1)).max(1) as f64;
        for at in 0..self.area {
            let values = || self.bytes.iter().skip(at).step_by(self.area).map(|byte| f64::from(*byte));
            let mean = values().sum::<f64>() / count;
            let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
            self.mean[at] = mean as f32;
            self.scale[at] = (1.0 / (variance.sqrt() + FLOOR)) as f32;
        }
        self
    }

    /// Returns the number of thumbnails.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.area.max(1)
    }

    /// Returns the number of values of a thumbnail.
    pub fn area(&self) -> usize {
        self.area
    }

    /// Returns a thumbnail less the mean of all, each pixel in units of its deviation, then centred and
    /// scaled to length 1; zeros if nothing is left. The dot product of two is their correlation.
    pub fn values(&self, index: usize) -> Vec<f32> {
        let bytes = &self.bytes[index * self.area..][..self.area];
        let standard = bytes.iter().zip(self.mean.iter().zip(&self.scale));
        let mut values: Vec<f32> =
            standard.map(|(byte, (mean, scale))| (f32::from(*byte) - mean) * scale).collect();
        // In double precision, nothing is left of equal values.
        let mean = (values.iter().map(|value| f64::from(*value)).sum::<f64>() / self.area as f64) as f32;
        for value in &mut values {
            *value -= mean;
        }
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > f32::EPSILON {
            for value in &mut values {
                *value /= length;
            }
        }
        values
    }
}
