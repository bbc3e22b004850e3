//! Near copies: images that look alike though their pixels differ, as frames of one recording or another file format of one
//! image do.
//!
//! The perceptual hash of a thumbnail is the signs of 64 random projections, so that two at an angle θ differ in 64·θ/π bits on
//! average. Images are sorted by their hash, rotated by some bits at a time, and compared with those that follow: like
//! images agree on the leading bits of one rotation or another.

use super::Problem;
use super::finding::Collector;
use super::thumbnails::Thumbnails;
use crate::copies::{Copies, Place};
use crate::rng::stream;
use crate::samples::Samples;
use rand::RngExt as _;
use rayon::prelude::*;
use std::collections::HashSet;

/// Correlation of standardised thumbnails from which on images count as alike. On `BreastMNIST`, of 28×28 pixels, pairs above 0.95 are
/// frames of one lesion and the thousandth pair has 0.67; on `RetinaMNIST`, other eyes come up to 0.985.
const ALIKE: f32 = 0.99;
/// Bits of a hash that images with that correlation may differ in; they differ in 3 on average.
const BITS: u32 = 12;
/// Bits between two rotations.
const STEP: u32 = 8;
/// How many images of an order an image is compared with.
const WINDOW: usize = 32;

/// Finds near copies among images that differ in some pixel, and reports them.
pub(super) fn report(splits: [&Samples; 3], copies: &Copies, found: &mut Collector) {
    let firsts: Vec<Place> = copies.groups.iter().map(|group| group[0]).collect();
    let thumbnails = Thumbnails::of(splits, &firsts);
    let pairs = alike(&thumbnails, firsts.len());
    let mut best = Best::new(splits);
    for (a, b, correlation) in pairs {
        for (one, other) in [(a, b), (b, a)] {
            best.take(&copies.groups[one], &copies.groups[other], correlation);
        }
    }
    best.report(found);
}

/// Pairs of images that look alike, with their correlation.
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

/// 64 rows of ±1, as long as a thumbnail.
fn signs(area: usize) -> Vec<f32> {
    let rng = &mut stream(0, "perceptual-hash", 0);
    (0..u64::BITS as usize * area).map(|_| if rng.random() { 1.0 } else { -1.0 }).collect()
}

fn hash(values: &[f32], signs: &[f32]) -> u64 {
    let bit = |row: &[f32]| row.iter().zip(values).map(|(sign, value)| sign * value).sum::<f32>() > 0.0;
    signs.chunks_exact(values.len()).fold(0, |hash, row| hash << 1 | u64::from(bit(row)))
}

/// What an image is most like, in each split, with their correlation.
type Likes = [Option<(Place, f32)>; 3];

/// The most alike other images of each image.
struct Best {
    /// `[split][position]`.
    found: [Vec<Likes>; 3],
}

impl Best {
    fn new(splits: [&Samples; 3]) -> Self {
        Self { found: splits.map(|samples| vec![[None; 3]; samples.len()]) }
    }

    /// Each image of `group` looks like those of `others`.
    fn take(&mut self, group: &[Place], others: &[Place], correlation: f32) {
        for &(split, position) in group {
            for (other, slot) in self.found[split][position].iter_mut().enumerate() {
                // Within a split, an image is held against earlier ones only.
                let allowed = |place: &Place| place.0 == other && (other != split || place.1 < position);
                let Some(&like) = others.iter().find(|place| allowed(place)) else { continue };
                // An image whose very pixels are there is reported as a copy.
                let copied = group.iter().any(allowed);
                if !copied && slot.is_none_or(|(_, best)| correlation > best) {
                    *slot = Some((like, correlation));
                }
            }
        }
    }

    fn report(&self, found: &mut Collector) {
        for (split, other, problem) in [
            (1, 0, Problem::NearlyInTrain),
            (2, 0, Problem::NearlyInTrain),
            (2, 1, Problem::NearlyInVal),
            (0, 0, Problem::NearlyRepeated),
            (1, 1, Problem::NearlyRepeated),
            (2, 2, Problem::NearlyRepeated),
        ] {
            let matched = self.found[split].iter().enumerate();
            let pairs: Vec<(usize, Place, f64)> = matched
                .filter_map(|(position, slots)| slots[other].map(|(like, r)| (position, like, f64::from(r))))
                .collect();
            found.pairs(problem, split, &pairs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ImageShape, ImageStore, Pixels};
    use std::sync::Arc;

    /// 16×16 images of noise, 400 of them and 200 that are like one of those but for a little noise of their own.
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
        let places: Vec<Place> = (0..samples.len()).map(|position| (0, position)).collect();
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
