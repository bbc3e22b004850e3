//! Random orthogonal directions in the space of α.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use zodarts_nn::optim::{dot, norm};

/// If projecting leaves less than this share of a vector's length, the vector is drawn again.
const DEGENERATE: f64 = 1e-3;

/// The unit sphere from which directions are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sphere {
    /// Number of coordinates of a direction.
    pub dimension: usize,
    /// If given, every row of this many coordinates sums to 0.
    pub row: Option<usize>,
}

impl Sphere {
    /// Returns the dimension of the space that the directions span.
    pub fn dimensions(self) -> usize {
        self.dimension - self.row.map_or(0, |row| self.dimension.div_ceil(row))
    }

    /// Draws `count` orthogonal directions of length 1, each uniformly from the unit sphere of the space:
    /// normal coordinates, centred if `row` is given, and orthogonalised by Gram–Schmidt.
    ///
    /// # Panics
    /// Panics if there are more directions than the space has dimensions.
    pub fn draw(self, rng: &mut ChaCha8Rng, count: usize, directions: &mut Vec<Vec<f32>>) {
        let dimensions = self.dimensions();
        assert!(count <= dimensions, "{count} orthogonal directions in {dimensions} dimensions");
        directions.clear();
        while directions.len() < count {
            let mut candidate = normal(rng, self.dimension);
            if let Some(row) = self.row {
                candidate.chunks_mut(row).for_each(centre);
            }
            scale(&mut candidate);
            // Twice, because rounding leaves part of a projection the first time.
            let left = (0..2).map(|_| project_out(&mut candidate, directions)).fold(1.0, f64::min);
            if left > DEGENERATE {
                directions.push(candidate);
            }
        }
    }
}

fn centre(row: &mut [f32]) {
    let mean = row.iter().map(|u| f64::from(*u)).sum::<f64>() / row.len() as f64;
    for u in row {
        *u = (f64::from(*u) - mean) as f32;
    }
}

fn normal(rng: &mut ChaCha8Rng, dimension: usize) -> Vec<f32> {
    let coordinate = |_| -> f64 { StandardNormal.sample(rng) };
    (0..dimension).map(coordinate).map(|value| value as f32).collect()
}

fn scale(vector: &mut [f32]) {
    let length = norm(vector);
    for u in vector {
        *u = (f64::from(*u) / length) as f32;
    }
}

/// Subtracts the components along `directions` from a vector of length 1 and normalises it. Returns the
/// length before normalising.
fn project_out(vector: &mut [f32], directions: &[Vec<f32>]) -> f64 {
    if directions.is_empty() {
        return 1.0;
    }
    for direction in directions {
        let component = dot(vector, direction);
        for (v, u) in vector.iter_mut().zip(direction) {
            *v = (f64::from(*v) - component * f64::from(*u)) as f32;
        }
    }
    let left = norm(vector);
    scale(vector);
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    fn whole(dimension: usize) -> Sphere {
        Sphere { dimension, row: None }
    }

    #[test]
    fn directions_have_length_one_and_no_preference() {
        const DRAWS: usize = 20_000;
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (mut drawn, mut mean, mut square) = (Vec::new(), [0.0; 3], [0.0; 3]);
        for _ in 0..DRAWS {
            whole(3).draw(&mut rng, 2, &mut drawn);
            for u in &drawn {
                assert!((norm(u) - 1.0).abs() < 1e-6);
            }
            for i in 0..3 {
                mean[i] += f64::from(drawn[1][i]) / DRAWS as f64;
                square[i] += f64::from(drawn[1][i]).powi(2) / DRAWS as f64;
            }
        }
        // Standard errors: 0.0041 of the mean, 0.0021 of the square.
        for i in 0..3 {
            assert!(mean[i].abs() < 0.02 && (square[i] - 1.0 / 3.0).abs() < 0.01, "{mean:?} {square:?}");
        }
    }

    #[test]
    fn directions_are_orthogonal_up_to_a_whole_basis() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut drawn = Vec::new();
        for (space, count) in [(whole(30), 30), (Sphere { dimension: 30, row: Some(5) }, 24)] {
            space.draw(&mut rng, count, &mut drawn);
            for (i, a) in drawn.iter().enumerate() {
                for b in &drawn[..i] {
                    assert!(dot(a, b).abs() < 1e-6, "{}", dot(a, b));
                }
            }
        }
    }

    #[test]
    fn centred_directions_sum_to_zero_in_every_row() {
        let mut drawn = Vec::new();
        Sphere { dimension: 30, row: Some(5) }.draw(&mut ChaCha8Rng::seed_from_u64(3), 24, &mut drawn);
        for row in drawn.iter().flat_map(|direction| direction.chunks(5)) {
            assert!(row.iter().sum::<f32>().abs() < 1e-6, "{row:?}");
        }
    }

    #[test]
    #[should_panic(expected = "4 orthogonal directions in 3 dimensions")]
    fn there_are_no_more_directions_than_dimensions() {
        whole(3).draw(&mut ChaCha8Rng::seed_from_u64(0), 4, &mut Vec::new());
    }
}
