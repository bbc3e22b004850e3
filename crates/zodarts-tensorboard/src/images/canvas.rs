//! An RGB image to paint on.

use crate::messages::{Image, SummaryMetadata, Value};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

/// An RGB image.
pub struct Canvas {
    width: usize,
    height: usize,
    /// Values of the shape `(height, width, 3)`.
    pixels: Vec<u8>,
}

/// A pixel, counted from the upper left corner of the canvas.
#[derive(Clone, Copy)]
pub struct Point {
    pub x: usize,
    pub y: usize,
}

/// A rectangle of `width` by `height` pixels with its upper left corner at `x`, `y`.
#[derive(Clone, Copy)]
pub struct Rectangle {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

impl Canvas {
    /// Returns a canvas of one colour.
    pub fn new(width: usize, height: usize, colour: [u8; 3]) -> Self {
        Self { width, height, pixels: colour.repeat(width * height) }
    }

    /// Paints a pixel.
    ///
    /// # Panics
    /// If it lies outside the canvas.
    pub fn set(&mut self, x: usize, y: usize, colour: [u8; 3]) {
        assert!(x < self.width && y < self.height, "({x}, {y}) is outside {} by {}", self.width, self.height);
        self.pixels[3 * (y * self.width + x)..][..3].copy_from_slice(&colour);
    }

    /// Paints a rectangle.
    ///
    /// # Panics
    /// If part of it lies outside the canvas.
    pub fn fill(&mut self, area: Rectangle, colour: [u8; 3]) {
        for row in area.y..area.y + area.height {
            (area.x..area.x + area.width).for_each(|column| self.set(column, row, colour));
        }
    }

    /// Returns the canvas as a value of an event, encoded as PNG, or `None` if it cannot be encoded.
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
