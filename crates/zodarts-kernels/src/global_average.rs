//! Global average pooling of a `ReLU`, the input of the classifier's linear layer.

use crate::kernels::Kernel;
use crate::lane_sums::lane_sums;
use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Computes `output[c] = mean over pixels of max(input[c], 0)`, for each lane.
#[derive(Debug)]
pub struct GlobalAverage<'a, T> {
    /// The block, `[channel][y][x][lane]`.
    pub input: &'a [Pixel<T>],
    /// Its dense layout.
    pub layout: BlockLayout,
    /// The averages, one pixel per channel.
    pub output: &'a mut [Pixel<T>],
}

impl<T: Real> Kernel<T> for GlobalAverage<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let area = self.layout.height * self.layout.width;
        let scale = V::splat(T::from_f64(1.0 / area as f64));
        for (channel, output) in self.output.iter_mut().enumerate() {
            let plane = &self.input[channel * self.layout.plane..][..area];
            let sum = lane_sums(plane, |sum: V, x| sum.add(x.relu()));
            sum.mul(scale).store(output);
        }
    }
}

/// Computes the gradient of the input of [`GlobalAverage`].
#[derive(Debug)]
pub struct GlobalAverageBackward<'a, T> {
    /// Input of the forward pass.
    pub input: &'a [Pixel<T>],
    /// Its dense layout.
    pub layout: BlockLayout,
    /// Gradient of the averages, one pixel per channel.
    pub output_gradient: &'a [Pixel<T>],
    /// Gradient of the input, `[channel][y][x][lane]`, overwritten.
    pub input_gradient: &'a mut [Pixel<T>],
}

impl<T: Real> Kernel<T> for GlobalAverageBackward<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let area = self.layout.height * self.layout.width;
        let scale = V::splat(T::from_f64(1.0 / area as f64));
        for (channel, gradient) in self.output_gradient.iter().enumerate() {
            let share = V::load(gradient).mul(scale);
            let input = &self.input[channel * self.layout.plane..][..area];
            let target = &mut self.input_gradient[channel * self.layout.plane..][..area];
            for (x, d) in input.iter().zip(target) {
                share.where_positive(V::load(x)).store(d);
            }
        }
    }
}
