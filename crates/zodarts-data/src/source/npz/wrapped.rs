//! Values that have lost their upper bits, as 12 bits do that are cast to 8.
//!
//! The lower byte of a value jumps between black and white as the value passes a multiple of 256. About one
//! of fifteen neighbours does so in images of lost bits, and hardly one of a thousand in sound ones (measured
//! on five sets). Drawings have as many jumps, but few values between black and white.

use crate::store::{ImageStore, Pixels};

/// Most images that are looked at.
const MOST: usize = 256;
/// The smallest difference of a jump between black and white.
const JUMP: u8 = 192;
/// Fewest pairs of neighbours that tell anything.
const FEWEST: usize = 500;
/// The values that are neither black nor white.
const BETWEEN: std::ops::Range<u8> = 16..240;

/// Numbers of pixels, and of pairs of neighbours.
#[derive(Clone, Copy, Debug, Default)]
struct PixelCounts {
    pairs: usize,
    jumps: usize,
    between: usize,
}

/// Tells if the images look as if their values had lost upper bits.
pub(super) fn looks_wrapped(store: &ImageStore) -> bool {
    let Pixels::U8(values) = &store.pixels else { return false };
    let shape = store.shape;
    let step = store.len().div_ceil(MOST).max(1);
    let mut counts = PixelCounts::default();
    for image in values.chunks_exact(shape.values().max(1)).step_by(step) {
        for row in image.chunks_exact(shape.width * shape.channels) {
            for (left, right) in row.iter().zip(row.iter().skip(shape.channels)) {
                counts.add(*left, *right);
            }
        }
    }
    counts.look_wrapped()
}

impl PixelCounts {
    fn add(&mut self, left: u8, right: u8) {
        let difference = left.abs_diff(right);
        self.pairs += 1;
        self.jumps += usize::from(difference >= JUMP);
        self.between += usize::from(BETWEEN.contains(&left));
    }

    fn look_wrapped(self) -> bool {
        let Self { pairs, jumps, between } = self;
        pairs >= FEWEST && jumps * 50 >= pairs && between * 2 >= pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ImageShape;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const SIDE: usize = 32;

    fn wrapped(value: impl FnMut(usize, usize) -> u16) -> bool {
        let mut value = value;
        let places = (0..SIDE * SIDE).map(|at| (at % SIDE, at / SIDE));
        let pixels = places.map(|(x, y)| value(x, y) as u8).collect();
        let shape = ImageShape { height: SIDE, width: SIDE, channels: 1 };
        looks_wrapped(&ImageStore::new(shape, Pixels::U8(pixels), vec![0], 2))
    }

    #[test]
    fn twelve_bits_in_eight_are_told_from_sound_images_and_drawings() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let hill = |x: usize, y: usize| (4095 - 4 * (x.pow(2) + y.pow(2)).min(1000)) as u16;
        assert!(wrapped(hill), "a hill of 12 bits");
        assert!(wrapped(|x, y| hill(x, y) + rng.random_range(0..20)), "with noise");
        assert!(!wrapped(|x, y| hill(x, y) / 16), "the same in 8 bits");
        assert!(!wrapped(|x, y| hill(x, y) / 32 + rng.random_range(0..60)), "the same with noise");
        assert!(!wrapped(|x, y| if (x + y) % 3 == 0 { 255 } else { 0 }), "a drawing");
    }
}
