//! The vector of CPUs with AVX2 and FMA: one 256-bit register.
//!
//! SAFETY of every block below: an `Avx2` value only exists inside `Kernels::run`'s AVX2 branch, which is
//! entered after the CPU was seen to support `avx2` and `fma`. Loads and stores go through references to
//! 32-byte aligned pixels.

use super::avx2_tile::outer_4x3;
use super::vector_trait::{Vector, outer_by_rows};
use crate::pixel::{LANES, Pixel};
use std::arch::x86_64::{
    __m256, _CMP_GT_OQ, _MM_HINT_T0, _MM_HINT_T1, _mm_add_ps, _mm_prefetch, _mm_storeu_ps, _mm256_add_ps,
    _mm256_and_ps, _mm256_castps256_ps128, _mm256_cmp_ps, _mm256_extractf128_ps, _mm256_fmadd_ps,
    _mm256_fnmadd_ps, _mm256_hadd_ps, _mm256_load_ps, _mm256_loadu_ps, _mm256_max_ps, _mm256_mul_ps,
    _mm256_permute2f128_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_shuffle_ps, _mm256_store_ps,
    _mm256_sub_ps, _mm256_unpackhi_ps, _mm256_unpacklo_ps,
};

/// A mask of n lanes begins n elements before the middle: ones in the first half, zeros in the second.
static FIRST: [u32; 2 * LANES] = {
    let mut bits = [0; 2 * LANES];
    let mut lane = 0;
    while lane < LANES {
        bits[lane] = u32::MAX;
        lane += 1;
    }
    bits
};

/// Eight `f32` lanes in an AVX register.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
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
    fn prefetch(pixels: &[Pixel<f32>], at: usize) {
        let pointer = pixels.as_ptr().wrapping_add(at).cast();
        // SAFETY: see the module; a prefetch reads nothing and may be given any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(pointer) }
    }

    #[inline(always)]
    fn prefetch_far(pixels: &[Pixel<f32>], at: usize) {
        let pointer = pixels.as_ptr().wrapping_add(at).cast();
        // SAFETY: as for `prefetch`.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(pointer) }
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

    #[inline(always)]
    fn outer<const M: usize, const P: usize>(
        sums: &mut [[Self; P]; M],
        weights: &[f32; M],
        pixels: [Self; P],
    ) {
        if let (4, 3) = (M, P) {
            // SAFETY: `Avx2` is a `__m256` and the arrays have just been seen to have these lengths; and see
            // the module.
            unsafe {
                let sums = &mut *std::ptr::from_mut(sums).cast();
                let weights = &*std::ptr::from_ref(weights).cast();
                let pixels = *std::ptr::from_ref(&pixels).cast();
                outer_4x3(sums, weights, pixels);
            }
        } else {
            outer_by_rows(sums, weights, pixels);
        }
    }

    /// Three rounds: pairs of values, pairs of pairs, halves.
    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        let [a, b, c, d, e, f, g, h] = rows;
        let (ab, cd) = (interleave(a, b), interleave(c, d));
        let (ef, gh) = (interleave(e, f), interleave(g, h));
        let [a, b, c, d] = join_pairs(ab, cd);
        let [e, f, g, h] = join_pairs(ef, gh);
        let ((a, e), (b, f)) = (join_halves(a, e), join_halves(b, f));
        let ((c, g), (d, h)) = (join_halves(c, g), join_halves(d, h));
        [a, b, c, d, e, f, g, h]
    }

    /// Neighbours are added twice, then the halves.
    #[inline(always)]
    fn sum_lanes(vectors: [Self; 4]) -> [f32; 4] {
        let [a, b, c, d] = vectors;
        let mut sums = [0.0; 4];
        // SAFETY: see the module; `sums` holds the four values stored.
        unsafe {
            let fours = _mm256_hadd_ps(_mm256_hadd_ps(a.0, b.0), _mm256_hadd_ps(c.0, d.0));
            let total = _mm_add_ps(_mm256_castps256_ps128(fours), _mm256_extractf128_ps::<1>(fours));
            _mm_storeu_ps(sums.as_mut_ptr(), total);
        }
        sums
    }

    #[inline(always)]
    fn first(self, lanes: usize) -> Self {
        let mask = &FIRST[LANES - lanes..][..LANES];
        // SAFETY: see the module; the mask holds the eight values loaded.
        Self(unsafe { _mm256_and_ps(self.0, _mm256_loadu_ps(mask.as_ptr().cast())) })
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

/// Two vectors with their values interleaved.
#[derive(Clone, Copy)]
struct Interleaved {
    low: __m256,
    high: __m256,
}

/// Interleaves the lower and the upper pairs of values of each half.
#[inline(always)]
fn interleave(x: Avx2, y: Avx2) -> Interleaved {
    // SAFETY: see the module.
    unsafe { Interleaved { low: _mm256_unpacklo_ps(x.0, y.0), high: _mm256_unpackhi_ps(x.0, y.0) } }
}

/// Joins pairs to fours within each half.
#[inline(always)]
fn join_pairs(x: Interleaved, y: Interleaved) -> [Avx2; 4] {
    // SAFETY: see the module.
    unsafe {
        [
            Avx2(_mm256_shuffle_ps::<0x44>(x.low, y.low)),
            Avx2(_mm256_shuffle_ps::<0xEE>(x.low, y.low)),
            Avx2(_mm256_shuffle_ps::<0x44>(x.high, y.high)),
            Avx2(_mm256_shuffle_ps::<0xEE>(x.high, y.high)),
        ]
    }
}

/// Returns the lower halves of both, and the upper halves.
#[inline(always)]
fn join_halves(x: Avx2, y: Avx2) -> (Avx2, Avx2) {
    // SAFETY: see the module.
    unsafe {
        (Avx2(_mm256_permute2f128_ps::<0x20>(x.0, y.0)), Avx2(_mm256_permute2f128_ps::<0x31>(x.0, y.0)))
    }
}
