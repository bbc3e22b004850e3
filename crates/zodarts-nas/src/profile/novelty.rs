//! The novelty of an image: how unlike the development images it is to the network.
//!
//! The distance of a volume is the mean over its slices, as its probabilities are. Unlike the largest
//! distance, the mean does not grow with the number of slices. The threshold is set by distances of whole
//! volumes.

use super::class_gaussians::{ClassGaussians, ClassedRows};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// The share of the development images whose novelty is above 1.
const FLAGGED: f64 = 0.01;
/// The number of validation images from which on they alone set the threshold.
const ENOUGH: usize = 500;
/// The parts of the training images, each of which is compared with the others.
const FOLDS: usize = 5;

/// The novelty of an image: its distance from the training images, as a share of the distance that one in a
/// hundred development images exceeds.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Novelty(pub f64);

impl Novelty {
    /// Reports whether the image is unlike the development images: its novelty is above 1.
    pub fn is_flagged(self) -> bool {
        self.0 > 1.0
    }
}

/// The scale of novelties.
#[derive(Clone, Debug, PartialEq)]
pub struct NoveltyScale {
    /// The distributions of the training images' features.
    pub training: ClassGaussians,
    /// The distance whose novelty is 1.
    pub threshold: f64,
}

impl NoveltyScale {
    /// Fits the scale to the features of training images, and sets the threshold by the features of
    /// validation images, `(images, features)`. Where these are few, the distance of each training image from
    /// the others counts as well. Every `slices` images are those of a volume, or 1.
    ///
    /// # Panics
    /// If there is no training or no validation image.
    pub fn fit(training: ClassedRows<'_>, validation: &[f64], slices: usize) -> Self {
        let fitted = ClassGaussians::fit(training);
        let mut distances = distances(&fitted, validation, slices);
        if distances.len() < ENOUGH {
            distances.extend(from_the_others(training, slices));
        }
        Self { threshold: threshold(distances), training: fitted }
    }

    /// Returns the novelty of each image, or volume of `slices` images, by the features of the images,
    /// `(images, features)`.
    ///
    /// # Panics
    /// If the number of features is another.
    pub fn novelties(&self, features: &[f64], slices: usize) -> Vec<Novelty> {
        let distances = distances(&self.training, features, slices);
        distances.into_iter().map(|distance| Novelty(distance / self.threshold)).collect()
    }
}

/// Returns the distance of each vector from distributions, or its mean over every `slices` vectors.
fn distances(training: &ClassGaussians, features: &[f64], slices: usize) -> Vec<f64> {
    let of_case = |vectors: &[f64]| mean_distance(training, vectors.chunks_exact(training.width));
    features.par_chunks_exact(training.width * slices).map(of_case).collect()
}

fn mean_distance<'a>(training: &ClassGaussians, vectors: impl ExactSizeIterator<Item = &'a [f64]>) -> f64 {
    let count = vectors.len() as f64;
    vectors.map(|vector| training.distance(vector)).sum::<f64>() / count
}

/// Returns the distance of each vector, or volume of `slices` vectors, from distributions that are fitted to
/// the other parts of the vectors. No part divides a volume.
fn from_the_others(of: ClassedRows<'_>, slices: usize) -> Vec<f64> {
    let count = of.classes.len();
    let row = |index: usize| &of.rows[index * of.width..][..of.width];
    let of_fold = |fold: usize| {
        let (part, others): (Vec<usize>, Vec<usize>) =
            (0..count).partition(|index| index / slices % FOLDS == fold);
        if others.is_empty() {
            return Vec::new();
        }
        let rows: Vec<f64> = others.iter().flat_map(|index| row(*index)).copied().collect();
        let classes: Vec<usize> = others.iter().map(|index| of.classes[*index]).collect();
        let fitted = ClassGaussians::fit(ClassedRows { rows: &rows, width: of.width, classes: &classes });
        let volumes = part.chunks_exact(slices);
        volumes.map(|part| mean_distance(&fitted, part.iter().map(|index| row(*index)))).collect()
    };
    (0..FOLDS).into_par_iter().flat_map_iter(of_fold).collect()
}

