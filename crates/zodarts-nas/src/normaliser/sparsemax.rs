use super::Row;

/// argmin over the simplex of ‖p − z‖²: with z sorted descending, k = max{j : 1 + j·z₍ⱼ₎ > Σ_{i≤j} z₍ᵢ₎},
/// θ = (Σ_{i≤k} z₍ᵢ₎ − 1)/k and pᵢ = max(zᵢ − θ, 0).
///
/// The maximum is subtracted first: the projection does not change, and the 1 is not lost beside a huge z.
pub(super) fn forward(z: &Row) -> Row {
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shifted = z.map(|z| z - top);
    let threshold = threshold(shifted);
    shifted.map(|z| (z - threshold).max(0.0))
}

/// θ of values whose maximum is 0.
fn threshold(mut z: Row) -> f64 {
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

/// The Jacobian diag(s) − s·sᵀ/|S| applied to `gradient`, s being the indicator of the support S of `p`.
pub(super) fn pull_back(p: &Row, gradient: &Row) -> Row {
    let on_support = || p.iter().zip(gradient).filter(|&(&p, _)| p > 0.0).map(|(_, g)| g);
    let mean = on_support().sum::<f64>() / on_support().count() as f64;
    std::array::from_fn(|i| if p[i] > 0.0 { gradient[i] - mean } else { 0.0 })
}
