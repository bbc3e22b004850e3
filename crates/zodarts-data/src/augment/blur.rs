//! A Gaussian blur.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Deviations of a Gaussian that its weights reach to either side.
const REACH: f32 = 2.5;

/// A Gaussian blur.
#[derive(Clone, Debug)]
pub(super) struct Blur {
    /// Weights of a pixel and of its neighbours to one side.
    weights: Vec<f32>,
}

impl Blur {
    /// Draws a blur of a deviation from 0 to `most` pixels, for one image in two.
    pub fn draw(most: f32, rng: &mut ChaCha8Rng) -> Option<Self> {
        (most > 0.0 && rng.random_bool(0.5)).then(|| Self::new(rng.random_range(0.0..=most)))
    }

    /// Returns the blur of a deviation in pixels.
    fn new(deviation: f32) -> Self {
        let reach = libm::ceilf(REACH * deviation) as usize;
        let weight = |at: usize| {
            let place = at as f32 / deviation.max(f32::MIN_POSITIVE);
            if at == 0 { 1.0 } else { libm::expf(-0.5 * place * place) }
        };
        let mut weights: Vec<f32> = (0..=reach).map(weight).collect();
        let sum = weights[0] + 2.0 * weights[1..].iter().sum::<f32>();
        for weight in &mut weights {
            *weight /= sum;
        }
        Self { weights }
    }

    /// Blurs each square plane of an image along both axes. Beyond the edges, the edge continues.
    pub fn apply(&self, image: &mut [f32], side: usize, scratch: &mut Vec<f32>) {
        scratch.resize(side * side, 0.0);
        for plane in image.chunks_exact_mut(side * side) {
            for (row, out) in plane.chunks_exact(side).zip(scratch.chunks_exact_mut(side)) {
                self.line(row, out);
            }
            self.columns(scratch, side, plane);
        }
    }

    /// Writes a blurred row.
    fn line(&self, row: &[f32], out: &mut [f32]) {
        let last = out.len() - 1;
        for (at, blurred) in out.iter_mut().enumerate() {
            *blurred = self.weights[0] * row[at];
            for (distance, weight) in self.weights.iter().enumerate().skip(1) {
                let (before, after) = (at.saturating_sub(distance), (at + distance).min(last));
                *blurred += weight * (row[before] + row[after]);
            }
        }
    }

    fn columns(&self, rows: &[f32], side: usize, out: &mut [f32]) {
        let row = |at: usize| &rows[at * side..][..side];
        for (at, blurred) in out.chunks_exact_mut(side).enumerate() {
            blurred.iter_mut().zip(row(at)).for_each(|(value, own)| *value = self.weights[0] * own);
            for (distance, weight) in self.weights.iter().enumerate().skip(1) {
                let (before, after) = (row(at.saturating_sub(distance)), row((at + distance).min(side - 1)));
                for ((value, before), after) in blurred.iter_mut().zip(before).zip(after) {
                    *value += weight * (before + after);
                }
            }
            for value in blurred {
                *value = value.clamp(0.0, 1.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_blur_is_the_sum_of_its_definition(
            deviation in 0.0f32..3.0,
            values in prop::collection::vec(0.0f32..1.0, 36..=36),
        ) {
            let blur = Blur::new(deviation);
            let mut found = values.clone();
            blur.apply(&mut found, 6, &mut Vec::new());
            let reach = blur.weights.len() as i64 - 1;
            for (at, found) in found.iter().enumerate() {
                let mut expected = 0.0;
                for down in -reach..=reach {
                    for right in -reach..=reach {
                        let y = (at as i64 / 6 + down).clamp(0, 5) as usize;
                        let x = (at as i64 % 6 + right).clamp(0, 5) as usize;
                        let weight = |distance: i64| blur.weights[distance.unsigned_abs() as usize];
                        expected += weight(down) * weight(right) * values[y * 6 + x];
                    }
                }
                prop_assert!((found - expected).abs() < 1e-5, "{found} {expected}");
            }
        }
    }

    #[test]
    fn no_deviation_changes_nothing_and_a_constant_stays() {
        let image: Vec<f32> = (0..16).map(|at| at as f32 / 15.0).collect();
        let mut same = image.clone();
        Blur::new(0.0).apply(&mut same, 4, &mut Vec::new());
        assert_eq!(same, image);
        let mut flat = vec![0.5; 16];
        Blur::new(1.3).apply(&mut flat, 4, &mut Vec::new());
        assert!(flat.iter().all(|value| (value - 0.5).abs() < 1e-6));
    }
}