/// Returns the distance that one in a hundred images exceeds, given those of some images; of too few for
/// that, the largest.
fn threshold(mut distances: Vec<f64>) -> f64 {
    distances.sort_by(f64::total_cmp);
    let rank = ((distances.len() + 1) as f64 * (1.0 - FLAGGED) - 1e-9).ceil() as usize;
    let found = distances[rank.min(distances.len()) - 1];
    // Distances are 0 if all images are equal: any other image is new then. The file has 32 bits.
    found.max(f32::MIN_POSITIVE.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    fn draw(images: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
        (0..images * 4).map(|_| StandardNormal.sample(random)).collect()
    }

    #[test]
    fn about_one_in_a_hundred_new_images_is_flagged() {
        let random = &mut ChaCha8Rng::seed_from_u64(3);
        for (training, validation) in [(240, 30), (500, 78), (900, 600)] {
            let (mut flagged, rounds, new) = (0, 100, 200);
            for _ in 0..rounds {
                let (rows, classes) = (draw(training, random), vec![0; training]);
                let training = ClassedRows { rows: &rows, width: 4, classes: &classes };
                let scale = NoveltyScale::fit(training, &draw(validation, random), 1);
                let novelties = scale.novelties(&draw(new, random), 1);
                flagged += novelties.into_iter().filter(|novelty| novelty.is_flagged()).count();
            }
            let share = flagged as f64 / f64::from(rounds * new as i32);
            assert!((0.005..0.015).contains(&share), "{training} and {validation} images: {share}");
        }
    }

    #[test]
    fn about_one_in_a_hundred_new_volumes_is_flagged() {
        // Slices of a volume are alike: they share a part.
        const SLICES: usize = 7;
        let random = &mut ChaCha8Rng::seed_from_u64(5);
        let volumes = |count: usize, random: &mut ChaCha8Rng| -> Vec<f64> {
            let of_volume = |random: &mut ChaCha8Rng| {
                let common = draw(1, random);
                let slices = draw(SLICES, random);
                slices
                    .iter()
                    .zip(common.iter().cycle())
                    .map(|(own, common)| own + common)
                    .collect::<Vec<f64>>()
            };
            (0..count).flat_map(|_| of_volume(random)).collect()
        };
        let (mut flagged, rounds) = (0, 40);
        for _ in 0..rounds {
            let (rows, classes) = (volumes(200, random), vec![0; 200 * SLICES]);
            let training = ClassedRows { rows: &rows, width: 4, classes: &classes };
            let scale = NoveltyScale::fit(training, &volumes(60, random), SLICES);
            let novelties = scale.novelties(&volumes(200, random), SLICES);
            assert_eq!(novelties.len(), 200);
            flagged += novelties.into_iter().filter(|novelty| novelty.is_flagged()).count();
        }
        let share = flagged as f64 / f64::from(rounds * 200);
        assert!((0.003..0.02).contains(&share), "{share}");
    }

    #[test]
    fn novelty_is_one_at_the_threshold() {
        let training = ClassedRows { rows: &[0.0, 1.0, -1.0, 0.5, -0.5], width: 1, classes: &[0; 5] };
        let scale = NoveltyScale::fit(training, &[2.0, -2.0, 1.9], 1);
        let at = |feature: f64| scale.novelties(&[feature], 1)[0];
        assert!(!at(1.5).is_flagged() && at(9.0).is_flagged(), "{:?} {:?}", at(1.5), at(9.0));
        assert!((at(6.0).0 / at(3.0).0 - 2.0).abs() < 1e-9, "proportional to the distance");
        let alone = ClassedRows { rows: &[0.3], width: 1, classes: &[0] };
        assert!(NoveltyScale::fit(alone, &[0.3], 1).threshold > 0.0);
    }
}
