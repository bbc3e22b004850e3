//! Normal distributions of feature vectors, one for each class, with a common covariance; and the distance of
//! a vector from the nearest of them.

/// Feature vectors with the class of each.
#[derive(Clone, Copy, Debug)]
pub struct ClassedRows<'a> {
    /// The vectors, one after the other.
    pub rows: &'a [f64],
    /// Features of a vector.
    pub width: usize,
    /// The class of each vector.
    pub classes: &'a [usize],
}

/// Normal distributions, one for each class, fitted to vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassGaussians {
    /// Features of a vector.
    pub width: usize,
    /// The means of the classes that have vectors, `(classes, features)`.
    pub centres: Vec<f64>,
    /// The factor that brings each feature's distance from its mean to variance 1; 0 for a feature that never
    /// changes.
    pub scale: Vec<f64>,
    /// The Cholesky factor of the covariance of the scaled features, `(features, features)`, lower
    /// triangular.
    pub factor: Vec<f64>,
}

impl ClassGaussians {
    /// Fits the distributions. The features are scaled to variance 1, and their correlations shrunk as far as
    /// Ledoit and Wolf (2004) find best for so many vectors, so that there may be more features than vectors.
    /// A feature that never changes does not count.
    ///
    /// # Panics
    /// If there is no vector, or not one class for each.
    pub fn fit(of: ClassedRows<'_>) -> Self {
        let ClassedRows { rows, width, classes } = of;
        assert!(!classes.is_empty() && rows.len() == classes.len() * width, "a class for each vector");
        let (centres, places) = centres(of);
        let residuals: Vec<f64> = rows
            .chunks_exact(width)
            .zip(&places)
            .flat_map(|(row, place)| {
                row.iter().zip(&centres[place * width..]).map(|(value, mean)| value - mean)
            })
            .collect();
        let scale = scale(&residuals, rows, width);
        let standard: Vec<f64> = residuals
            .chunks_exact(width)
            .flat_map(|row| row.iter().zip(&scale).map(|(value, scale)| value * scale))
            .collect();
        let factor = cholesky(&shrunk_covariance(&standard, width), width);
        Self { width, centres, scale, factor }
    }

    /// Returns the Mahalanobis distance of a vector from the nearest mean, divided by the root of the number
    /// of features: about 1 for a vector of a class.
    ///
    /// # Panics
    /// If the vector has another number of features.
    pub fn distance(&self, vector: &[f64]) -> f64 {
        assert_eq!(vector.len(), self.width, "features of a vector");
        let squares = self.centres.chunks_exact(self.width).map(|centre| self.square(vector, centre));
        (squares.fold(f64::INFINITY, f64::min) / self.width as f64).sqrt()
    }

    /// Returns the square of the Mahalanobis distance from a mean: of the solution of `factor · z = scaled`.
    fn square(&self, vector: &[f64], centre: &[f64]) -> f64 {
        let mut solution = Vec::with_capacity(self.width);
        let scaled = vector.iter().zip(centre).zip(&self.scale);
        for ((at, row), ((value, mean), scale)) in
            self.factor.chunks_exact(self.width).enumerate().zip(scaled)
        {
            let rest = (value - mean) * scale - dot(&row[..at], &solution);
            solution.push(rest / row[at]);
        }
        dot(&solution, &solution)
    }
}

