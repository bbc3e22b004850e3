//! Dot products of flat vectors against their scalar twins, and bit for bit on every vector unit.

use proptest::prelude::*;
use zodarts_kernels::reference::{flat_difference_dot, flat_dot};
use zodarts_kernels::{FlatDifferenceDot, FlatDot, Kernels};

/// Compares the result of a kernel, on the detected vector unit and on the portable path, with the expected
/// one, up to the rounding of sums of `size`.
fn check(run: impl Fn(Kernels<f32>, &mut f64), expected: f64, size: f64) {
    let [found, portable] = [Kernels::detect(), Kernels::portable()].map(|kernels| {
        let mut total = f64::NAN;
        run(kernels, &mut total);
        total
    });
    assert_eq!(found.to_bits(), portable.to_bits(), "the vector units disagree: {found}, {portable}");
    assert!((found - expected).abs() <= 1e-13 * size, "found {found}, expected {expected}");
}

/// Up to 200 elements of three vectors: everyday ones, zeros of both signs, and some near both ends of the
/// range.
fn elements() -> impl Strategy<Value = Vec<[f32; 3]>> {
    let value = || prop_oneof![-1e3..1e3_f32, Just(0.0), Just(-0.0), 1e30..3e38_f32, 1e-40..1e-30_f32];
    prop::collection::vec([value(), value(), value()], 0..200)
}

proptest! {
    #[test]
    fn sums_are_those_of_their_twins(elements in elements()) {
        let vectors = |of: fn(f32) -> f32| -> [Vec<f32>; 3] {
            std::array::from_fn(|at| elements.iter().map(|values| of(values[at])).collect())
        };
        let [a, b, g] = vectors(|value| value);
        let [a_size, b_size, g_size] = vectors(f32::abs);
        check(
            |kernels, total| kernels.run(FlatDot { factors: [&a, &b], total }),
            flat_dot(&a, &b),
            flat_dot(&a_size, &b_size),
        );
        check(
            |kernels, total| kernels.run(FlatDifferenceDot { vectors: [&a, &b, &g], total }),
            flat_difference_dot(&a, &b, &g),
            flat_dot(&a_size, &g_size) + flat_dot(&b_size, &g_size),
        );
    }
}

#[test]
#[should_panic(expected = "flat vectors of different lengths")]
fn vectors_are_equally_long() {
    Kernels::portable().run(FlatDot { factors: [&[1.0], &[]], total: &mut 0.0 });
}
