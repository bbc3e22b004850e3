//! Images and heat maps as PNG.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, codecs::png::PngEncoder};
use zodarts_nas::explain::Heat;

/// Colour of places that speak for a class. This and the next are Okabe and Ito's, which colour-blind readers
/// can tell apart.
const FOR: [f32; 3] = [213.0, 94.0, 0.0];
/// Colour of places that speak against a class.
const AGAINST: [f32; 3] = [0.0, 114.0, 178.0];

/// Log-odds that are drawn at full opacity, unless the image has stronger ones. The scale is fixed so that
/// the heat map of an undecided network stays faint.
const FULL: f32 = 2.0;
/// Opacity of the strongest heat, from 0 to 1.
const OPACITY: f32 = 0.65;

/// Least side of a picture in pixels. Smaller images are enlarged by a whole factor.
const SIDE: usize = 224;

/// The pixels of an image, in planes of one channel each.
#[derive(Clone, Copy, Debug)]
pub struct Planes<'a> {
    /// Values from 0 to 1 of the shape `(channels, height, width)`.
    pub values: &'a [f32],
    /// Number of channels: 1 for grey, 3 for RGB.
    pub channels: usize,
    /// Number of rows.
    pub height: usize,
    /// Number of columns.
    pub width: usize,
}

impl Planes<'_> {
    /// Returns the colour of a pixel in RGB, from 0 to 255.
    fn colour(&self, y: usize, x: usize) -> [f32; 3] {
        let area = self.height * self.width;
        let channel = |channel: usize| self.values[channel % self.channels * area + y * self.width + x];
        [0, 1, 2].map(|index| channel(index).clamp(0.0, 1.0) * 255.0)
    }

    /// Returns the whole factor by which the image is enlarged.
    fn scale(&self) -> usize {
        SIDE.div_ceil(self.height.max(self.width)).max(1)
    }
}

/// Returns an image as PNG, at its own size.
///
/// # Panics
/// If `values` does not have the stated shape.
pub fn plain(planes: &Planes<'_>) -> Vec<u8> {
    encoded(planes, 1, |_, _| ([0.0; 3], 0.0))
}

/// Returns an image with its heat map laid over it as PNG. Its longer side has at least 224 pixels.
///
/// # Panics
/// If `values` does not have the stated shape.
pub fn overlaid(planes: &Planes<'_>, heat: &Heat) -> Vec<u8> {
    let scale = planes.scale();
    let width = planes.width * scale;
    let values = heat.resized(planes.height * scale, width);
    let full = strength(&heat.values);
    encoded(planes, scale, |y, x| {
        let value = values[y * width + x];
        (if value > 0.0 { FOR } else { AGAINST }, OPACITY * (value.abs() / full).min(1.0))
    })
}

/// Returns a PNG file as a data URI.
pub fn data_uri(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(png))
}

/// Returns the log-odds that are drawn at full opacity.
fn strength(values: &[f32]) -> f32 {
    values.iter().fold(FULL, |most, value| most.max(value.abs()))
}

/// Returns an image as PNG, enlarged `scale` times. `over(y, x)` returns the colour and the opacity that are
/// laid over a pixel of the enlarged image.
fn encoded(planes: &Planes<'_>, scale: usize, over: impl Fn(usize, usize) -> ([f32; 3], f32)) -> Vec<u8> {
    let size = ((planes.width * scale) as u32, (planes.height * scale) as u32);
    let pixels = RgbImage::from_fn(size.0, size.1, |x, y| {
        let (x, y) = (x as usize, y as usize);
        let (below, (above, opacity)) = (planes.colour(y / scale, x / scale), over(y, x));
        let blended = |channel: usize| below[channel] * (1.0 - opacity) + above[channel] * opacity;
        Rgb([0, 1, 2].map(|channel| blended(channel).round() as u8))
    });
    let mut png = Vec::new();
    let encoder = PngEncoder::new(&mut png);
    encoder
        .write_image(&pixels, size.0, size.1, ExtendedColorType::Rgb8)
        .expect("writing to memory does not fail");
    png
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(png: &[u8]) -> RgbImage {
        image::load_from_memory(png).unwrap().to_rgb8()
    }

    #[test]
    fn heat_is_drawn_at_its_place() {
        let planes = Planes { values: &[0.5; 4], channels: 1, height: 2, width: 2 };
        let heat = Heat { class: 1, score: 0.9, height: 2, width: 2, values: vec![9.0, 0.0, 0.0, -9.0] };
        let picture = decoded(&overlaid(&planes, &heat));
        assert_eq!(picture.dimensions(), (224, 224));
        let [warm, grey, cold] = [(5, 5), (218, 5), (218, 218)].map(|(x, y)| picture.get_pixel(x, y).0);
        assert!(warm[0] > warm[2] + 60 && cold[2] > cold[0] + 60, "{warm:?} {cold:?}");
        assert!(grey.iter().all(|value| value.abs_diff(128) < 3), "{grey:?}");
    }

    #[test]
    fn weak_heat_stays_faint_and_colours_stay_as_they_are() {
        let values = [1.0, 0.0, 0.5];
        let planes = Planes { values: &values, channels: 3, height: 1, width: 1 };
        assert_eq!(decoded(&plain(&planes)).get_pixel(0, 0).0, [255, 0, 128]);
        let heat = Heat { class: 0, score: 0.5, height: 1, width: 1, values: vec![0.02] };
        let picture = decoded(&overlaid(&planes, &heat));
        assert!(picture.get_pixel(100, 100).0[0] >= 254);
    }
}
