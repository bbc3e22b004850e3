//! Conversion of a data set's image to the input of a network.

use super::ModelCard;
use zodarts_data::{ImageSize, Resizer};

/// Returns a data set's image `(channels, height, width)` resized to the side of a network's input, as for an
/// evaluation.
///
/// # Panics
/// Panics if the image does not have the data set's size.
pub fn network_input(card: &ModelCard, image: &[f32]) -> Vec<f32> {
    let (info, side) = (&card.dataset, card.input_size);
    let mut resized = vec![0.0; info.channels * side * side];
    let source = ImageSize { height: info.height, width: info.width };
    Resizer::new(source, ImageSize::square(side)).resize(image, &mut resized);
    resized
}
