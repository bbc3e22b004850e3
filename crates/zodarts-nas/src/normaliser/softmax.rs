//! Softmax of a row and its Jacobian.

/// Replaces zᵢ with exp(zᵢ) / Σ exp(zⱼ). The maximum is subtracted first, so that nothing overflows.
pub(super) fn forward(row: &mut [f64]) {
    let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for z in &mut *row {
        *z = (*z - top).exp();
    }
    let total: f64 = row.iter().sum();
    for p in row {
        *p /= total;
    }
}

/// Multiplies `row` by the Jacobian diag(p) − p·pᵀ.
pub(super) fn pull_back(p: &[f64], row: &mut [f64]) {
    let mean: f64 = p.iter().zip(&*row).map(|(p, g)| p * g).sum();
    for (g, p) in row.iter_mut().zip(p) {
        *g = p * (*g - mean);
    }
}
