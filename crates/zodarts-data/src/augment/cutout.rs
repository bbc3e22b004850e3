//! A square of an image that is painted over (`DeVries` and Taylor, 2017).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// A square, clipped to the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cutout {
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Cutout {
    /// Draws a square with a side of up to the share `most` of the image's, and its centre anywhere.
    pub fn draw(most: f32, side: usize, rng: &mut ChaCha8Rng) -> Option<Self> {
        if most <= 0.0 {
            return None;
        }
        let length = (rng.random_range(0.0..=most) * side as f32) as usize;
        let mut span = || {
            let centre = rng.random_range(0..side as u64) as usize;
            let start = centre.saturating_sub(length / 2);
            start..(centre + length.div_ceil(2)).min(side)
        };
        Some(Cutout { rows: span(), columns: span() })
    }

    /// Paints the square of each square plane with the plane's mean.
    pub fn apply(&self, image: &mut [f32], side: usize) {
        for plane in image.chunks_exact_mut(side * side) {
            let mean = plane.iter().map(|value| f64::from(*value)).sum::<f64>() / plane.len() as f64;
            for row in plane.chunks_exact_mut(side).skip(self.rows.start).take(self.rows.len()) {
                row[self.columns.clone()].fill(mean as f32);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn a_square_is_painted_with_the_mean_and_the_rest_stays() {
        let mut image: Vec<f32> = (0..16).map(|at| at as f32 / 15.0).collect();
        let before = image.clone();
        Cutout { rows: 1..3, columns: 2..4 }.apply(&mut image, 4);
        for (at, value) in image.iter().enumerate() {
            let painted = (1..3).contains(&(at / 4)) && (2..4).contains(&(at % 4));
            assert_eq!(*value, if painted { 0.5 } else { before[at] }, "{at}");
        }
    }

    #[test]
    fn a_square_is_no_larger_than_its_share() {
        let mut rng = stream(3, "cutout", 0);
        for _ in 0..300 {
            let Cutout { rows, columns } = Cutout::draw(0.5, 9, &mut rng).unwrap();
            assert!(rows.len() <= 4 && columns.len() <= 4 && rows.end <= 9 && columns.end <= 9);
        }
        assert_eq!(Cutout::draw(0.0, 9, &mut rng), None);
    }
}
