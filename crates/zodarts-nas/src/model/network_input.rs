//! Conversion of images to the input of a network.

use super::ModelCard;
use serde::{Deserialize, Serialize};
use zodarts_data::{Batch, ImageSize, Resizer, Samples, Standardise};

/// The form in which a network takes images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputForm {
    /// Height and width in pixels.
    pub side: usize,
    /// The scaling of values.
    pub standardise: Standardise,
}

impl InputForm {
    /// Fills a batch with the images at `positions`, without anything random.
    ///
    /// # Panics
    /// As [`Batch::fill`].
    pub fn fill(self, batch: &mut Batch, samples: &Samples, positions: &[usize]) {
        batch.fill(samples, positions, self.side);
        batch.standardise(self.standardise);
    }
}

/// Returns a data set's image `(channels, height, width)` as a network takes it for an evaluation: resized to
/// the side of its input, and scaled.
///
/// # Panics
/// Panics if the image does not have the data set's size.
pub fn network_input(card: &ModelCard, image: &[f32]) -> Vec<f32> {
    let (info, InputForm { side, standardise }) = (&card.dataset, card.input());
    let mut input = vec![0.0; info.channels * side * side];
    let source = ImageSize { height: info.height, width: info.width };
    Resizer::new(source, ImageSize::square(side)).resize(image, &mut input);
    let length = input.len();
    standardise.apply(&mut input, length);
    input
}
