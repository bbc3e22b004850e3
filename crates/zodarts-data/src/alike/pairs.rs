//! Near copies: images that look alike though their pixels differ, such as frames of one recording.
//!
//! The perceptual hash of a thumbnail is the signs of 64 random projections, so that two thumbnails at an
//! angle θ differ in 64·θ/π bits on average. Images are sorted by their hash, rotated by some bits at a time,
//! and compared with the following ones: like images agree on the leading bits of one rotation or another.

use super::thumbnails::Thumbnails;
use crate::rng::stream;
use rand::RngExt as _;
use rayon::prelude::*;

/// The least correlation of standardised thumbnails of images that count as alike. On `BreastMNIST` at 28×28
/// pixels, pairs above 0.95 are frames of one lesion and the thousandth pair has 0.67; on `RetinaMNIST`,
/// other eyes come up to 0.985. Among 5,700 brain slices, 1,088 pairs reach it, the largest group by them has
/// 16 images, and the hash misses no pair.
const ALIKE: f32 = 0.99;
/// The most bits in which hashes of like images differ; on average they differ in 3.
const BITS: u32 = 12;
/// Bits between two rotations.
const STEP: u32 = 8;
/// The number of following images that an image is compared with.
const WINDOW: usize = 32;

/// Two images that look alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LikePair {
    /// The index of the earlier thumbnail.
    pub first: usize,
    /// The index of the later thumbnail.
    pub second: usize,
    /// The correlation of the two.
    pub correlation: f32,
}

/// Returns the pairs of images that look alike, in their order.
pub(crate) fn like_pairs(thumbnails: &Thumbnails) -> Vec<LikePair> {
    let count = thumbnails.len();
    let signs = signs(thumbnails.area());
    let hashes: Vec<u64> =
        (0..count).into_par_iter().map(|index| hash(&thumbnails.values(index), &signs)).collect();
    let mut candidates: Vec<(u32, u32)> = Vec::new();
    for rotation in (0..u64::BITS).step_by(STEP as usize) {
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.sort_by_key(|index| (hashes[*index as usize].rotate_left(rotation), *index));
        for (at, &a) in order.iter().enumerate() {
            let differ = |b: u32| (hashes[a as usize] ^ hashes[b as usize]).count_ones();
            let near = order[at + 1..].iter().take(WINDOW).filter(|b| differ(**b) <= BITS);
            candidates.extend(near.map(|&b| (a.min(b), a.max(b))));
        }
        // Now and not at the end: most pairs are met in every rotation.
        candidates.sort_unstable();
        candidates.dedup();
    }
    let compared = candidates.into_par_iter().map(|(first, second)| {
        let (first, second) = (first as usize, second as usize);
        let (left, right) = (thumbnails.values(first), thumbnails.values(second));
        let correlation = left.iter().zip(&right).map(|(left, right)| left * right).sum();
        LikePair { first, second, correlation }
    });
    compared.filter(|pair| pair.correlation >= ALIKE).collect()
}

/// Returns ±1 in the shape `(64, area)`.
fn signs(area: usize) -> Vec<f32> {
    let rng = &mut stream(0, "perceptual-hash", 0);
    (0..u64::BITS as usize * area).map(|_| if rng.random() { 1.0 } else { -1.0 }).collect()
}

fn hash(values: &[f32], signs: &[f32]) -> u64 {
    let bit = |row: &[f32]| row.iter().zip(values).map(|(sign, value)| sign * value).sum::<f32>() > 0.0;
    signs.chunks_exact(values.len()).fold(0, |hash, row| hash << 1 | u64::from(bit(row)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copies::ImageIndex;
    use crate::samples::Samples;
    use crate::store::{ImageShape, ImageStore, Pixels};
    use std::sync::Arc;

    /// 400 images of noise of 16×16 pixels, and 200 that are like one of those but for a little noise of
    /// their own.
    fn noise() -> Samples {
        const AREA: usize = 256;
        let rng = &mut stream(1, "noise", 0);
        let mut pixels: Vec<u8> = (0..400 * AREA).map(|_| rng.random_range(0..200)).collect();
        for at in 0..200 * AREA {
            // Every second image, and not always equally alike.
            let (image, pixel) = (at / AREA, at % AREA);
            pixels.push(pixels[2 * image * AREA + pixel] + rng.random_range(0..=(image / 5) as u8));
        }
        let shape = ImageShape { height: 16, width: 16, channels: 1 };
        let labels = vec![0; pixels.len() / AREA];
        let store = ImageStore::new(shape, Pixels::U8(pixels), labels, 1);
        Samples::new(Arc::new(store), (0..600).collect())
    }

    #[test]
    fn the_hash_finds_what_comparing_every_pair_finds() {
        let samples = noise();
        let empty = samples.select(&[]);
        let places: Vec<ImageIndex> =
            (0..samples.len()).map(|position| ImageIndex { split: 0, position }).collect();
        let thumbnails = Thumbnails::of([&samples, &empty, &empty], &places);
        let values: Vec<Vec<f32>> = (0..places.len()).map(|index| thumbnails.values(index)).collect();
        let correlation =
            |a: usize, b: usize| values[a].iter().zip(&values[b]).map(|(a, b)| a * b).sum::<f32>();
        let every = (0..places.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
        let mut expected: Vec<(usize, usize)> = every.filter(|(a, b)| correlation(*a, *b) >= ALIKE).collect();
        expected.sort_unstable();
        assert!((50..200).contains(&expected.len()), "some are alike, some are not: {}", expected.len());
        let found: Vec<(usize, usize)> =
            like_pairs(&thumbnails).into_iter().map(|pair| (pair.first, pair.second)).collect();
        assert_eq!(found, expected);
    }
}
