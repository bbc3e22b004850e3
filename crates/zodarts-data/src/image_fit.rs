//! Squeezing, padding or cropping of images to the shape of a data set.

use crate::resize::{ImageSize, Resizer};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The way in which an image of another aspect ratio takes the shape of a data set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageFit {
    /// Height and width are scaled each on its own.
    #[default]
    Squeeze,
    /// The whole image is scaled to fit, and centred on black.
    Pad,
    /// The largest centred part of the shape's aspect ratio is taken and scaled.
    Crop,
}

impl ImageFit {
    /// Returns its name in settings and files.
    pub fn name(self) -> &'static str {
        match self {
            ImageFit::Squeeze => "squeeze",
            ImageFit::Pad => "pad",
            ImageFit::Crop => "crop",
        }
    }

    /// Returns the side of the square that images of a size become when they are not scaled, or `None` if
    /// they keep their size.
    pub(crate) fn side(self, size: ImageSize) -> Option<usize> {
        match self {
            _ if size.height == size.width => None,
            ImageFit::Squeeze => None,
            ImageFit::Pad => Some(size.height.max(size.width)),
            ImageFit::Crop => Some(size.height.min(size.width)),
        }
    }
}

/// A part of a plane.
#[derive(Clone, Copy, Debug)]
struct PlanePart {
    size: ImageSize,
    top: usize,
    left: usize,
}

impl PlanePart {
    /// Returns the centred part of `size` of a plane; the half pixel that may remain goes to the end.
    fn centred(size: ImageSize, whole: ImageSize) -> Self {
        Self { size, top: (whole.height - size.height) / 2, left: (whole.width - size.width) / 2 }
    }

    /// Returns the values of each of the part's rows in a plane of a width.
    fn rows(self, width: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
        (self.top..self.top + self.size.height).map(move |row| {
            let start = row * width + self.left;
            start..start + self.size.width
        })
    }
}

/// A resize of planes that may keep the aspect ratio.
#[derive(Clone, Debug)]
pub(crate) struct FittedResizer {
    source: ImageSize,
    target: ImageSize,
    /// The part of the source that is taken.
    taken: PlanePart,
    /// The part of the target that it fills; the rest is black.
    filled: PlanePart,
    resizer: Resizer,
}

impl FittedResizer {
    /// Returns a resize from `source` to `target`.
    pub fn new(source: ImageSize, target: ImageSize, fit: ImageFit) -> Self {
        let taken = if fit == ImageFit::Crop { within(source, target) } else { source };
        let filled = if fit == ImageFit::Pad { within(target, source) } else { target };
        let resizer = Resizer::new(taken, filled);
        let (taken, filled) = (PlanePart::centred(taken, source), PlanePart::centred(filled, target));
        Self { source, target, taken, filled, resizer }
    }

    /// Resizes each plane of `planes` into `target`.
    ///
    /// # Panics
    /// If the two do not hold the same number of planes.
    pub fn resize(&mut self, planes: &[f32], target: &mut [f32]) {
        assert_eq!(planes.len() / self.source.area(), target.len() / self.target.area(), "planes out as in");
        let planes = planes.chunks_exact(self.source.area());
        for (plane, target) in planes.zip(target.chunks_exact_mut(self.target.area())) {
            self.resize_plane(plane, target);
        }
    }

    fn resize_plane(&mut self, plane: &[f32], target: &mut [f32]) {
        let taken: Cow<'_, [f32]> = if self.taken.size == self.source {
            plane.into()
        } else {
            self.taken.rows(self.source.width).flat_map(|row| plane[row].iter().copied()).collect()
        };
        if self.filled.size == self.target {
            return self.resizer.resize(&taken, target);
        }
        let mut resized = vec![0.0; self.filled.size.area()];
        self.resizer.resize(&taken, &mut resized);
        target.fill(0.0);
        let rows = resized.chunks_exact(self.filled.size.width);
        for (row, place) in rows.zip(self.filled.rows(self.target.width)) {
            target[place].copy_from_slice(row);
        }
    }
}

/// Returns the largest size of the aspect ratio of `shape` that fits in `whole`, rounded to pixels.
fn within(whole: ImageSize, shape: ImageSize) -> ImageSize {
    let scaled = |side: usize, part: usize, of: usize| {
        ((side as f64 * part as f64 / of as f64).round() as usize).max(1)
    };
    let is_wider = shape.width as u64 * whole.height as u64 > shape.height as u64 * whole.width as u64;
    if is_wider {
        let height = scaled(whole.width, shape.height, shape.width).min(whole.height);
        ImageSize { height, width: whole.width }
    } else {
        let width = scaled(whole.height, shape.width, shape.height).min(whole.width);
        ImageSize { height: whole.height, width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(size: (usize, usize), side: usize, fit: ImageFit) -> Vec<f32> {
        let plane: Vec<f32> = (1..=size.0 * size.1).map(|at| at as f32 / 100.0).collect();
        let mut target = vec![9.0; side * side];
        let source = ImageSize { height: size.0, width: size.1 };
        FittedResizer::new(source, ImageSize::square(side), fit).resize(&plane, &mut target);
        target.iter().map(|value| (value * 100.0).round()).collect()
    }

    #[test]
    fn padding_keeps_the_image_in_the_middle_of_black() {
        assert_eq!(
            fitted((2, 4), 4, ImageFit::Pad),
            [[0.0; 4], [1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [0.0; 4]].concat()
        );
        assert_eq!(fitted((3, 1), 3, ImageFit::Pad), [0.0, 1.0, 0.0, 0.0, 2.0, 0.0, 0.0, 3.0, 0.0]);
    }

    #[test]
    fn cropping_takes_the_middle() {
        assert_eq!(fitted((2, 4), 2, ImageFit::Crop), [2.0, 3.0, 6.0, 7.0]);
        assert_eq!(fitted((4, 2), 2, ImageFit::Crop), [3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn extreme_shapes_keep_a_pixel_and_squares_are_only_scaled() {
        let line = fitted((1, 2000), 4, ImageFit::Pad);
        assert!(
            line[4..8].iter().all(|value| *value > 0.0) && line[..4] == [0.0; 4] && line[8..] == [0.0; 8]
        );
        assert_eq!(fitted((1, 2000), 1, ImageFit::Crop), [1000.0]);
        for fit in [ImageFit::Pad, ImageFit::Crop] {
            assert_eq!(fitted((4, 4), 2, fit), fitted((4, 4), 2, ImageFit::Squeeze));
        }
    }
}
