//! Affine maps: rotation, scale, aspect, shift and random crops in one bilinear pass.

use super::policy::{factor, within};
use crate::resize::ImageSize;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The logarithm of the largest ratio of a random crop's sides, 4/3.
const CROP_RATIO: f32 = 0.287_682_07;

/// The ranges of an affine map.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WarpRange {
    /// Largest rotation to either side, in degrees.
    pub rotation: f32,
    /// Largest logarithm of the scale: 0.25 is from 0.78 to 1.28.
    pub scale: f32,
    /// Largest logarithm of the ratio of width to height.
    pub aspect: f32,
    /// Largest shift along each axis, as a share of the side.
    pub shift: f32,
    /// Least share of the image's area that a random crop keeps; 1 crops nothing.
    pub crop_area: f32,
    /// Mirrors half of the images top to bottom.
    pub upside_down: bool,
    /// The values beyond the image.
    pub edges: Edges,
}

/// The values beyond the edges of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edges {
    /// The image, mirrored at its edges.
    #[default]
    Reflected,
    /// Black.
    Black,
}

impl Edges {
    /// Returns the pixel that stands at an index along an axis of `length` pixels; `None` for black.
    fn pixel(self, index: i32, length: usize) -> Option<usize> {
        match (self, usize::try_from(index).ok().filter(|index| *index < length)) {
            (Edges::Reflected, None) => {
                let length = length as i32;
                let within = index.rem_euclid(2 * length);
                usize::try_from(within.min(2 * length - 1 - within)).ok()
            }
            (_, pixel) => pixel,
        }
    }
}

impl Default for WarpRange {
    fn default() -> Self {
        WarpRange {
            rotation: 0.0,
            scale: 0.0,
            aspect: 0.0,
            shift: 0.0,
            crop_area: 1.0,
            upside_down: false,
            edges: Edges::default(),
        }
    }
}

/// An affine map from the places of a changed image to those of the image: `centre + matrix · place`, with
/// places from −1 to 1 along both axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Warp {
    /// By row: x of x and y, y of x and y.
    matrix: [f32; 4],
    centre: [f32; 2],
    edges: Edges,
}

impl WarpRange {
    /// Draws a map, if anything can move.
    pub(super) fn draw(&self, rng: &mut ChaCha8Rng) -> Option<Warp> {
        if *self == (WarpRange { edges: self.edges, ..WarpRange::default() }) {
            return None;
        }
        let (sine, cosine) = libm::sincosf(within(self.rotation, rng).to_radians());
        let (scale, aspect) = (factor(self.scale, rng), libm::sqrtf(factor(self.aspect, rng)));
        let centre = [within(2.0 * self.shift, rng), within(2.0 * self.shift, rng)];
        let Crop { width, height, place } = self.draw_crop(rng);
        let down = if self.upside_down && rng.random_bool(0.5) { -1.0 } else { 1.0 };
        // An enlarged image shows less of the original.
        let (x, y) = (aspect / scale, 1.0 / (aspect * scale));
        let rotated = [cosine * x, -sine * y, sine * x, cosine * y];
        let [a, b, c, d] = rotated;
        let centre = [centre[0] + a * place[0] + b * place[1], centre[1] + c * place[0] + d * place[1]];
        let matrix = [a * width, b * height * down, c * width, d * height * down];
        Some(Warp { matrix, centre, edges: self.edges })
    }

    fn draw_crop(&self, rng: &mut ChaCha8Rng) -> Crop {
        if self.crop_area >= 1.0 {
            return Crop { width: 1.0, height: 1.0, place: [0.0, 0.0] };
        }
        let area: f32 = rng.random_range(self.crop_area..=1.0);
        let ratio = factor(CROP_RATIO, rng);
        let (width, height) = (libm::sqrtf(area * ratio).min(1.0), libm::sqrtf(area / ratio).min(1.0));
        Crop { width, height, place: [within(1.0 - width, rng), within(1.0 - height, rng)] }
    }
}

/// A random crop: its sides as shares of the image's, and its centre from −1 to 1.
struct Crop {
    width: f32,
    height: f32,
    place: [f32; 2],
}

impl Warp {
    /// Returns the longest distance between neighbours of a changed image of `side` pixels, in pixels of an
    /// image of a size.
    pub fn step(&self, source: ImageSize, side: usize) -> f32 {
        let [a, b, c, d] = self.matrix.map(f32::abs);
        let (x, y) = (source.width as f32 / side as f32, source.height as f32 / side as f32);
        (a.max(b) * x).max(c.max(d) * y)
    }

    /// Writes each plane of an image, changed, as `side`×`side` pixels.
    pub fn apply(&self, planes: &[f32], source: ImageSize, side: usize, out: &mut [f32]) {
        let targets = out.chunks_exact_mut(side * side);
        for (plane, target) in planes.chunks_exact(source.area()).zip(targets) {
            for (y, row) in target.chunks_exact_mut(side).enumerate() {
                self.row(plane, source, y, row);
            }
        }
    }

