//! Previews: images of a data set in a grid.

use super::canvas::{Canvas, Point};
use crate::messages::Value;
use zodarts_data::rng::stream;
use zodarts_data::{Augmentation, Batch, Samples, Standardise};

/// Most images in a row and most rows.
const MOST: usize = 8;
/// Most pixels of a row, unless a single image is wider.
const MOST_PIXELS: usize = 1024;
/// Pixels between two images.
const GAP: usize = 1;
/// Colour between images. No grey image has it.
const BACKGROUND: [u8; 3] = [70, 90, 140];

/// Returns two grids of the first `samples`, or of the middle slices of the first volumes: as the network is
/// evaluated on them, and augmented as in training. Returns an empty list if there are no samples.
pub fn previews(section: &str, samples: &Samples, augmentation: Augmentation, seed: u64) -> Vec<Value> {
    let side = augmentation.input_size;
    let count = samples.cases().min(columns(side).pow(2));
    let positions: Vec<usize> = (0..count).map(|case| samples.shown_of(case)).collect();
    if positions.is_empty() {
        return Vec::new();
    }
    let canvas = |augmentation: Augmentation| {
        // Standardised values are no grey levels.
        let augmentation = augmentation.with_standardise(Standardise::None);
        let mut batch = Batch::new();
        // A random stream of its own leaves the draws of the run as they are.
        augmentation.batch(samples, &positions, &mut stream(seed, "tensorboard-images", 0), &mut batch);
        grid(&batch)
    };
    let (count, tag) = (positions.len(), format!("{section}/val_images"));
    let plain = format!(
        "The first {count} validation images as the network is evaluated on them: resized to {side} by \
         {side} pixels, without augmentation."
    );
    let augmented =
        "The same images, augmented as in training: cropped, mirrored and blended by the settings.";
    let pictures = [
        canvas(Augmentation::none(side)).value(tag.clone(), plain),
        canvas(augmentation).value(format!("{tag}_augmented"), augmented.into()),
    ];
    pictures.into_iter().flatten().collect()
}

/// Returns the number of images in a row.
fn columns(side: usize) -> usize {
    (MOST_PIXELS / (side + GAP)).clamp(1, MOST)
}

fn grid(batch: &Batch) -> Canvas {
    let (width, height) = (batch.width + GAP, batch.height + GAP);
    let columns = columns(batch.width).min(batch.n);
    let rows = batch.n.div_ceil(columns);
    let mut canvas = Canvas::new(columns * width + GAP, rows * height + GAP, BACKGROUND);
    for (index, image) in batch.images.chunks_exact(batch.image_len()).enumerate() {
        let corner = Point { x: index % columns * width + GAP, y: index / columns * height + GAP };
        paint(&mut canvas, corner, batch, image);
    }
    canvas
}

/// Paints an image of the shape `(channels, height, width)`. A grey image gets its only channel in all three
/// colours.
fn paint(canvas: &mut Canvas, corner: Point, batch: &Batch, image: &[f32]) {
    let plane = batch.width * batch.height;
    for at in 0..plane {
        let value = |channel: usize| image[channel.min(batch.channels - 1) * plane + at];
        let colour = [0, 1, 2].map(|channel| (255.0 * value(channel)).round().clamp(0.0, 255.0) as u8);
        canvas.set(corner.x + at % batch.width, corner.y + at / batch.width, colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageReader, RgbImage};
    use std::io::Cursor;
    use zodarts_data::{Dataset, OpenOptions};

    fn decoded(value: &Value) -> RgbImage {
        let image = value.image.as_ref().unwrap();
        let reader =
            ImageReader::new(Cursor::new(&image.encoded_image_string)).with_guessed_format().unwrap();
        let found = reader.decode().unwrap().to_rgb8();
        assert_eq!(found.dimensions(), (image.width as u32, image.height as u32));
        found
    }

    #[test]
    fn the_first_images_are_there_as_they_are_evaluated() {
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        let side = dataset.info.height;
        let values = previews("train", &dataset.val, Augmentation::standard(side), 3);
        let [plain, augmented] = &values[..] else { panic!("{} pictures", values.len()) };
        assert_eq!(
            (plain.tag.as_str(), augmented.tag.as_str()),
            ("train/val_images", "train/val_images_augmented")
        );
        let picture = decoded(plain);
        assert_eq!(picture.width() as usize, 8 * (side + 1) + 1);
        for (position, row, column) in [(0, 0, 0), (7, 0, 7), (8, 1, 0), (63, 7, 7)] {
            let image = dataset.val.image(position);
            for (y, x) in [(0, 0), (side / 2, side / 3), (side - 1, side - 1)] {
                let corner = |index: usize| index * (side + 1) + 1;
                let found = picture.get_pixel((corner(column) + x) as u32, (corner(row) + y) as u32);
                assert_eq!(found.0, [(255.0 * image[y * side + x]).round() as u8; 3], "{position}");
            }
        }
        assert_eq!(picture.get_pixel(0, 0).0, BACKGROUND);
        assert_ne!(picture, decoded(augmented));
    }

    #[test]
    fn colours_keep_their_places() {
        let images = vec![0.0, 1.0, 0.2, 0.4, 1.0, 0.0];
        let mut batch = Batch::new();
        (batch.n, batch.channels, batch.height, batch.width) = (1, 3, 1, 2);
        batch.images = images;
        let picture = decoded(&grid(&batch).value("x".into(), String::new()).unwrap());
        assert_eq!((picture.get_pixel(1, 1).0, picture.get_pixel(2, 1).0), ([0, 51, 255], [255, 102, 0]));
        assert_eq!(picture.dimensions(), (4, 3));
    }

    #[test]
    fn large_images_are_fewer() {
        assert_eq!([4, 32, 127, 128, 224, 1024, 5000].map(columns), [8, 8, 8, 7, 4, 1, 1]);
    }
}
