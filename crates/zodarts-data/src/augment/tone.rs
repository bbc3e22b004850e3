//! Gamma, contrast and brightness as one table of grey levels.

use super::policy::{factor, within};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// Intervals of the table. Values of 8 bits lie on its knots.
const INTERVALS: usize = 255;

/// The ranges of changes of grey levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ToneRange {
    /// Largest logarithm of the exponent γ: 0.5 is from 0.61 to 1.65.
    pub gamma: f32,
    /// Largest logarithm of the factor by which values differ from the image's mean.
    pub contrast: f32,
    /// Largest number that is added.
    pub brightness: f32,
}

/// The change of an image's values: `mean + contrast · (value^γ − mean) + brightness`, where `mean` is that
/// of the image after γ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tone {
    gamma: f32,
    contrast: f32,
    brightness: f32,
}

impl Tone {
    /// Draws a change, if anything can change.
    pub fn draw(range: &ToneRange, rng: &mut ChaCha8Rng) -> Option<Self> {
        let ToneRange { gamma, contrast, brightness } = *range;
        (gamma.max(contrast).max(brightness) > 0.0).then(|| Tone {
            gamma: factor(gamma, rng),
            contrast: factor(contrast, rng),
            brightness: within(brightness, rng),
        })
    }

    /// Changes all values of an image, by a table between whose knots it is linear.
    pub fn apply(self, image: &mut [f32]) {
        let mut table = [0.0; INTERVALS + 1];
        for (at, value) in table.iter_mut().enumerate() {
            let level = at as f32 / INTERVALS as f32;
            *value = if self.gamma == 1.0 { level } else { libm::powf(level, self.gamma) };
        }
        let mean = image.iter().map(|value| f64::from(looked_up(&table, *value))).sum::<f64>();
        let mean = (mean / image.len().max(1) as f64) as f32;
        for value in &mut table {
            *value = mean + self.contrast * (*value - mean) + self.brightness;
        }
        for value in image {
            *value = looked_up(&table, *value).clamp(0.0, 1.0);
        }
    }
}

fn looked_up(table: &[f32; INTERVALS + 1], value: f32) -> f32 {
    let place = value * INTERVALS as f32;
    let knot = (place as usize).min(INTERVALS - 1);
    table[knot] + (place - knot as f32) * (table[knot + 1] - table[knot])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    fn changed(tone: Tone, mut image: Vec<f32>) -> Vec<f32> {
        tone.apply(&mut image);
        image
    }

    #[test]
    fn values_follow_the_formula() {
        let image = vec![0.0, 51.0 / 255.0, 102.0 / 255.0, 1.0];
        let plain = Tone { gamma: 1.0, contrast: 1.0, brightness: 0.0 };
        let close = |found: Vec<f32>, expected: [f32; 4]| {
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            }
        };
        close(changed(plain, image.clone()), [0.0, 0.2, 0.4, 1.0]);
        close(changed(Tone { gamma: 2.0, ..plain }, image.clone()), [0.0, 0.04, 0.16, 1.0]);
        close(changed(Tone { brightness: 0.1, ..plain }, image.clone()), [0.1, 0.3, 0.5, 1.0]);
        // The mean is 0.4.
        close(changed(Tone { contrast: 0.5, ..plain }, image), [0.2, 0.3, 0.4, 0.7]);
    }

    #[test]
    fn nothing_is_drawn_where_nothing_changes() {
        let mut rng = stream(1, "tone", 0);
        assert_eq!(Tone::draw(&ToneRange::default(), &mut rng), None);
        assert_eq!(rng.get_word_pos(), 0);
        let range = ToneRange { gamma: 0.5, ..ToneRange::default() };
        for _ in 0..200 {
            let tone = Tone::draw(&range, &mut rng).unwrap();
            assert!((0.606..=1.649).contains(&tone.gamma) && tone.contrast == 1.0 && tone.brightness == 0.0);
        }
    }
}
