//! From stored pixels to a batch: resize, crop, flip, blend.

mod crop;
mod mix;
mod resize;

use crate::batch::Batch;
use crate::samples::Samples;
use crop::Placement;
pub use mix::Mix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
pub use resize::{Resizer, resize_matrix};
use serde::{Deserialize, Serialize};

/// How a batch is made of stored images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Augmentation {
    /// Height and width of the batch's images; stored images are resized to it (bilinear).
    pub input_size: usize,
    /// Mirror each image left to right with probability 1/2.
    pub flip: bool,
    /// Pad with this many zeros on every side, then crop `input_size` at random; 0 for neither.
    pub crop_padding: usize,
    /// Blend images and targets within the batch.
    pub mix: Mix,
}

impl Augmentation {
    /// Nothing random, for evaluation: only the resize that training has, too.
    pub fn none(input_size: usize) -> Self {
        Augmentation { input_size, flip: false, crop_padding: 0, mix: Mix::None }
    }

    /// Flip and crop as in the search of ZO-DARTS: padding 4 at size 32, in proportion elsewhere.
    pub fn standard(input_size: usize) -> Self {
        Augmentation { input_size, flip: true, crop_padding: input_size.div_ceil(8), mix: Mix::None }
    }

    /// The same with another blend.
    #[must_use]
    pub fn with_mix(self, mix: Mix) -> Self {
        Augmentation { mix, ..self }
    }

    /// Fills `batch` with the images at `positions`. The draws from `rng` depend on the number of images, not
    /// on their content.
    ///
    /// # Panics
    /// If a position is not below `samples.len()`, or `input_size` is 0.
    pub fn batch(&self, samples: &Samples, positions: &[usize], rng: &mut ChaCha8Rng, batch: &mut Batch) {
        batch.prepare(samples, positions, self.input_size);
        self.images(samples, positions, rng, batch);
        self.mix.apply(batch, rng);
    }

    fn images(&self, samples: &Samples, positions: &[usize], rng: &mut ChaCha8Rng, batch: &mut Batch) {
        let store = samples.store();
        let mut resizer =
            Resizer::new((store.shape.height, store.shape.width), (self.input_size, self.input_size));
        let length = batch.image_len();
        batch.planes.resize(store.shape.values() + length, 0.0);
        let (stored, resized) = batch.planes.split_at_mut(store.shape.values());
        for (&position, image) in positions.iter().zip(batch.images.chunks_exact_mut(length)) {
            let placement = self.draw(rng);
            store.planes(samples.index(position), stored);
            if placement == Placement::IDENTITY {
                resizer.resize(stored, image);
            } else {
                resizer.resize(stored, resized);
                placement.apply(resized, self.input_size, image);
            }
        }
    }

    fn draw(&self, rng: &mut ChaCha8Rng) -> Placement {
        let mut offset = || match self.crop_padding as i64 {
            0 => 0,
            padding => rng.random_range(-padding..=padding),
        };
        let (down, right) = (offset(), offset());
        Placement { down, right, flip: self.flip && rng.random_bool(0.5) }
    }
}
