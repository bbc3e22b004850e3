//! A mini-batch, ready for a network.

use super::augmentation::Changes;
use super::placement::Placement;
use super::policy::PolicyScratch;
use super::standardise::Standardise;
use super::warp::Warp;
use crate::resize::{ImageSize, Resizer};
use crate::samples::Samples;

/// Images and targets of one mini-batch. A batch that is filled again keeps its buffers.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Pixels in the shape `(n, channels, height, width)`, values in [0, 1] unless they are standardised.
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
    /// Planes of the current image, as stored and on the way to the batch.
    planes: Vec<f32>,
    policy_scratch: PolicyScratch,
}

/// Most stored pixels between two neighbours of a warped image. Beyond, the image is resized first, so that
/// nothing aliases.
const LONGEST_STEP: f32 = 1.5;

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
        self.fill_changed(samples, positions, size, None);
    }

    /// Scales the values of each image.
    pub fn standardise(&mut self, standardise: Standardise) {
        let length = self.image_len();
        if length > 0 {
            standardise.apply(&mut self.images, length);
        }
    }

    /// As [`Batch::fill`], with each image changed by draws of its own.
    pub(super) fn fill_changed(
        &mut self,
        samples: &Samples,
        positions: &[usize],
        size: usize,
        mut changes: Option<Changes<'_>>,
    ) {
        self.prepare(samples, positions, size);
        let store = samples.store();
        let mut plan = ResizePlan { source: store.shape.size(), size, resizer: None };
        let length = self.image_len();
        self.planes.resize(store.shape.values() + 2 * length, 0.0);
        let (stored, moved) = self.planes.split_at_mut(store.shape.values());
        for (&position, image) in positions.iter().zip(self.images.chunks_exact_mut(length)) {
            let (placement, warp) = changes.as_mut().map_or((Placement::IDENTITY, None), Changes::draw);
            store.planes(samples.index(position), stored);
            if placement == Placement::IDENTITY {
                plan.write(stored, warp, &mut moved[..length], image);
            } else {
                let (scratch, placed) = moved.split_at_mut(length);
                plan.write(stored, warp, scratch, placed);
                placement.apply(placed, size, image);
            }
            if let Some(changes) = &mut changes {
                changes.change_values(image, size, &mut self.policy_scratch);
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

/// The sizes of stored images and of a batch's, with the resize between them.
struct ResizePlan {
    source: ImageSize,
    size: usize,
    resizer: Option<Resizer>,
}

impl ResizePlan {
    /// Writes a stored image at the batch's size, warped or not. `scratch` has the length of `out`.
    fn write(&mut self, stored: &[f32], warp: Option<Warp>, scratch: &mut [f32], out: &mut [f32]) {
        let square = ImageSize::square(self.size);
        match warp {
            None => self.resizer().resize(stored, out),
            Some(warp) if warp.step(self.source, self.size) <= LONGEST_STEP => {
                warp.apply(stored, self.source, self.size, out);
            }
            Some(warp) => {
                self.resizer().resize(stored, scratch);
                warp.apply(scratch, square, self.size, out);
            }
        }
    }

    fn resizer(&mut self) -> &mut Resizer {
        let (source, target) = (self.source, ImageSize::square(self.size));
        self.resizer.get_or_insert_with(|| Resizer::new(source, target))
    }
}
