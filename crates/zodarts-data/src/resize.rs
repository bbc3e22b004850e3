//! Bilinear resize with half-pixel centres. When shrinking, the triangle filter widens with the factor so
//! that nothing aliases. Enlarging equals torchvision's `Resize` (with or without its `antialias`).

/// A height and a width in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageSize {
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

impl ImageSize {
    /// Returns the size of a square of `side` pixels.
    pub fn square(side: usize) -> Self {
        ImageSize { height: side, width: side }
    }

    /// Returns the number of pixels.
    pub fn area(self) -> usize {
        self.height * self.width
    }
}

/// Weights of the source pixels that make up one target pixel.
#[derive(Clone, Debug)]
struct Taps {
    start: usize,
    weights: Vec<f32>,
}

/// Rows that are resized along x side by side: a sum is a chain of additions, each of which waits for the one
/// before.
const ROWS: usize = 8;

impl Taps {
    /// Returns the weighted sum of pixels in each of the first [`ROWS`] rows. Missing rows repeat the last
    /// one.
    fn sums(&self, rows: &[f32], width: usize) -> [f32; ROWS] {
        let last = rows.len() / width - 1;
        let pixels: [&[f32]; ROWS] =
            std::array::from_fn(|row| &rows[row.min(last) * width + self.start..][..self.weights.len()]);
        let mut sums = [0.0; ROWS];
        for (at, weight) in self.weights.iter().enumerate() {
            for (sum, pixels) in sums.iter_mut().zip(pixels) {
                *sum += pixels[at] * weight;
            }
        }
        sums
    }
}

/// A resize of square-pixel planes from one size to another, its weights computed once.
#[derive(Clone, Debug)]
pub struct Resizer {
    source: ImageSize,
    target: ImageSize,
    rows: Vec<Taps>,
    columns: Vec<Taps>,
    /// Source rows already resized along x.
    narrow: Vec<f32>,
}

impl Resizer {
    /// Returns a resize from `source` to `target`. The aspect ratio is not kept.
    pub fn new(source: ImageSize, target: ImageSize) -> Self {
        Resizer {
            source,
            target,
            rows: taps(source.height, target.height),
            columns: taps(source.width, target.width),
            narrow: vec![0.0; source.height * target.width],
        }
    }

    /// Resizes each plane of `planes` into `target`.
    ///
    /// # Panics
    /// If the two do not hold the same number of planes.
    pub fn resize(&mut self, planes: &[f32], target: &mut [f32]) {
        if self.source == self.target {
            target.copy_from_slice(planes);
            return;
        }
        let (area, target_area) = (self.source.area(), self.target.area());
        assert_eq!(planes.len() / area, target.len() / target_area, "as many planes out as in");
        for (plane, out) in planes.chunks_exact(area).zip(target.chunks_exact_mut(target_area)) {
            self.along_x(plane);
            self.along_y(out);
        }
    }

    fn along_x(&mut self, plane: &[f32]) {
        let (width, target) = (self.source.width, self.target.width);
        let blocks = plane.chunks(ROWS * width).zip(self.narrow.chunks_mut(ROWS * target));
        for (rows, narrow) in blocks {
            for (column, taps) in self.columns.iter().enumerate() {
                let sums = taps.sums(rows, width);
                narrow.chunks_exact_mut(target).zip(sums).for_each(|(row, sum)| row[column] = sum);
            }
        }
    }

    fn along_y(&self, out: &mut [f32]) {
        for (out_row, taps) in out.chunks_exact_mut(self.target.width).zip(&self.rows) {
            out_row.fill(0.0);
            let rows = self.narrow[taps.start * self.target.width..].chunks_exact(self.target.width);
            for (row, weight) in rows.zip(&taps.weights) {
                out_row.iter_mut().zip(row).for_each(|(value, pixel)| *value += weight * pixel);
            }
            // Weights sum to one only to within rounding.
            for value in out_row {
                *value = value.clamp(0.0, 1.0);
            }
        }
    }
}

/// Returns a resize along one side as a matrix in the shape `(target, source)`.
pub fn resize_matrix(source: usize, target: usize) -> Vec<f32> {
    let mut matrix = vec![0.0; target * source];
    for (row, Taps { start, weights }) in matrix.chunks_exact_mut(source).zip(taps(source, target)) {
        row[start..start + weights.len()].copy_from_slice(&weights);
    }
    matrix
}

