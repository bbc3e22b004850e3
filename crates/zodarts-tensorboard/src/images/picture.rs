//! A picture to paint on.

use crate::messages::{Image, SummaryMetadata, Value};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

/// An RGB picture.
pub struct Picture {
    width: usize,
    height: usize,
    /// `[y][x][channel]`.
    pixels: Vec<u8>,
}

impl Picture {
    /// A picture of one colour.
    pub fn new(width: usize, height: usize, colour: [u8; 3]) -> Self {
        Self { width, height, pixels: colour.repeat(width * height) }
    }

    /// Paints a pixel.
    ///
    /// # Panics
    /// If it is not in the picture.
    pub fn set(&mut self, x: usize, y: usize, colour: [u8; 3]) {
        assert!(x < self.width && y < self.height, "({x}, {y}) is outside {} by {}", self.width, self.height);
        self.pixels[3 * (y * self.width + x)..][..3].copy_from_slice(&colour);
    }

    /// Paints a rectangle of `width` by `height` pixels whose upper left corner is at `x`, `y`.
    ///
    /// # Panics
    /// If part of it is not in the picture.
    pub fn fill(&mut self, (x, y): (usize, usize), (width, height): (usize, usize), colour: [u8; 3]) {
        for row in y..y + height {
            (x..x + width).for_each(|column| self.set(column, row, colour));
        }
    }

    /// The picture as a value of an event with a sentence on what it shows; none if it cannot be encoded.
    pub fn value(&self, tag: String, description: String) -> Option<Value> {
        let mut png = Vec::new();
        let (width, height) = (self.width as u32, self.height as u32);
        PngEncoder::new(&mut png).write_image(&self.pixels, width, height, ExtendedColorType::Rgb8).ok()?;
        let image =
            Image { height: height as i32, width: width as i32, colorspace: 3, encoded_image_string: png };
        let metadata = SummaryMetadata { plugin_data: None, summary_description: description };
        Some(Value { tag, image: Some(image), metadata: Some(metadata), ..Value::default() })
    }
}
