//! Tests of the normalisers against their definitions and of their gradients against differences.

use super::*;
use proptest::prelude::*;
use zodarts_nn::space::{NAS_BENCH_201, STAGES};

const OPERATIONS: usize = 5;

type Row = [f64; OPERATIONS];

/// Returns the probabilities of z.
fn forward(normaliser: Normaliser, mut z: Row) -> Row {
    normaliser.forward(&mut z);
    z
}

const BOTH: [Normaliser; 2] = [Normaliser::Softmax, Normaliser::Sparsemax];

/// Returns the projection onto the simplex, found by bisection on θ: Σ max(zᵢ − θ, 0) falls from above 1 to
/// below.
fn project(z: &Row) -> Row {
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (mut low, mut high) = (top - 1.0, top);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        let total: f64 = z.iter().map(|z| (z - middle).max(0.0)).sum();
        if total > 1.0 { low = middle } else { high = middle }
    }
    z.map(|z| (z - low).max(0.0))
}

/// Asserts the optimality conditions of the projection: p in the simplex, zᵢ − pᵢ = θ on the support, zᵢ ≤ θ
/// off it.
fn assert_optimal(z: &Row, p: &Row) {
    let total: f64 = p.iter().sum();
    assert!((total - 1.0).abs() < 1e-12, "sum {total}");
    let on = (0..OPERATIONS).find(|&i| p[i] > 0.0).expect("a support");
    let theta = z[on] - p[on];
    for i in 0..OPERATIONS {
        assert!(p[i] >= 0.0);
        let slack = z[i] - p[i] - theta;
        assert!(if p[i] > 0.0 { slack.abs() < 1e-9 } else { slack < 1e-9 }, "{z:?} → {p:?}");
    }
}

fn rows(scale: f64) -> impl Strategy<Value = Row> {
    prop::array::uniform5(-1.0..1.0_f64).prop_map(move |z| z.map(|z| z * scale))
}

proptest! {
    #[test]
    fn sparsemax_is_the_projection(z in prop_oneof![rows(0.01), rows(1.0), rows(100.0)]) {
        let p = forward(Normaliser::Sparsemax, z);
        assert_optimal(&z, &p);
        for (p, q) in p.iter().zip(project(&z)) {
            prop_assert!((p - q).abs() < 1e-12);
        }
    }

    #[test]
    fn sparsemax_is_the_projection_of_ties(
        levels in prop::array::uniform5(-2..3_i32),
        step in 0.01..1.0_f64,
    ) {
        let z = levels.map(|level| f64::from(level) * step);
        let p = forward(Normaliser::Sparsemax, z);
        assert_optimal(&z, &p);
        for (i, j) in (0..OPERATIONS).flat_map(|i| (0..i).map(move |j| (i, j))) {
            prop_assert!(z[i] != z[j] || p[i] == p[j], "equal inputs have equal shares");
        }
    }

    #[test]
    fn softmax_is_its_definition(z in rows(5.0)) {
        let total: f64 = z.iter().map(|z| z.exp()).sum();
        for (p, z) in forward(Normaliser::Softmax, z).iter().zip(z) {
            prop_assert!((p - z.exp() / total).abs() < 1e-14);
        }
    }

    #[test]
    fn gradients_match_finite_differences(z in rows(1.0), gradient in rows(1.0)) {
        const STEP: f64 = 1e-6;
        for normaliser in BOTH {
            let p = forward(normaliser, z);
            let support = |p: &Row| p.map(|p| p > 0.0);
            let mut analytic = gradient;
            normaliser.pull_back(&p, &mut analytic);
            for i in 0..OPERATIONS {
                let moved = |by: f64| {
                    let mut z = z;
                    z[i] += by;
                    forward(normaliser, z)
                };
                let (up, down) = (moved(STEP), moved(-STEP));
                if support(&up) != support(&down) {
                    continue; // A kink: the derivative from the left is not the one from the right.
                }
                let numeric: f64 =
                    (0..OPERATIONS).map(|k| (up[k] - down[k]) / (2.0 * STEP) * gradient[k]).sum();
                prop_assert!((numeric - analytic[i]).abs() < 1e-8, "{normaliser}: {numeric} {}", analytic[i]);
            }
        }
    }

    #[test]
    fn probabilities_sum_to_one_at_any_scale(
        unit in prop::array::uniform5(-1.0..1.0_f32),
        exponent in -30..31_i32,
        temperature in 1e-3..10.0_f64,
    ) {
        for normaliser in BOTH {
            let p = normaliser.apply(&unit.map(|u| u * 10.0_f32.powi(exponent)), temperature);
            let total: f32 = p.iter().sum();
            prop_assert!((total - 1.0).abs() < 1e-6 && p.iter().all(|p| (0.0..=1.0).contains(p)), "{p:?}");
        }
    }
}

