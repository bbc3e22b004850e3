//! Conversion of colour values to planes of red, green and blue.

use super::stored_samples::{StoredFrame, StoredSamples};

/// Returns planes in the shape `(3, area)`, values in [0, 1]. Colours that are luma and differences to blue
/// and red become red, green and blue by ITU-R BT.601 at full range, rounded.
pub(super) fn planes(frame: &StoredFrame) -> Vec<f32> {
    let white = frame.bits.white();
    let area = frame.samples.len() / 3;
    let at = |channel: usize, pixel: usize| {
        let at = if frame.planar { channel * area + pixel } else { 3 * pixel + channel };
        frame.samples.number(at, frame.bits)
    };
    let mut planes = vec![0.0; 3 * area];
    for pixel in 0..area {
        let values = [0, 1, 2].map(|channel| at(channel, pixel));
        let rgb = if frame.rgb { values } else { from_ybr(values, white) };
        for (channel, value) in rgb.into_iter().enumerate() {
            planes[channel * area + pixel] = (value / white) as f32;
        }
    }
    planes
}

fn from_ybr([luma, blue, red]: [f64; 3], white: f64) -> [f64; 3] {
    let half = (white / 2.0).ceil();
    let (blue, red) = (blue - half, red - half);
    [
        luma + 1.402 * red,
        luma - 0.114 * 1.772 / 0.587 * blue - 0.299 * 1.402 / 0.587 * red,
        luma + 1.772 * blue,
    ]
    .map(|value| value.round().clamp(0.0, white))
}

/// Returns luma and differences of each pixel from pairs of neighbours that share the differences.
pub(super) fn unshared(samples: StoredSamples) -> StoredSamples {
    match samples {
        StoredSamples::Words(words) => StoredSamples::Words(repeated(&words)),
        StoredSamples::Longs(words) => StoredSamples::Longs(repeated(&words)),
        other => other,
    }
}

fn repeated<T: Copy>(words: &[T]) -> Vec<T> {
    let pair = |pair: &[T; 4]| [pair[0], pair[2], pair[3], pair[1], pair[2], pair[3]];
    words.as_chunks::<4>().0.iter().flat_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dicom::bits::Bits;

    fn frame(words: &[u16], planar: bool, rgb: bool) -> StoredFrame {
        let samples = StoredSamples::Words(words.to_vec());
        StoredFrame { samples, bits: Bits::lowest(8, false), planar, rgb }
    }

    #[test]
    fn layouts_come_to_the_same_planes() {
        let expected = [0.0, 1.0, 0.2, 0.4, 0.6, 0.8];
        assert_eq!(planes(&frame(&[0, 51, 153, 255, 102, 204], false, true)), expected);
        assert_eq!(planes(&frame(&[0, 255, 51, 102, 153, 204], true, true)), expected);
    }

    #[test]
    fn luma_and_differences_become_colours() {
        // Red, green, blue and grey, as JPEG's equations give them.
        let ybr = [76, 85, 255, 150, 44, 21, 29, 255, 107, 99, 128, 128];
        let found = planes(&frame(&ybr, false, false)).into_iter().map(|value| (value * 255.0).round());
        let expected = [254, 0, 0, 99, 0, 255, 0, 99, 0, 1, 254, 99].map(|value: u8| f32::from(value));
        assert_eq!(found.collect::<Vec<_>>(), expected);
        assert_eq!(repeated(&[1, 2, 8, 9]), [1, 8, 9, 2, 8, 9]);
    }
}
