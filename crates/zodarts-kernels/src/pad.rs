//! Copying a block into one with a margin.

use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::margin::clear_margin;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Copies a dense block into a padded one with a zero margin, optionally through a `ReLU`.
#[derive(Debug)]
pub struct Pad<'a, T> {
    /// Source block, `[channel][y][x][lane]`.
    pub input: &'a [Pixel<T>],
    /// Layout of the source.
    pub from: BlockLayout,
    /// Channels.
    pub channels: usize,
    /// If true, the kernel writes `max(x, 0)` instead of x.
    pub relu: bool,
    /// Target block, `[channel][y][x][lane]`, overwritten.
    pub output: &'a mut [Pixel<T>],
    /// Layout of the target: same height and width.
    pub to: BlockLayout,
}

impl<T: Real> Kernel<T> for Pad<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        assert!((self.from.height, self.from.width) == (self.to.height, self.to.width), "sizes differ");
        clear_margin(&mut *self.output, &self.to, self.channels);
        for channel in 0..self.channels {
            for y in 0..self.from.height {
                let source = &self.input[self.from.at(channel, y, 0)..][..self.from.width];
                let target = &mut self.output[self.to.at(channel, y, 0)..][..self.from.width];
                for (from, to) in source.iter().zip(target) {
                    let value = V::load(from);
                    let value = if self.relu { value.relu() } else { value };
                    value.store(to);
                }
            }
        }
    }
}
