//! Images of a store brought to another shape.

use crate::decoded::luma;
use crate::image_fit::{FittedResizer, ImageFit};
use crate::store::{ImageShape, ImageStore, Pixels};

impl ImageStore {
    /// Returns the same images in another shape. Colour becomes luma, grey is repeated.
    pub fn shaped(&self, shape: ImageShape, fit: ImageFit) -> ImageStore {
        let mut resizer = FittedResizer::new(self.shape.size(), shape.size(), fit);
        let mut source = vec![0.0; self.shape.values()];
        let mut target = vec![0.0; shape.values()];
        let deep = matches!(self.pixels, Pixels::U16(_));
        let mut pixels = Pixels::with_capacity(deep, self.len() * shape.values());
        for image in 0..self.len() {
            self.planes(image, &mut source);
            let planes = with_channels(&source, self.shape, shape.channels);
            resizer.resize(planes.as_deref().unwrap_or(&source), &mut target);
            pixels.push_planes(&target, shape.channels);
        }
        let (labels, files) = (self.labels.clone(), self.files.clone());
        let (origins, patients) = (self.origins.clone(), self.patients.clone());
        ImageStore { shape, pixels, labels, files, origins, patients, ..*self }
    }
}

/// Returns planes of a shape with other channels, or `None` if it has these already.
fn with_channels(planes: &[f32], shape: ImageShape, channels: usize) -> Option<Vec<f32>> {
    let area = shape.size().area();
    match (shape.channels, channels) {
        (3, 1) => {
            Some((0..area).map(|at| luma([0, 1, 2].map(|channel| planes[channel * area + at]))).collect())
        }
        (1, 3) => Some(planes.repeat(3)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(channels: usize, values: Vec<u8>) -> ImageStore {
        let shape = ImageShape { height: 1, width: values.len() / channels, channels };
        ImageStore::new(shape, Pixels::U8(values), vec![1], 2)
    }

    #[test]
    fn colour_becomes_luma_and_grey_is_repeated() {
        let shape = |channels| ImageShape { height: 1, width: 2, channels };
        let grey = store(3, vec![255, 0, 0, 0, 0, 255]).shaped(shape(1), ImageFit::Squeeze);
        assert_eq!(grey.pixels, Pixels::U8(vec![76, 29]));
        let colour = store(1, vec![10, 20]).shaped(shape(3), ImageFit::Squeeze);
        assert_eq!(colour.pixels, Pixels::U8(vec![10, 10, 10, 20, 20, 20]));
        assert_eq!((colour.labels, colour.shape), (vec![1], shape(3)));
    }
}
