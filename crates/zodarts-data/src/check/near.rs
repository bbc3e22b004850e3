//! Near copies: images that look alike though their pixels differ, such as frames of one recording.
//!
//! The perceptual hash of a thumbnail is the signs of 64 random projections, so that two thumbnails at an
//! angle θ differ in 64·θ/π bits on average. Images are sorted by their hash, rotated by some bits at a time,
//! and compared with the following ones: like images agree on the leading bits of one rotation or another.

use super::finding::{FindingCollector, Likeness, Problem};
use super::thumbnails::Thumbnails;
use crate::copies::{Copies, ImageIndex};
use crate::rng::stream;
use crate::samples::Samples;
use rand::RngExt as _;
use rayon::prelude::*;
use std::collections::HashSet;

/// The least correlation of standardised thumbnails of images that count as alike. On `BreastMNIST` at 28×28
/// pixels, pairs above 0.95 are frames of one lesion and the thousandth pair has 0.67; on `RetinaMNIST`,
/// other eyes come up to 0.985.
const ALIKE: f32 = 0.99;
/// The most bits in which hashes of like images differ; on average they differ in 3.
const BITS: u32 = 12;
/// Bits between two rotations.
const STEP: u32 = 8;
/// The number of following images that an image is compared with.
const WINDOW: usize = 32;

/// Finds near copies among images that differ in some pixel, and reports them.
pub(super) fn report(splits: [&Samples; 3], copies: &Copies, found: &mut FindingCollector) {
    let firsts: Vec<ImageIndex> = copies.groups.iter().map(|group| group[0]).collect();
    let thumbnails = Thumbnails::of(splits, &firsts);
    let pairs = alike(&thumbnails, firsts.len());
    let mut nearest = NearestImages::new(splits);
    for (a, b, correlation) in pairs {
        for (one, other) in [(a, b), (b, a)] {
            nearest.take(&copies.groups[one], &copies.groups[other], correlation);
        }
    }
    nearest.report(found);
}

/// Returns pairs of images that look alike, with their correlation.
fn alike(thumbnails: &Thumbnails, count: usize) -> Vec<(usize, usize, f32)> {
    let signs = signs(thumbnails.area());
    let hashes: Vec<u64> =
        (0..count).into_par_iter().map(|index| hash(&thumbnails.values(index), &signs)).collect();
    let mut candidates: HashSet<(usize, usize)> = HashSet::new();
    for rotation in (0..u64::BITS).step_by(STEP as usize) {
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|index| (hashes[*index].rotate_left(rotation), *index));
        for (at, &a) in order.iter().enumerate() {
            let following = order[at + 1..].iter().take(WINDOW);
            let near = following.filter(|b| (hashes[a] ^ hashes[**b]).count_ones() <= BITS);
            candidates.extend(near.map(|&b| (a.min(b), a.max(b))));
        }
    }
    let mut candidates: Vec<(usize, usize)> = candidates.into_iter().collect();
    candidates.sort_unstable();
    let compared = candidates.into_par_iter().map(|(a, b)| {
        let (left, right) = (thumbnails.values(a), thumbnails.values(b));
        (a, b, left.iter().zip(&right).map(|(left, right)| left * right).sum::<f32>())
    });
    compared.filter(|pair| pair.2 >= ALIKE).collect()
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

/// The nearest image in each split, with the correlation.
type NearestBySplit = [Option<(ImageIndex, f32)>; 3];

/// The nearest other images of each image.
struct NearestImages {
    /// By split and position.
    found: [Vec<NearestBySplit>; 3],
}

impl NearestImages {
    fn new(splits: [&Samples; 3]) -> Self {
        Self { found: splits.map(|samples| vec![[None; 3]; samples.len()]) }
    }

    /// Records that each image of `group` looks like those of `others`.
    fn take(&mut self, group: &[ImageIndex], others: &[ImageIndex], correlation: f32) {
        for &ImageIndex { split, position } in group {
            for (other, slot) in self.found[split][position].iter_mut().enumerate() {
                // Within a split, an image is compared with earlier ones only.
                let allowed = |image: &ImageIndex| {
                    image.split == other && (other != split || image.position < position)
                };
                let Some(&like) = others.iter().find(|image| allowed(image)) else { continue };
                // An image with a copy there is reported as a copy.
                let copied = group.iter().any(allowed);
                if !copied && slot.is_none_or(|(_, best)| correlation > best) {
                    *slot = Some((like, correlation));
                }
            }
        }
    }

    fn report(&self, found: &mut FindingCollector) {
        for (split, other, problem) in [
            (1, 0, Problem::NearlyInTrain),
            (2, 0, Problem::NearlyInTrain),
            (2, 1, Problem::NearlyInVal),
            (0, 0, Problem::NearlyRepeated),
            (1, 1, Problem::NearlyRepeated),
            (2, 2, Problem::NearlyRepeated),
        ] {
            let matched = self.found[split].iter().enumerate();
            let nearest = matched.filter_map(|(position, nearest)| {
                let (like, correlation) = nearest[other]?;
                Some(Likeness { position, like, correlation: f64::from(correlation) })
            });
            let pairs: Vec<Likeness> = nearest.collect();
            found.pairs(problem, split, &pairs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let store = ImageStore {
            shape,
            pixels: Pixels::U8(pixels),
            labels,
            label_width: 1,
            classes: 1,
            files: None,
            patients: None,
        };
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
            alike(&thumbnails, places.len()).into_iter().map(|(a, b, _)| (a, b)).collect();
        assert_eq!(found, expected);
    }
}
