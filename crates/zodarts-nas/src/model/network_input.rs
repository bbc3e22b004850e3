//! From an image of a data set to what the network sees of it.

use super::ModelCard;
use zodarts_data::{ImageSize, Resizer};

/// A data set's image, `channels × height × width` values at the data set's size, brought to the side of a network's input as in
/// an evaluation.
///
/// # Panics
/// If the image has another size than the data set's.
pub fn network_input(card: &ModelCard, image: &[f32]) -> Vec<f32> {
    let (info, side) = (&card.dataset, card.input_size);
    let mut resized = vec![0.0; info.channels * side * side];
    let source = ImageSize { height: info.height, width: info.width };
    Resizer::new(source, ImageSize::square(side)).resize(image, &mut resized);
    resized
}
