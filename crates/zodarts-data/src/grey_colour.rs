//! Colour images that show grey.

use crate::event::Notice;
use crate::image_fit::ImageFit;
use crate::options::ChannelPlan;
use crate::source::RawDataset;
use crate::store::{ImageShape, ImageStore, Pixels};

/// Largest mean difference between an image's channels, in levels of 255, at which it shows grey. Grey images
/// that were saved as JPEG in colour may have channels that differ a little.
const LEVELS: f64 = 1.0;

impl RawDataset {
    /// Turns colour images to grey if all of them show grey, and returns a notice if it did.
    pub fn take_grey(&mut self, plan: ChannelPlan) -> Option<Notice> {
        let stores = [&mut self.train, &mut self.val, &mut self.test];
        if plan == ChannelPlan::Stored || !stores.iter().all(|store| store.shows_grey()) {
            return None;
        }
        let images = stores.iter().map(|store| store.len()).sum();
        for store in stores {
            *store = store.shaped(ImageShape { channels: 1, ..store.shape }, ImageFit::Squeeze);
        }
        Some(Notice::GreyColour { images })
    }
}

impl ImageStore {
    /// Tells if all images are of colour and show grey.
    fn shows_grey(&self) -> bool {
        let values = self.shape.values();
        self.shape.channels == 3
            && match &self.pixels {
                Pixels::U8(pixels) => pixels.chunks_exact(values).all(|image| shows_grey(image, 255.0)),
                Pixels::U16(pixels) => pixels.chunks_exact(values).all(|image| shows_grey(image, 65535.0)),
            }
    }
}

/// Tells if the channels of an interleaved image are equal, or nearly so.
fn shows_grey<T: Copy + Ord + Into<u32>>(image: &[T], white: f64) -> bool {
    let pixels = image.as_chunks::<3>().0;
    let most = LEVELS / 255.0 * white * pixels.len() as f64;
    let mut differences = 0;
    pixels.iter().all(|&[red, green, blue]| {
        let spread = red.max(green).max(blue).into() - red.min(green).min(blue).into();
        differences += u64::from(spread);
        differences as f64 <= most
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_that_differ_by_less_than_a_level_in_the_mean_show_grey() {
        let grey: Vec<u8> = (0..100).flat_map(|level| [level; 3]).collect();
        assert!(shows_grey(&grey, 255.0));
        let mut noisy = grey.clone();
        for pixel in noisy.chunks_exact_mut(3).step_by(10) {
            pixel[2] += 9;
        }
        assert!(shows_grey(&noisy, 255.0));
        noisy[1] += 20;
        assert!(!shows_grey(&noisy, 255.0));
        let deep: Vec<u16> = noisy.iter().map(|value| u16::from(*value) * 257).collect();
        assert!(!shows_grey(&deep, 65535.0) && shows_grey(&deep[3..], 65535.0));
    }
}
