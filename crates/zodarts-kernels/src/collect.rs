//! The gradient of a node, gathered from everything that reads it in one sweep.

use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::sweep::Term;
use crate::vector::Vector;

/// Pixels kept in registers while all terms pass by.
const TILE: usize = 4;

/// A gradient behind a `ReLU`, in a layout of its own.
#[derive(Clone, Copy, Debug)]
pub struct Gated<'a, T> {
    /// The gradient: a block.
    pub gradient: &'a [Pixel<T>],
    /// Its layout.
    pub layout: Layout,
    /// The input of the `ReLU`, a block in the output's layout: the gradient passes where it is positive. `None` lets all of
    /// the gradient pass.
    pub gate: Option<&'a [Pixel<T>]>,
}

/// `output[c] = bias[c] + Σ_t scale_t[c] · source_t[c] + (gradient[c] where gate[c] > 0)`.
#[derive(Debug)]
pub struct Collect<'a, T> {
    /// The addends, all in the output's layout.
    pub terms: &'a [Term<'a, T>],
    /// One constant for each channel; its length is the number of channels.
    pub bias: &'a [T],
    /// What comes back through a `ReLU`.
    pub gated: Gated<'a, T>,
    /// Where the sum goes.
    pub output: &'a mut [Pixel<T>],
    /// Dense layout of the output.
    pub layout: Layout,
}

impl<T: Real> Collect<'_, T> {
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

impl<T: Real> Job<T> for Collect<'_, T> {
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

/// N pixels of a row.
#[inline(always)]
fn pixels<T: Real, V: Vector<T>, const N: usize>(
    job: &mut Collect<'_, T>,
    channel: usize,
    to: usize,
    from: usize,
) {
    let mut sums = [V::splat(job.bias[channel]); N];
    for term in job.terms {
        let scale = V::splat(term.scale[channel]);
        for (sum, pixel) in sums.iter_mut().zip(&term.source[to..][..N]) {
            *sum = sum.add_mul(scale, V::load(pixel));
        }
    }
    let gradient = &job.gated.gradient[from..][..N];
    match job.gated.gate {
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
    for (sum, pixel) in sums.iter().zip(&mut job.output[to..][..N]) {
        sum.store(pixel);
    }
}
