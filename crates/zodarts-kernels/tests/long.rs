//! Sums over long vectors against their definition, and bit for bit on every vector unit.

use proptest::prelude::*;
use zodarts_kernels::{Kernels, LongDifferenceDot, LongDot};

/// Holds what a job leaves, on the detected vector unit and on the portable path, to the sum of its terms.
fn check(terms: &[f64], run: impl Fn(Kernels<f32>, &mut f64)) {
    let [found, portable] = [Kernels::detect(), Kernels::portable()].map(|kernels| {
        let mut total = f64::NAN;
        run(kernels, &mut total);
        total
    });
    assert_eq!(found.to_bits(), portable.to_bits(), "the vector units disagree: {found}, {portable}");
    let (expected, scale): (f64, f64) = (terms.iter().sum(), terms.iter().map(|term| term.abs()).sum());
    assert!((found - expected).abs() <= 1e-13 * scale, "found {found}, expected {expected}");
}

fn triples() -> impl Strategy<Value = Vec<[f32; 3]>> {
    let value = || prop_oneof![-1e3..1e3_f32, Just(0.0), Just(-0.0), 1e30..3e38_f32, 1e-40..1e-30_f32];
    prop::collection::vec([value(), value(), value()], 0..200)
}

proptest! {
    #[test]
    fn sums_are_those_of_their_terms(triples in triples()) {
        let [a, b, g] = [0, 1, 2].map(|at| triples.iter().map(|triple| triple[at]).collect::<Vec<f32>>());
        let wide = |term: fn([f64; 3]) -> f64| -> Vec<f64> {
            triples.iter().map(|triple| term(triple.map(f64::from))).collect()
        };
        check(&wide(|[a, b, _]| a * b), |kernels, total| kernels.run(LongDot { factors: [&a, &b], total }));
        check(&wide(|[a, b, g]| (a - b) * g), |kernels, total| {
            kernels.run(LongDifferenceDot { vectors: [&a, &b, &g], total });
        });
    }
}

#[test]
#[should_panic(expected = "long vectors of different lengths")]
fn vectors_are_equally_long() {
    Kernels::portable().run(LongDot { factors: [&[1.0], &[]], total: &mut 0.0 });
}