    fn row(&self, plane: &[f32], source: ImageSize, y: usize, row: &mut [f32]) {
        let side = row.len() as f32;
        let place = |at: usize| (2 * at + 1) as f32 / side - 1.0;
        let pixel = |place: f32, length: usize| ((place + 1.0) * length as f32 - 1.0) * 0.5;
        let [a, b, c, d] = self.matrix;
        let (down, [centre_x, centre_y]) = (place(y), self.centre);
        for (x, value) in row.iter_mut().enumerate() {
            let right = place(x);
            let from_x = pixel(centre_x + a * right + b * down, source.width);
            let from_y = pixel(centre_y + c * right + d * down, source.height);
            *value = self.sample(plane, source, from_x, from_y);
        }
    }

    /// Returns the bilinear value at a place in pixels.
    fn sample(&self, plane: &[f32], source: ImageSize, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (column, row) = (left as i32, top as i32);
        let (right, down) = (x - left, y - top);
        let inside = column >= 0
            && row >= 0
            && (column as usize) + 1 < source.width
            && (row as usize) + 1 < source.height;
        let [upper, lower] = if inside {
            let at = row as usize * source.width + column as usize;
            [at, at + source.width].map(|at| [plane[at], plane[at + 1]])
        } else {
            let value = |row, column| {
                let row = self.edges.pixel(row, source.height)?;
                Some(plane[row * source.width + self.edges.pixel(column, source.width)?])
            };
            [row, row + 1].map(|row| [column, column + 1].map(|column| value(row, column).unwrap_or(0.0)))
        };
        let blend = |[first, second]: [f32; 2], share: f32| first + share * (second - first);
        blend([blend(upper, right), blend(lower, right)], down).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    const SIZE: ImageSize = ImageSize { height: 5, width: 5 };

    fn image() -> Vec<f32> {
        (0..25).map(|at| at as f32 / 24.0).collect()
    }

    fn warped(warp: Warp) -> Vec<f32> {
        let mut out = vec![9.0; 25];
        warp.apply(&image(), SIZE, 5, &mut out);
        out
    }

    fn warp(matrix: [f32; 4], centre: [f32; 2], edges: Edges) -> Warp {
        Warp { matrix, centre, edges }
    }

    fn assert_close(found: &[f32], expected: &[f32]) {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn nothing_is_drawn_where_nothing_moves() {
        let mut rng = stream(1, "warp", 0);
        assert_eq!(WarpRange { edges: Edges::Black, ..WarpRange::default() }.draw(&mut rng), None);
        assert_eq!(rng.get_word_pos(), 0);
    }

    #[test]
    fn an_identity_keeps_and_a_mirror_turns() {
        let identity = warp([1.0, 0.0, 0.0, 1.0], [0.0, 0.0], Edges::Black);
        assert_close(&warped(identity), &image());
        let down: Vec<f32> = image().chunks(5).rev().flatten().copied().collect();
        assert_close(&warped(warp([1.0, 0.0, 0.0, -1.0], [0.0, 0.0], Edges::Black)), &down);
        // A quarter turn: x of the image is y of the result.
        let transposed: Vec<f32> = (0..25).map(|at| image()[at % 5 * 5 + at / 5]).collect();
        assert_close(&warped(warp([0.0, 1.0, 1.0, 0.0], [0.0, 0.0], Edges::Black)), &transposed);
    }

    #[test]
    fn edges_are_mirrored_or_black() {
        // One pixel of five to the right is 2/5 of the places from −1 to 1.
        let shift = |edges| warped(warp([1.0, 0.0, 0.0, 1.0], [0.8, 0.0], edges));
        let row = &image()[..5];
        assert_close(&shift(Edges::Black)[..5], &[row[2], row[3], row[4], 0.0, 0.0]);
        assert_close(&shift(Edges::Reflected)[..5], &[row[2], row[3], row[4], row[4], row[3]]);
        let reflected = [-7, -6, -1, 0, 4, 5, 9, 10].map(|index| Edges::Reflected.pixel(index, 5));
        assert_eq!(reflected, [3, 4, 0, 0, 4, 4, 0, 0].map(Some));
    }

    #[test]
    fn draws_stay_within_their_ranges_and_crops_within_the_image() {
        let range = WarpRange { crop_area: 0.25, ..WarpRange::default() };
        let mut rng = stream(2, "warp", 0);
        for _ in 0..500 {
            let Warp { matrix: [width, b, c, height], centre: [x, y], .. } = range.draw(&mut rng).unwrap();
            assert_eq!((b, c), (0.0, 0.0));
            assert!(width * height >= 0.249 && width <= 1.0 && height <= 1.0, "{width} {height}");
            assert!(x.abs() + width <= 1.0 + 1e-6 && y.abs() + height <= 1.0 + 1e-6);
        }
        let range = WarpRange { rotation: 20.0, scale: 0.25, shift: 0.15, ..WarpRange::default() };
        for _ in 0..500 {
            let Warp { matrix: [a, b, c, d], centre, .. } = range.draw(&mut rng).unwrap();
            let determinant = a * d - b * c;
            assert!((0.6065..=1.6488).contains(&determinant), "{determinant}");
            assert!((c / a).abs() <= 20.001f32.to_radians().tan(), "{a} {c}");
            assert!(centre.iter().all(|shift| shift.abs() <= 0.3));
        }
    }
}
