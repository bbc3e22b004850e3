//! Gradient of a node, gathered from all its readers in one sweep.

use crate::affine_sum::Term;
use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Pixels kept in registers while all terms are added.
const TILE: usize = 4;

/// A gradient of `max(x, 0)`, in a layout of its own.
#[derive(Clone, Copy, Debug)]
pub struct GatedGradient<'a, T> {
    /// The gradient, `[channel][y][x][lane]`.
    pub gradient: &'a [Pixel<T>],
    /// Its layout.
    pub layout: BlockLayout,
    /// x, a block in the output's layout: the gradient passes where x is positive. `None` lets the whole
    /// gradient pass.
    pub gate: Option<&'a [Pixel<T>]>,
}

/// Computes `output[c] = bias[c] + Σ_t scale_t[c] · source_t[c] + (gradient[c] where gate[c] > 0)`.
#[derive(Debug)]
pub struct GatherGradients<'a, T> {
    /// The addends, all with the output's layout.
    pub terms: &'a [Term<'a, T>],
    /// The constants, one per channel; the length is the number of channels.
    pub bias: &'a [T],
    /// The gradient that comes back through a `ReLU`.
    pub gated: GatedGradient<'a, T>,
    /// The sum, `[channel][y][x][lane]`, overwritten.
    pub output: &'a mut [Pixel<T>],
    /// Dense layout of the output.
    pub layout: BlockLayout,
}

impl<T: Real> GatherGradients<'_, T> {
    fn check(&self) {
        let Self { terms, bias, gated, output, layout } = self;
        let (channels, len) = (bias.len(), layout.len(bias.len()));
        for term in *terms {
            assert!(term.source.len() >= len && term.scale.len() >= channels, "term too short");
        }
        assert!(output.len() >= len, "output too short");
        assert!(gated.gate.is_none_or(|gate| gate.len() >= len), "gate too short");
        assert_eq!((gated.layout.height, gated.layout.width), (layout.height, layout.width), "sizes differ");
        assert!(gated.gradient.len() >= gated.layout.len(channels), "gradient too short");
    }
}

impl<T: Real> Kernel<T> for GatherGradients<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(mut self) {
        self.check();
        let width = self.layout.width;
        for channel in 0..self.bias.len() {
            for y in 0..self.layout.height {
                let (to, from) = (self.layout.at(channel, y, 0), self.gated.layout.at(channel, y, 0));
                let mut x = 0;
                while x + TILE <= width {
                    pixels::<T, V, TILE>(&mut self, channel, to + x, from + x);
                    x += TILE;
                }
                for x in x..width {
                    pixels::<T, V, 1>(&mut self, channel, to + x, from + x);
                }
            }
        }
    }
}

/// Computes `N` pixels of a row; `to` is the index of the first in the output, `from` in the gated gradient.
#[inline(always)]
fn pixels<T: Real, V: Vector<T>, const N: usize>(
    kernel: &mut GatherGradients<'_, T>,
    channel: usize,
    to: usize,
    from: usize,
) {
    let mut sums = [V::splat(kernel.bias[channel]); N];
    for term in kernel.terms {
        let scale = V::splat(term.scale[channel]);
        for (sum, pixel) in sums.iter_mut().zip(&term.source[to..][..N]) {
            *sum = sum.add_mul(scale, V::load(pixel));
        }
    }
    let gradient = &kernel.gated.gradient[from..][..N];
    match kernel.gated.gate {
        Some(gate) => {
            for ((sum, d), x) in sums.iter_mut().zip(gradient).zip(&gate[to..][..N]) {
                *sum = sum.add(V::load(d).where_positive(V::load(x)));
            }
        }
        None => {
            for (sum, d) in sums.iter_mut().zip(gradient) {
                *sum = sum.add(V::load(d));
            }
        }
    }
    for (sum, pixel) in sums.iter().zip(&mut kernel.output[to..][..N]) {
        sum.store(pixel);
    }
}
