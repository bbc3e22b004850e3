//! The novelty of an image: how unlike the development images it is to the network.

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
    /// the others counts as well.
    ///
    /// # Panics
    /// If there is no training or no validation image.
    pub fn fit(training: ClassedRows<'_>, validation: &[f64]) -> Self {
        let fitted = ClassGaussians::fit(training);
        let mut distances: Vec<f64> =
            validation.par_chunks_exact(training.width).map(|row| fitted.distance(row)).collect();
        if distances.len() < ENOUGH {
            distances.extend(from_the_others(training));
        }
        Self { threshold: threshold(distances), training: fitted }
    }

    /// Returns the novelty of each image by its features, `(images, features)`.
    ///
    /// # Panics
    /// If the number of features is another.
    pub fn novelties(&self, features: &[f64]) -> Vec<Novelty> {
        let images = features.chunks_exact(self.training.width);
        images.map(|features| Novelty(self.training.distance(features) / self.threshold)).collect()
    }
}

/// Returns the distance of each vector from distributions that are fitted to the other parts of the vectors.
fn from_the_others(of: ClassedRows<'_>) -> Vec<f64> {
    let count = of.classes.len();
    let row = |index: usize| &of.rows[index * of.width..][..of.width];
    let of_fold = |fold: usize| {
        let (part, others): (Vec<usize>, Vec<usize>) = (0..count).partition(|index| index % FOLDS == fold);
        if others.is_empty() {
            return Vec::new();
        }
        let rows: Vec<f64> = others.iter().flat_map(|index| row(*index)).copied().collect();
        let classes: Vec<usize> = others.iter().map(|index| of.classes[*index]).collect();
        let fitted = ClassGaussians::fit(ClassedRows { rows: &rows, width: of.width, classes: &classes });
        part.into_iter().map(|index| fitted.distance(row(index))).collect()
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
                let scale = NoveltyScale::fit(training, &draw(validation, random));
                let novelties = scale.novelties(&draw(new, random));
                flagged += novelties.into_iter().filter(|novelty| novelty.is_flagged()).count();
            }
            let share = flagged as f64 / f64::from(rounds * new as i32);
            assert!((0.005..0.015).contains(&share), "{training} and {validation} images: {share}");
        }
    }

    #[test]
    fn novelty_is_one_at_the_threshold() {
        let training = ClassedRows { rows: &[0.0, 1.0, -1.0, 0.5, -0.5], width: 1, classes: &[0; 5] };
        let scale = NoveltyScale::fit(training, &[2.0, -2.0, 1.9]);
        let at = |feature: f64| scale.novelties(&[feature])[0];
        assert!(!at(1.5).is_flagged() && at(9.0).is_flagged(), "{:?} {:?}", at(1.5), at(9.0));
        assert!((at(6.0).0 / at(3.0).0 - 2.0).abs() < 1e-9, "proportional to the distance");
        let alone = ClassedRows { rows: &[0.3], width: 1, classes: &[0] };
        assert!(NoveltyScale::fit(alone, &[0.3]).threshold > 0.0);
    }
}
