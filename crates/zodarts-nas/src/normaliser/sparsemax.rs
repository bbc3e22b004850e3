//! Sparsemax of a row and its Jacobian.

/// Replaces z with the point p of the simplex that minimises ‖p − z‖²: with z sorted in descending order, k =
/// max{j : 1 + j·z₍ⱼ₎ > Σ_{i≤j} z₍ᵢ₎}, θ = (Σ_{i≤k} z₍ᵢ₎ − 1)/k and pᵢ = max(zᵢ − θ, 0).
///
/// The maximum is subtracted first. The projection does not change, and the 1 is not lost to rounding beside
/// a huge z.
pub(super) fn forward(row: &mut [f64]) {
    let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for z in &mut *row {
        *z -= top;
    }
    let threshold = threshold(row.to_vec());
    for z in row {
        *z = (*z - threshold).max(0.0);
    }
}

/// Returns θ of values whose maximum is 0.
fn threshold(mut z: Vec<f64>) -> f64 {
    z.sort_unstable_by(|a, b| b.total_cmp(a));
    let (mut sum, mut threshold) = (0.0, -1.0);
    for (j, value) in (1..).zip(z) {
        sum += value;
        if 1.0 + f64::from(j) * value <= sum {
            break;
        }
        threshold = (sum - 1.0) / f64::from(j);
    }
    threshold
}

/// Multiplies `row` by the Jacobian diag(s) − s·sᵀ/|S|, where s is the indicator of the support S of `p`.
pub(super) fn pull_back(p: &[f64], row: &mut [f64]) {
    let on_support = || p.iter().zip(&*row).filter(|&(&p, _)| p > 0.0).map(|(_, g)| g);
    let mean = on_support().sum::<f64>() / on_support().count() as f64;
    for (g, p) in row.iter_mut().zip(p) {
        *g = if *p > 0.0 { *g - mean } else { 0.0 };
    }
}
