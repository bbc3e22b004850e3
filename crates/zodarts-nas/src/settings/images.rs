//! The preparation of images for the network of a stage.

use super::{Auto, Word};
use zodarts_data::{Alike, Augmentation, ChannelPlan, ImageFit, Standardise, Volumes};

impl Word for Alike {
    const ALL: &'static [Self] = &[Alike::Auto, Alike::Together, Alike::Apart];
}

impl Word for ChannelPlan {
    const ALL: &'static [Self] = &[ChannelPlan::Auto, ChannelPlan::Stored];
}

impl Word for Standardise {
    const ALL: &'static [Self] = &[Standardise::None, Standardise::Image];
}

impl Word for ImageFit {
    const ALL: &'static [Self] = &[ImageFit::Squeeze, ImageFit::Pad, ImageFit::Crop];
}

impl Word for Volumes {
    const ALL: &'static [Self] = &[Volumes::None, Volumes::Slices];
}

/// The preparation of an image before the network sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImagePlan {
    /// Side of the network's input.
    pub input_size: Auto,
    /// True if images are mirrored at random.
    pub flip: bool,
    /// Pixels of zero padding before a random crop.
    pub crop_padding: Auto,
}

impl ImagePlan {
    /// Returns the side of the network's input for images of `size` pixels. As in the paper, 28×28 images are
    /// trained at 32×32; other sizes are kept.
    pub fn side(&self, size: usize) -> usize {
        self.input_size.unwrap_or(if size == 28 { 32 } else { size.max(4) })
    }

    /// Returns the augmentation without mixing. Automatic padding is an eighth of the side, as 4 is of 32.
    pub fn augmentation(&self, size: usize) -> Augmentation {
        let input_size = self.side(size);
        let crop_padding = self.crop_padding.unwrap_or(input_size / 8);
        Augmentation::none(input_size).with_flip(self.flip).with_crop_padding(crop_padding)
    }
}
