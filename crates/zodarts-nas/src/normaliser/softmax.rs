use super::Row;

/// exp(zᵢ) / Σ exp(zⱼ), shifted by the maximum so that nothing overflows.
pub(super) fn forward(z: &Row) -> Row {
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials = z.map(|z| (z - top).exp());
    let total: f64 = exponentials.iter().sum();
    exponentials.map(|e| e / total)
}

/// The Jacobian diag(p) − p·pᵀ applied to `gradient`.
pub(super) fn pull_back(p: &Row, gradient: &Row) -> Row {
    let mean: f64 = p.iter().zip(gradient).map(|(p, g)| p * g).sum();
    std::array::from_fn(|i| p[i] * (gradient[i] - mean))
}
