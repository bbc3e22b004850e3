//! A mini-batch, ready for a network.

use crate::samples::Samples;

/// Images and targets of one mini-batch. Filled again, it keeps its buffers.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// `[image][channel][y][x]`, values in [0, 1].
    pub images: Vec<f32>,
    /// `[image][class]`: one-hot, 0/1 for each label, or a blend of two such rows.
    pub targets: Vec<f32>,
    /// `[image][label_width]`: the labels before any blending; one class index, or 0/1 for each label.
    pub labels: Vec<u16>,
    /// Images.
    pub n: usize,
    /// Channels.
    pub channels: usize,
    /// Pixels.
    pub height: usize,
    /// Pixels.
    pub width: usize,
    /// Classes or labels.
    pub classes: usize,
    /// Values per image in `labels`: 1, or `classes` when an image may have several labels.
    pub label_width: usize,
    /// A copy of images or targets while they are blended.
    pub(crate) scratch: Vec<f32>,
    /// Planes of the image at work, before and after the resize.
    pub(crate) planes: Vec<f32>,
}

impl Batch {
    /// An empty batch, to be filled by [`crate::Augmentation::batch`].
    pub fn new() -> Self {
        Batch::default()
    }

    /// Values per image.
    pub fn image_len(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Sizes every buffer and writes labels and hard targets.
    pub(crate) fn prepare(&mut self, samples: &Samples, positions: &[usize], size: usize) {
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