#[test]
fn equal_values_share_equally() {
    for normaliser in BOTH {
        for value in [0.0, 1e-30, -3.5, 1e30, -1e30] {
            assert_eq!(normaliser.apply(&[value; OPERATIONS], 1.5), [0.2; OPERATIONS]);
        }
    }
}

#[test]
fn huge_values_are_one_hot_or_tied() {
    for normaliser in BOTH {
        assert_eq!(normaliser.apply(&[1e30, 0.0, -1e30, 1.0, 2.0], 1.0), [1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(normaliser.apply(&[1e30, 0.0, 1e30, 1.0, -1e30], 0.5), [0.5, 0.0, 0.5, 0.0, 0.0]);
        assert_eq!(normaliser.apply(&[f32::MAX, f32::MIN, 0.0, 0.0, 0.0], 1e-3), [1.0, 0.0, 0.0, 0.0, 0.0]);
    }
}

#[test]
fn the_edge_of_the_support_is_outside_it() {
    // 1 + 2·(−1) is not above 0 + (−1): the second operation lies exactly on the threshold.
    let p = Normaliser::Sparsemax.apply(&[1.0, 0.0, -5.0, -5.0, -5.0], 1.0);
    assert_eq!(p, [1.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn sparsemax_sends_back_exact_zeros() {
    let gradient = [3.0, -1.0, 1e30, f32::MAX, 0.3];
    let sparse = Normaliser::Sparsemax.backward(&[0.25, 0.75, 0.0, 0.0, 0.0], 0.5, &gradient);
    assert_eq!(sparse, [4.0, -4.0, 0.0, 0.0, 0.0]);
    let one_hot = Normaliser::Sparsemax.backward(&[0.0, 0.0, 0.0, 0.0, 1.0], 0.5, &gradient);
    assert_eq!(one_hot, [0.0; OPERATIONS]);
}

#[test]
fn a_colder_mixture_is_steeper() {
    let (p, gradient) = ([0.1, 0.2, 0.3, 0.4, 0.0], [1.0, 2.0, 3.0, 4.0, 5.0]);
    for normaliser in BOTH {
        let warm = normaliser.backward(&p, 1.0, &gradient);
        let steeper: Vec<f32> = warm.iter().map(|g| 4.0 * g).collect();
        assert_eq!(normaliser.backward(&p, 0.25, &gradient), steeper);
    }
}

#[test]
fn whole_mixtures_are_their_rows() {
    for space in [&NAS_BENCH_201, &STAGES] {
        let alpha: Vec<f32> = (0..space.alphas()).map(|i| (i as f32 * 0.37).sin()).collect();
        let gradient = Mixture::new(space, (0..space.alphas()).map(|i| (i * 7 % 31) as f32).collect());
        for normaliser in BOTH {
            let mixture = normaliser.mixture(space, &alpha, 0.7);
            let back = normaliser.alpha_gradient(&mixture, 0.7, &gradient);
            for row in 0..space.rows() {
                let range = row * space.columns()..(row + 1) * space.columns();
                assert_eq!(mixture[row], normaliser.apply(&alpha[range.clone()], 0.7));
                assert_eq!(back[range], normaliser.backward(&mixture[row], 0.7, &gradient[row]));
            }
        }
    }
}
