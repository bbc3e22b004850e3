//! Colour images that show grey.

use crate::event::Notice;
use crate::image_fit::ImageFit;
use crate::options::ChannelPlan;
use crate::source::RawDataset;
use crate::store::{ImageShape, ImageStore, Pixels};

/// Largest mean difference between the channels of an image that shows grey, in levels of 255. Grey images
/// that were saved in colour may have a tint, or channels that JPEG made differ.
const MOST: f64 = 5.0;
/// Largest such difference as a share of the image's brightness, which is that of its brightest channel: few
/// bright spots of one colour on black are no grey.
const SHARE: f64 = 0.125;
/// The difference that is allowed besides in dark images, in levels.
const NOISE: f64 = 0.25;

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
    let levels = white / 255.0 * pixels.len() as f64;
    let (mut differences, mut brightness) = (0, 0);
    let bounded = pixels.iter().all(|&[red, green, blue]| {
        let (most, least) = (red.max(green).max(blue).into(), red.min(green).min(blue).into());
        differences += u64::from(most - least);
        brightness += u64::from(most);
        differences as f64 <= MOST * levels
    });
    bounded && differences as f64 <= SHARE * brightness as f64 + NOISE * levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slight_tint_shows_grey_and_colour_does_not() {
        let grey: Vec<u8> = (0..100).flat_map(|level| [level; 3]).collect();
        assert!(shows_grey(&grey, 255.0));
        let tinted = |more: u8| -> Vec<u8> {
            grey.as_chunks::<3>().0.iter().flat_map(|[level, ..]| [*level, *level, level + more]).collect()
        };
        assert!(shows_grey(&tinted(4), 255.0) && !shows_grey(&tinted(6), 255.0));
        let deep: Vec<u16> = tinted(4).iter().map(|value| u16::from(*value) * 257).collect();
        assert!(shows_grey(&deep, 65535.0));
        // Darker, the same tint is a colour.
        assert!(!shows_grey(&tinted(4)[..30], 255.0));
        // A green spot on black.
        let mut spot = vec![0u8; 300];
        assert!(shows_grey(&spot, 255.0));
        spot[4] = 200;
        assert!(!shows_grey(&spot, 255.0));
    }
}
