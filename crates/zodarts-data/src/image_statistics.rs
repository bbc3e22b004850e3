//! Statistics of single images: of their pixels, and of the files that they come from.

use crate::origin::ImageOrigin;
use crate::samples::{Samples, grey};
use rayon::prelude::*;

/// The largest value that counts as black, a step of 8 bits.
const BLACK: f32 = 1.5 / 255.0;
/// The least value that counts as white.
const WHITE: f32 = 1.0 - BLACK;
/// A fact of the file that depends on what the image shows.
const FILE_SIZE: &str = "file size";
/// The part of a side that is its border.
const BORDER: usize = 28;

/// A statistic of every image.
#[derive(Debug)]
pub struct ImageStatistic {
    /// The statistic, such as `brightness`.
    pub name: &'static str,
    /// The value whose presence (1) or absence (0) this tells, for a statistic without order.
    pub value: Option<&'static str>,
    /// The statistic of each image, or its mean over the slices of each volume.
    pub values: Vec<f64>,
    /// True if it tells how images were made and kept, and not what they show.
    pub of_source: bool,
}

/// Returns the statistics of some images, those of their files first.
pub fn image_statistics(samples: &Samples) -> Vec<ImageStatistic> {
    let origins: Option<Vec<ImageOrigin>> =
        (0..samples.len()).map(|position| samples.origin(position)).collect();
    let mut found = origins.map_or_else(Vec::new, |origins| of_files(&origins));
    found.extend(of_pixels(samples));
    if samples.slices() > 1 {
        for statistic in &mut found {
            statistic.values = means(&statistic.values, samples.slices());
        }
    }
    found
}

/// Returns the mean of every `count` values.
fn means(values: &[f64], count: usize) -> Vec<f64> {
    values.chunks_exact(count).map(|values| values.iter().sum::<f64>() / count as f64).collect()
}

fn of_files(origins: &[ImageOrigin]) -> Vec<ImageStatistic> {
    let named = |name, value, of: &dyn Fn(&ImageOrigin) -> f64| {
        let values = origins.iter().map(of).collect();
        ImageStatistic { name, value, values, of_source: name != FILE_SIZE }
    };
    let presence = |name, value, of: &dyn Fn(&ImageOrigin) -> &'static str| {
        named(name, Some(value), &|origin| f64::from(u8::from(of(origin) == value)))
    };
    let mut formats: Vec<&'static str> = origins.iter().map(|origin| origin.format).collect();
    formats.sort_unstable();
    formats.dedup();
    let mut found: Vec<ImageStatistic> =
        formats.into_iter().map(|format| presence("file type", format, &|origin| origin.format)).collect();
    let mode = |origin: &ImageOrigin| if origin.color { "colour" } else { "grey" };
    let depth = |origin: &ImageOrigin| if origin.deep { "of 16 bits" } else { "of 8 bits" };
    found.extend(["grey", "colour"].map(|value| presence("colour mode", value, &mode)));
    found.extend(["of 8 bits", "of 16 bits"].map(|value| presence("bit depth", value, &depth)));
    found.extend([
        named("width", None, &|origin| origin.width as f64),
        named("height", None, &|origin| origin.height as f64),
        named("aspect ratio", None, &|origin| origin.width as f64 / origin.height as f64),
        named(FILE_SIZE, None, &|origin| origin.bytes as f64),
    ]);
    found
}

/// Names of the statistics of pixels, in the order of [`of_image`].
const PIXELS: [&str; 7] = [
    "brightness",
    "contrast",
    "sharpness",
    "share of black",
    "share of white",
    "border brightness",
    "colour",
];

fn of_pixels(samples: &Samples) -> Vec<ImageStatistic> {
    let shape = samples.shape();
    let of = |position: usize| of_image(&samples.image(position), shape);
    let rows: Vec<[f64; PIXELS.len()]> = (0..samples.len()).into_par_iter().map(of).collect();
    let statistic = |(at, name)| {
        let values = rows.iter().map(|row| row[at]).collect();
        ImageStatistic { name, value: None, values, of_source: false }
    };
    PIXELS.into_iter().enumerate().map(statistic).collect()
}

/// Returns the statistics of an image in the shape `(channels, height, width)`.
fn of_image(planes: &[f32], (_, height, width): (usize, usize, usize)) -> [f64; PIXELS.len()] {
    let area = height * width;
    let of_pixel = |at: usize| planes[at..].iter().step_by(area).copied();
    let grey = grey(planes, area);
    let spread = |at: usize| of_pixel(at).fold(0.0, f32::max) - of_pixel(at).fold(1.0, f32::min);
    let share =
        |is: &dyn Fn(f32) -> bool| grey.iter().filter(|value| is(**value)).count() as f64 / area as f64;
    let rim = (height.min(width) / BORDER).max(1);
    let is_rim = |at: &usize| {
        let (y, x) = (at / width, at % width);
        y.min(height - 1 - y).min(x.min(width - 1 - x)) < rim
    };
    let (mean, variance) = moments(grey.iter().copied());
    [
        mean,
        variance.sqrt(),
        moments(laplacian(&grey, height, width)).1,
        share(&|value| value <= BLACK),
        share(&|value| value >= WHITE),
        moments((0..area).filter(is_rim).map(|at| grey[at])).0,
        moments((0..area).map(spread)).0,
    ]
}

/// Returns mean and variance; zeros for no values.
fn moments(values: impl Iterator<Item = f32>) -> (f64, f64) {
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for value in values.map(f64::from) {
        count += 1.0;
        sum += value;
        squares += value * value;
    }
    if count == 0.0 {
        return (0.0, 0.0);
    }
    let mean = sum / count;
    (mean, (squares / count - mean * mean).max(0.0))
}

/// Returns the Laplacian of every inner pixel: four times the pixel less its four neighbours.
fn laplacian(grey: &[f32], height: usize, width: usize) -> impl Iterator<Item = f32> {
    let inner = |length: usize| 1..length.max(2) - 1;
    inner(height).flat_map(move |y| {
        inner(width).map(move |x| {
            let at = y * width + x;
            4.0 * grey[at] - grey[at - 1] - grey[at + 1] - grey[at - width] - grey[at + width]
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_statistic_is_what_its_name_says() {
        // A white frame of one pixel around black, and one grey pixel in the middle.
        let mut planes = vec![0.0; 25];
        for (at, value) in planes.iter_mut().enumerate() {
            *value = f32::from(u8::from(at / 5 % 4 == 0 || at % 5 % 4 == 0));
        }
        planes[12] = 0.5;
        let found = of_image(&planes, (1, 5, 5));
        let mean = 16.5f64 / 25.0;
        let variance = 16.25 / 25.0 - mean * mean;
        // Laplacians of the nine inner pixels: −2 in corners, −1.5 at sides, 2 in the middle.
        let sharpness = (4.0 * 4.0 + 4.0 * 2.25 + 4.0) / 9.0 - (-12.0f64 / 9.0).powi(2);
        let expected = [mean, variance.sqrt(), sharpness, 8.0 / 25.0, 16.0 / 25.0, 1.0, 0.0];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
        let color = of_image(&[0.2, 0.2, 0.6, 0.6, 0.4, 0.4], (3, 1, 2));
        assert!((color[6] - 0.4).abs() < 1e-6, "{color:?}");
        assert_eq!(of_image(&[0.5], (1, 1, 1))[2], 0.0);
    }
}
