//! The images of a stage as its network sees them.

use super::Auto;
use zodarts_data::Augmentation;

/// What happens to an image before the network sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImagePlan {
    /// Side of the network's input.
    pub input_size: Auto,
    /// Whether images are mirrored at random.
    pub flip: bool,
    /// Pixels of zero padding before a random crop.
    pub crop_padding: Auto,
}

impl ImagePlan {
    /// Side of the network's input for images of `size` pixels: the paper trains 28×28 images at 32×32; other
    /// sizes keep theirs.
    pub fn side(&self, size: usize) -> usize {
        self.input_size.unwrap_or(if size == 28 { 32 } else { size.max(4) })
    }

    /// The augmentation without mixing: padding is an eighth of the side, as 4 is of 32.
    pub fn augmentation(&self, size: usize) -> Augmentation {
        let input_size = self.side(size);
        let crop_padding = self.crop_padding.unwrap_or(input_size / 8);
        Augmentation::none(input_size).with_flip(self.flip).with_crop_padding(crop_padding)
    }
}