/// Returns the means of the classes that have vectors, and the place of each vector's class among them.
fn centres(ClassedRows { rows, width, classes }: ClassedRows<'_>) -> (Vec<f64>, Vec<usize>) {
    let mut present = classes.to_vec();
    present.sort_unstable();
    present.dedup();
    let places: Vec<usize> =
        classes.iter().map(|class| present.partition_point(|other| other < class)).collect();
    let (mut sums, mut counts) = (vec![0.0; present.len() * width], vec![0.0; present.len()]);
    for (row, place) in rows.chunks_exact(width).zip(&places) {
        counts[*place] += 1.0;
        sums[place * width..].iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    for (centre, count) in sums.chunks_exact_mut(width).zip(&counts) {
        for value in centre {
            *value /= count;
        }
    }
    (sums, places)
}

/// Returns the factor that brings each feature's residuals to variance 1; 0 for a feature that never changes.
fn scale(residuals: &[f64], rows: &[f64], width: usize) -> Vec<f64> {
    let count = (rows.len() / width) as f64;
    let of = |at: usize| {
        let square = |values: &[f64]| {
            let squares = values.iter().skip(at).step_by(width).map(|value| value * value);
            squares.sum::<f64>() / count
        };
        let deviation = square(residuals).sqrt();
        // Rounding errors are no variation.
        if deviation > 1e-9 * square(rows).sqrt().max(1e-9) { 1.0 / deviation } else { 0.0 }
    };
    (0..width).map(of).collect()
}

/// Returns the covariance of centred vectors, shrunk towards a multiple of the identity by the share that
/// Ledoit and Wolf (2004) estimate.
fn shrunk_covariance(rows: &[f64], width: usize) -> Vec<f64> {
    let count = (rows.len() / width) as f64;
    let mut covariance = vec![0.0; width * width];
    let mut fourth = 0.0;
    for row in rows.chunks_exact(width) {
        for (at, sums) in covariance.chunks_exact_mut(width).enumerate() {
            sums[..=at].iter_mut().zip(row).for_each(|(sum, value)| *sum += row[at] * value);
        }
        fourth += row.iter().map(|value| value * value).sum::<f64>().powi(2);
    }
    for at in 0..width {
        for other in 0..=at {
            let value = covariance[at * width + other] / count;
            covariance[at * width + other] = value;
            covariance[other * width + at] = value;
        }
    }
    let level = (0..width).map(|at| covariance[at * width + at]).sum::<f64>() / width as f64;
    let squares: f64 = covariance.iter().map(|value| value * value).sum();
    let spread = squares - level * level * width as f64;
    let error = ((fourth / count - squares) / count).clamp(0.0, spread.max(0.0));
    let share = if spread > 0.0 { error / spread } else { 1.0 };
    // A singular matrix has no inverse: as much of the identity as rounding errors need stays.
    let share = share.max(1e-6);
    for value in &mut covariance {
        *value *= 1.0 - share;
    }
    (0..width).for_each(|at| covariance[at * width + at] += share * level.max(1e-12));
    covariance
}

/// Returns the Cholesky factor of a positive definite matrix, lower triangular.
fn cholesky(matrix: &[f64], width: usize) -> Vec<f64> {
    let mut factor = vec![0.0; width * width];
    for row in 0..width {
        let (before, rest) = factor.split_at_mut(row * width);
        let of_row = &mut rest[..width];
        for (column, of_column) in before.chunks_exact(width).enumerate() {
            let value = matrix[row * width + column] - dot(&of_row[..column], &of_column[..column]);
            of_row[column] = value / of_column[column];
        }
        let square = matrix[row * width + row] - dot(&of_row[..row], &of_row[..row]);
        of_row[row] = square.max(1e-12).sqrt();
    }
    factor
}

/// Returns the scalar product, in eight sums that vector units take side by side.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| a * b);
    sums.into_iter().sum::<f64>() + rest.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    #[test]
    fn the_factor_times_itself_is_the_matrix() {
        let matrix = [4.0, 2.0, 0.6, 2.0, 5.0, 1.5, 0.6, 1.5, 3.0];
        let factor = cholesky(&matrix, 3);
        for (row, of_row) in factor.chunks_exact(3).enumerate() {
            for (column, of_column) in factor.chunks_exact(3).enumerate() {
                let value = dot(of_row, of_column);
                assert!((value - matrix[row * 3 + column]).abs() < 1e-12, "{row} {column} {value}");
            }
        }
        let long: Vec<f64> = (0..19).map(f64::from).collect();
        assert_eq!(dot(&long, &long), 2109.0);
    }

    /// Draws vectors of three features in two classes 20 apart: the second follows the first, the third has a
    /// small scale.
    fn draw(count: usize, seed: u64) -> (Vec<f64>, Vec<usize>) {
        let random = &mut ChaCha8Rng::seed_from_u64(seed);
        let mut normal = || -> f64 { StandardNormal.sample(random) };
        let classes: Vec<usize> = (0..count).map(|index| 4 + index % 2).collect();
        let row = |class: &usize| {
            let first = normal();
            [20.0 * (class - 4) as f64 + first, 2.0 * first + normal(), -1.0 + 0.01 * normal()]
        };
        (classes.iter().flat_map(row).collect(), classes)
    }

    fn fitted((rows, classes): &(Vec<f64>, Vec<usize>)) -> ClassGaussians {
        ClassGaussians::fit(ClassedRows { rows, width: rows.len() / classes.len(), classes })
    }

    #[test]
    fn distances_are_those_of_the_nearest_class() {
        let found = fitted(&draw(20_000, 1));
        assert_eq!(found.centres.len(), 6);
        // One deviation along the first feature takes the second along; between the classes is far from both.
        for (vector, distance) in [
            ([0.0, 0.0, -1.0], 0.0),
            ([1.0, 2.0, -1.0], 1.0),
            ([20.0, 1.0, -1.0], 1.0),
            ([20.0, 0.0, -0.97], 3.0),
            ([10.0, 20.0, -1.0], 10.0),
        ] {
            let found = found.distance(&vector) * 3.0_f64.sqrt();
            assert!((found - distance).abs() < 0.15, "{vector:?}: {found}");
        }
        let squares: f64 = draw(2000, 2).0.chunks_exact(3).map(|row| found.distance(row).powi(2)).sum();
        assert!((squares / 2000.0 - 1.0).abs() < 0.05, "{squares}");
    }

    #[test]
    fn fewer_vectors_than_features_are_shrunk_and_constants_do_not_count() {
        let (rows, classes) = draw(4, 3);
        let rows: Vec<f64> = rows.chunks_exact(3).flat_map(|row| [row[0], row[1], row[2], 7.0]).collect();
        let found = fitted(&(rows.clone(), classes));
        let (near, far) = (found.distance(&rows[..4]), found.distance(&[50.0, -50.0, 3.0, 7.0]));
        assert!(near.is_finite() && far > 5.0 * near, "{near} {far}");
        assert_eq!(found.distance(&[5.0, 1.0, -1.0, 7.0]), found.distance(&[5.0, 1.0, -1.0, 9.0]));
        assert!(fitted(&(vec![1.0, 2.0], vec![0])).distance(&[9.0, 9.0]).is_finite());
    }
}
