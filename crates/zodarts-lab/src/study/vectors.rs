//! Operations on vectors in `f64`.

/// Returns Σ aᵢ·bᵢ.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Returns the Euclidean length.
pub fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// Returns the cosine of the angle between two vectors, or 0 if one of them is zero.
pub fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let lengths = norm(a) * norm(b);
    if lengths > 0.0 { dot(a, b) / lengths } else { 0.0 }
}

/// Returns the mean of vectors of the same length.
///
/// # Panics
/// Panics without a vector.
pub fn mean<V: AsRef<[f64]>>(vectors: &[V]) -> Vec<f64> {
    let length = vectors[0].as_ref().len();
    let at = |index: usize| vectors.iter().map(|vector| vector.as_ref()[index]).sum::<f64>();
    (0..length).map(|index| at(index) / vectors.len() as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_points_nowhere() {
        assert_eq!(cosine(&[0.0, 0.0], &[1.0, 2.0]), 0.0);
        assert!((cosine(&[1.0, 1.0], &[2.0, 0.0]) - 0.5_f64.sqrt()).abs() < 1e-12);
        assert_eq!(mean(&[[1.0, 2.0], [3.0, 6.0]]), [2.0, 4.0]);
    }
}
