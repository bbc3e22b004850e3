//! A mini-batch, ready for a network.

use super::placement::Placement;
use crate::resize::{ImageSize, Resizer};
use crate::samples::Samples;

/// Images and targets of one mini-batch. A batch that is filled again keeps its buffers.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Pixels in the shape `(n, channels, height, width)`, values in [0, 1].
    pub images: Vec<f32>,
    /// Targets in the shape `(n, classes)`: one-hot, 0/1 for each label, or a blend of two such rows.
    pub targets: Vec<f32>,
    /// Labels before any blending in the shape `(n, label_width)`: one class index, or 0/1 for each label.
    pub labels: Vec<u16>,
    /// Number of images.
    pub n: usize,
    /// Number of channels.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
    /// Number of classes or labels.
    pub classes: usize,
    /// Values per image in `labels`: 1, or `classes` if an image may have several labels.
    pub label_width: usize,
    /// A copy of images or targets while they are blended.
    pub(super) scratch: Vec<f32>,
    /// Planes of the current image, before and after the resize.
    planes: Vec<f32>,
}

impl Batch {
    /// Returns an empty batch, to be filled by [`Batch::fill`] or [`crate::Augmentation::batch`].
    pub fn new() -> Self {
        Batch::default()
    }

    /// Returns the number of values per image.
    pub fn image_len(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Fills the batch with the images at `positions`, resized to `size`×`size` pixels (bilinear). Nothing is
    /// random: a network is evaluated on such batches.
    ///
    /// # Panics
    /// If a position is not below `samples.len()`, or `size` is 0.
    pub fn fill(&mut self, samples: &Samples, positions: &[usize], size: usize) {
        self.fill_placed(samples, positions, size, || Placement::IDENTITY);
    }

    /// As [`Batch::fill`], with each resized image moved to its own `placement`.
    pub(super) fn fill_placed(
        &mut self,
        samples: &Samples,
        positions: &[usize],
        size: usize,
        mut placement: impl FnMut() -> Placement,
    ) {
        self.prepare(samples, positions, size);
        let store = samples.store();
        let mut resizer = Resizer::new(store.shape.size(), ImageSize::square(size));
        let length = self.image_len();
        self.planes.resize(store.shape.values() + length, 0.0);
        let (stored, resized) = self.planes.split_at_mut(store.shape.values());
        for (&position, image) in positions.iter().zip(self.images.chunks_exact_mut(length)) {
            let placement = placement();
            store.planes(samples.index(position), stored);
            if placement == Placement::IDENTITY {
                resizer.resize(stored, image);
            } else {
                resizer.resize(stored, resized);
                placement.apply(resized, size, image);
            }
        }
    }

    /// Sizes every buffer and writes labels and hard targets.
    fn prepare(&mut self, samples: &Samples, positions: &[usize], size: usize) {
        let store = samples.store();
        self.n = positions.len();
        (self.channels, self.height, self.width) = (store.shape.channels, size, size);
        (self.classes, self.label_width) = (store.classes, store.label_width);
        self.images.resize(self.n * self.image_len(), 0.0);
        self.targets.clear();
        self.targets.resize(self.n * self.classes, 0.0);
        self.labels.clear();
        for (&position, target) in positions.iter().zip(self.targets.chunks_exact_mut(self.classes)) {
            let labels = samples.labels(position);
            self.labels.extend_from_slice(labels);
            if store.is_multi_label() {
                target.iter_mut().zip(labels).for_each(|(value, &label)| *value = f32::from(label));
            } else {
                target[usize::from(labels[0])] = 1.0;
            }
        }
    }
}
