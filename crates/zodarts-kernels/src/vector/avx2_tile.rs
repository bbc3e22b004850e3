//! A register tile that fills all sixteen registers, as inline assembly.
//!
//! The compiler's scheduler tends to load several weights ahead. With twelve sums and three pixels only one
//! register is left, so it sometimes spills, and unrelated code decides: the same loop ran at 55 or at 110
//! GFLOP/s. One step of the tile is therefore written in assembly.

use std::arch::asm;
use std::arch::x86_64::__m256;

/// Computes `sums[m][p] += weights[m] · pixels[p]`.
///
/// # Safety
/// The CPU must support AVX2 and FMA.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub unsafe fn outer_4x3(sums: &mut [[__m256; 3]; 4], weights: &[f32; 4], pixels: [__m256; 3]) {
    let [[a0, a1, a2], [b0, b1, b2], [c0, c1, c2], [d0, d1, d2]] = sums;
    // SAFETY: reads the four weights and nothing else; the caller has seen that the CPU can do this.
    unsafe {
        asm!(
            "vbroadcastss {w}, dword ptr [{weights}]",
            "vfmadd231ps {a0}, {w}, {p0}",
            "vfmadd231ps {a1}, {w}, {p1}",
            "vfmadd231ps {a2}, {w}, {p2}",
            "vbroadcastss {w}, dword ptr [{weights} + 4]",
            "vfmadd231ps {b0}, {w}, {p0}",
            "vfmadd231ps {b1}, {w}, {p1}",
            "vfmadd231ps {b2}, {w}, {p2}",
            "vbroadcastss {w}, dword ptr [{weights} + 8]",
            "vfmadd231ps {c0}, {w}, {p0}",
            "vfmadd231ps {c1}, {w}, {p1}",
            "vfmadd231ps {c2}, {w}, {p2}",
            "vbroadcastss {w}, dword ptr [{weights} + 12]",
            "vfmadd231ps {d0}, {w}, {p0}",
            "vfmadd231ps {d1}, {w}, {p1}",
            "vfmadd231ps {d2}, {w}, {p2}",
            weights = in(reg) weights,
            p0 = in(ymm_reg) pixels[0],
            p1 = in(ymm_reg) pixels[1],
            p2 = in(ymm_reg) pixels[2],
            w = out(ymm_reg) _,
            a0 = inout(ymm_reg) *a0,
            a1 = inout(ymm_reg) *a1,
            a2 = inout(ymm_reg) *a2,
            b0 = inout(ymm_reg) *b0,
            b1 = inout(ymm_reg) *b1,
            b2 = inout(ymm_reg) *b2,
            c0 = inout(ymm_reg) *c0,
            c1 = inout(ymm_reg) *c1,
            c2 = inout(ymm_reg) *c2,
            d0 = inout(ymm_reg) *d0,
            d1 = inout(ymm_reg) *d1,
            d2 = inout(ymm_reg) *d2,
            options(pure, readonly, nostack, preserves_flags)
        );
    }
}