fn taps(source: usize, target: usize) -> Vec<Taps> {
    let scale = source as f64 / target as f64;
    let support = scale.max(1.0);
    let tap = |index: usize| {
        let centre = (index as f64 + 0.5) * scale;
        let start = (centre - support + 0.5).floor().max(0.0) as usize;
        let end = ((centre + support + 0.5).floor() as usize).min(source);
        let weight = |at: usize| (1.0 - ((at as f64 + 0.5 - centre) / support).abs()).max(0.0);
        let sum: f64 = (start..end).map(weight).sum();
        Taps { start, weights: (start..end).map(|at| (weight(at) / sum) as f32).collect() }
    };
    (0..target).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resized(plane: &[f32], source: ImageSize, size: usize) -> Vec<f32> {
        let mut out = vec![0.0; size * size];
        Resizer::new(source, ImageSize::square(size)).resize(plane, &mut out);
        out
    }

    #[test]
    fn rows_side_by_side_give_the_bits_of_each_alone() {
        for (height, width, size) in [(1, 9, 4), (7, 30, 5), (8, 30, 50), (21, 224, 28)] {
            let plane: Vec<f32> = (0..height * width).map(|at| (at * 37 % 256) as f32 / 255.0).collect();
            let mut together = Resizer::new(ImageSize { height, width }, ImageSize::square(size));
            together.along_x(&plane);
            for (row, pixels) in plane.chunks_exact(width).enumerate() {
                let sum = |taps: &Taps| {
                    let pairs = pixels[taps.start..].iter().zip(&taps.weights);
                    pairs.map(|(pixel, weight)| pixel * weight).sum::<f32>()
                };
                let alone: Vec<f32> = taps(width, size).iter().map(sum).collect();
                assert_eq!(together.narrow[row * size..][..size], alone);
            }
        }
    }

    #[test]
    fn equal_sizes_copy() {
        assert_eq!(resized(&[0.1, 0.2, 0.3, 0.4], ImageSize::square(2), 2), [0.1, 0.2, 0.3, 0.4]);
    }

    #[test]
    fn enlarging_interpolates_between_half_pixel_centres() {
        // torch.nn.functional.interpolate([[0, 1], [0, 1]], size=4, mode="bilinear", align_corners=False)
        let row = [0.0, 0.25, 0.75, 1.0];
        assert_eq!(resized(&[0.0, 1.0, 0.0, 1.0], ImageSize::square(2), 4), row.repeat(4));
    }

    #[test]
    fn both_directions_equal_torch() {
        // F.interpolate(arange(20)**2 / 400 as 4×5, size, mode="bilinear", antialias=True), torch's own
        // digits.
        let plane: Vec<f32> = (0..20).map(|at| (at * at) as f32 / 400.0).collect();
        for (size, row, expected) in [
            (6, 0, [0.0, 0.001_875, 0.006_875, 0.015_208, 0.026_875, 0.04].as_slice()),
            (6, 3, &[0.21875, 0.255, 0.298_194, 0.344_722, 0.394_583, 0.442_083]),
            (3, 0, &[0.023_036, 0.044_861, 0.078_036]),
            (3, 2, &[0.49875, 0.614_861, 0.742_321]),
        ] {
            let found = &resized(&plane, ImageSize { height: 4, width: 5 }, size)[row * size..][..size];
            let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(close, "to {size}, row {row}: {found:?}");
        }
    }

    #[test]
    fn shrinking_averages_instead_of_skipping() {
        let checkers: Vec<f32> = (0..64 * 64).map(|at| ((at / 64 + at) % 2) as f32).collect();
        let small = resized(&checkers, ImageSize::square(64), 8);
        assert!(small.iter().all(|value| (value - 0.5).abs() < 0.02), "{small:?}");
    }

    #[test]
    fn a_constant_stays_constant_at_any_size() {
        for (height, width, size) in [(28, 28, 32), (28, 28, 7), (5, 9, 16), (1, 1, 3), (3, 300, 2)] {
            let out = resized(&vec![0.7; height * width], ImageSize { height, width }, size);
            assert!(out.iter().all(|value| (value - 0.7).abs() < 1e-6), "{height}×{width} to {size}");
        }
    }
}
