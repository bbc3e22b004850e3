//! Images to hold an exported file against the engine with. They are drawn, so that no data set has to be at hand.

use rand::RngExt as _;
use zodarts_data::rng::stream;
use zodarts_data::{ImageSize, Resizer};
use zodarts_nas::model::Model;

/// Images of noise, of every coarseness.
const NOISY: usize = 12;

/// Images as a file's input takes them: `images × height × width × channels` bytes.
pub struct Specimens {
    count: usize,
    bytes: Vec<u8>,
}

impl Specimens {
    /// Black, white, a ramp each way, and noise from single pixels to large patches, at the size of a model's data.
    pub fn for_model(model: &Model) -> Self {
        let info = &model.card.dataset;
        let (height, width, channels) = (info.height, info.width, info.channels);
        let mut images: Vec<Vec<u8>> = Vec::new();
        let mut push = |value: &mut dyn FnMut(usize, usize, usize) -> u8| {
            let pixel = |at: usize| (at / channels / width, at / channels % width, at % channels);
            images.push(
                (0..height * width * channels)
                    .map(|at| {
                        let (y, x, c) = pixel(at);
                        value(y, x, c)
                    })
                    .collect(),
            );
        };
        push(&mut |_, _, _| 0);
        push(&mut |_, _, _| 255);
        push(&mut |y, _, _| (y * 255 / height) as u8);
        push(&mut |_, x, _| (x * 255 / width) as u8);
        for index in 0..NOISY {
            let mut rng = stream(0, "export-samples", index as u64);
            let patch = 1 << (index % 4);
            let columns = width.div_ceil(patch);
            let noise: Vec<u8> =
                (0..height.div_ceil(patch) * columns * channels).map(|_| rng.random()).collect();
            push(&mut |y, x, c| noise[(y / patch * columns + x / patch) * channels + c]);
        }
        Self { count: images.len(), bytes: images.concat() }
    }

    /// The bytes of each image.
    pub fn images(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.bytes.len() / self.count)
    }

    /// All bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The images as the engine takes them: planes of the network's size with values from 0 to 1.
    fn planes(&self, model: &Model) -> Vec<f32> {
        let info = &model.card.dataset;
        let side = model.card.input_size;
        let area = info.height * info.width;
        let source = ImageSize { height: info.height, width: info.width };
        let mut resizer = Resizer::new(source, ImageSize::square(side));
        let mut planes = Vec::new();
        for image in self.bytes.chunks_exact(area * info.channels) {
            let channel =
                |c: usize| image.iter().skip(c).step_by(info.channels).map(|byte| f32::from(*byte) / 255.0);
            let source: Vec<f32> = (0..info.channels).flat_map(channel).collect();
            let mut target = vec![0.0; info.channels * side * side];
            resizer.resize(&source, &mut target);
            planes.extend(target);
        }
        planes
    }
}

/// The largest difference between `found` and what the engine says of the samples.
///
/// # Errors
/// If there are not as many values, or one is not a number.
pub fn largest_difference(model: &Model, specimens: &Specimens, found: &[f32]) -> Result<f32, String> {
    let scores = model.predictor().scores(&specimens.planes(model)).map_err(|error| error.to_string())?;
    let expected: Vec<f32> = scores.rows().flatten().copied().collect();
    if found.len() != expected.len() {
        return Err(format!("{} values, expected {}", found.len(), expected.len()));
    }
    let differences = found.iter().zip(&expected).map(|(found, expected)| (found - expected).abs());
    // Not `f32::max`, which would hide a NaN.
    Ok(differences.fold(0.0, |largest, difference| if difference <= largest { largest } else { difference }))
}
