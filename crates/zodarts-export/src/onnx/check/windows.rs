//! Operators over windows of planes: convolution and average.

use super::array::Array;
use std::array::from_fn;

/// Windows that are multiplied together.
const LANES: usize = 8;
/// Filters that are multiplied together.
const ROWS: usize = 4;

/// Attributes of an operator over windows, for the height and the width.
#[derive(Clone, Copy)]
pub struct Form {
    pub kernel: [usize; 2],
    pub strides: [usize; 2],
    /// Top, left, bottom, right.
    pub pads: [usize; 4],
}

/// The windows of a plane.
struct Windows {
    form: Form,
    input: [usize; 2],
    output: [usize; 2],
}

impl Windows {
    /// Returns `None` if not even one window fits into the plane.
    fn new(form: Form, input: [usize; 2]) -> Option<Self> {
        let count = |side: usize| {
            let (kernel, before, after) = (form.kernel[side], form.pads[side], form.pads[side + 2]);
            let padded = if before.max(after) < kernel { input[side] + before + after } else { return None };
            Some(padded.checked_sub(kernel)?.checked_div(form.strides[side])? + 1)
        };
        Some(Self { form, input, output: [count(0)?, count(1)?] })
    }

    /// Returns the number of windows.
    fn count(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Returns the number of values in a window.
    fn taps(&self) -> usize {
        self.form.kernel[0] * self.form.kernel[1]
    }

    /// Returns where in the plane a window's value lies, or `None` if it lies in the padding or there is no
    /// such window.
    fn position(&self, window: usize, tap: usize) -> Option<usize> {
        let Form { kernel, strides, pads } = self.form;
        if window >= self.count() {
            return None;
        }
        let y = (window / self.output[1] * strides[0] + tap / kernel[1]).checked_sub(pads[0])?;
        let x = (window % self.output[1] * strides[1] + tap % kernel[1]).checked_sub(pads[1])?;
        (y < self.input[0] && x < self.input[1]).then_some(y * self.input[1] + x)
    }

    /// Copies the windows from `first` on, `(channels, taps, LANES)`, with zeros for the padding.
    fn gather(&self, planes: &[f32], first: usize, patch: &mut [[f32; LANES]]) {
        for tap in 0..self.taps() {
            let positions: [_; LANES] = from_fn(|lane| self.position(first + lane, tap));
            let planes = planes.chunks_exact(self.input[0] * self.input[1]);
            for (plane, values) in planes.zip(patch.iter_mut().skip(tap).step_by(self.taps())) {
                *values = positions.map(|position| position.map_or(0.0, |position| plane[position]));
            }
        }
    }
}

/// Convolves `(1, inputs, height, width)` with filters `(outputs, inputs, height, width)`; `None` if they do
/// not fit.
pub fn conv(input: &Array, filters: &Array, form: Form) -> Option<Array> {
    let ([1, inputs, height, width], [outputs, depth, kernel @ ..]) = (&input.shape[..], &filters.shape[..])
    else {
        return None;
    };
    let windows = Windows::new(form, [*height, *width])?;
    if inputs != depth || *kernel != form.kernel || filters.values.is_empty() {
        return None;
    }
    let (length, count) = (inputs * windows.taps(), windows.count());
    let packed: Vec<_> = filters.values.chunks(ROWS * length).map(|rows| pack(rows, length)).collect();
    let mut patch = vec![[0.0; LANES]; length];
    let mut values = vec![0.0; outputs * count];
    for first in (0..count).step_by(LANES) {
        windows.gather(&input.values, first, &mut patch);
        let filled = first..count.min(first + LANES);
        for (filters, planes) in packed.iter().zip(values.chunks_mut(ROWS * count)) {
            for (plane, sums) in planes.chunks_exact_mut(count).zip(products(filters, &patch)) {
                plane[filled.clone()].copy_from_slice(&sums[..filled.len()]);
            }
        }
    }
    Some(Array::new(vec![1, *outputs, windows.output[0], windows.output[1]], values))
}

/// Returns the values of up to `ROWS` filters of a length side by side, with zeros for those that are
/// missing.
fn pack(rows: &[f32], length: usize) -> Vec<[f32; ROWS]> {
    let value = |at: usize| rows.get(at).copied().unwrap_or(0.0);
    (0..length).map(|at| from_fn(|row| value(row * length + at))).collect()
}

/// Returns the products of filters with windows.
fn products(filters: &[[f32; ROWS]], patch: &[[f32; LANES]]) -> [[f32; LANES]; ROWS] {
    let mut sums = [[0.0; LANES]; ROWS];
    for (weights, values) in filters.iter().zip(patch) {
        for (sums, weight) in sums.iter_mut().zip(weights) {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += weight * value;
            }
        }
    }
    sums
}

/// Averages the windows of `(batch, channels, height, width)`, without the padding; `None` if no window fits.
pub fn average_pool(input: &Array, form: Form) -> Option<Array> {
    let [batch, channels, height, width] = input.shape[..] else { return None };
    let windows = Windows::new(form, [height, width])?;
    let mut values = vec![0.0; batch * channels * windows.count()];
    for window in 0..windows.count() {
        let found: Vec<usize> = (0..windows.taps()).filter_map(|tap| windows.position(window, tap)).collect();
        let averages = values.iter_mut().skip(window).step_by(windows.count());
        for (plane, average) in input.values.chunks_exact(height * width).zip(averages) {
            *average = found.iter().map(|&position| plane[position]).sum::<f32>() / found.len() as f32;
        }
    }
    Some(Array::new(vec![batch, channels, windows.output[0], windows.output[1]], values))
}
