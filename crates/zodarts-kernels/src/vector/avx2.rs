//! One 256-bit register.
//!
//! SAFETY of every block below: an `Avx2` value only exists inside `Kernels::run`'s AVX2 branch, which is
//! entered after the CPU was seen to support `avx2` and `fma`. Loads and stores go through references to
//! 32-byte aligned pixels.

use super::Vector;
use crate::pixel::{LANES, Pixel};
use std::arch::x86_64::{
    __m256, _CMP_GT_OQ, _mm256_add_ps, _mm256_and_ps, _mm256_cmp_ps, _mm256_fmadd_ps, _mm256_fnmadd_ps,
    _mm256_load_ps, _mm256_max_ps, _mm256_mul_ps, _mm256_permute2f128_ps, _mm256_set1_ps, _mm256_setzero_ps,
    _mm256_shuffle_ps, _mm256_store_ps, _mm256_sub_ps, _mm256_unpackhi_ps, _mm256_unpacklo_ps,
};

/// Eight `f32` lanes in an AVX register.
#[derive(Clone, Copy, Debug)]
pub struct Avx2(__m256);

impl Vector<f32> for Avx2 {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    fn load(pixel: &Pixel<f32>) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_load_ps(pixel.0.as_ptr()) })
    }

    #[inline(always)]
    fn store(self, pixel: &mut Pixel<f32>) {
        // SAFETY: see the module.
        unsafe { _mm256_store_ps(pixel.0.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_sub_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_mul_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn add_mul(self, a: Self, b: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_fmadd_ps(a.0, b.0, self.0) })
    }

    #[inline(always)]
    fn sub_mul(self, a: Self, b: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_fnmadd_ps(a.0, b.0, self.0) })
    }

    /// Three rounds: pairs of values, pairs of pairs, halves.
    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        let [a, b, c, d, e, f, g, h] = rows.map(|row| row.0);
        // SAFETY: see the module.
        unsafe {
            let pairs = [(a, b), (c, d), (e, f), (g, h)];
            let [ab, cd, ef, gh] = pairs.map(|(x, y)| (_mm256_unpacklo_ps(x, y), _mm256_unpackhi_ps(x, y)));
            let fours = |x: (__m256, __m256), y: (__m256, __m256)| {
                [
                    _mm256_shuffle_ps::<0x44>(x.0, y.0),
                    _mm256_shuffle_ps::<0xEE>(x.0, y.0),
                    _mm256_shuffle_ps::<0x44>(x.1, y.1),
                    _mm256_shuffle_ps::<0xEE>(x.1, y.1),
                ]
            };
            let (first, second) = (fours(ab, cd), fours(ef, gh));
            std::array::from_fn(|row| {
                let (x, y) = (first[row % 4], second[row % 4]);
                let lower = row < 4;
                Self(if lower { _mm256_permute2f128_ps::<0x20>(x, y) } else { _mm256_permute2f128_ps::<0x31>(x, y) })
            })
        }
    }

    #[inline(always)]
    fn relu(self) -> Self {
        // The second operand wins where either is NaN.
        // SAFETY: see the module.
        Self(unsafe { _mm256_max_ps(_mm256_setzero_ps(), self.0) })
    }

    #[inline(always)]
    fn where_positive(self, gate: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_and_ps(self.0, _mm256_cmp_ps::<_CMP_GT_OQ>(gate.0, _mm256_setzero_ps())) })
    }
}
