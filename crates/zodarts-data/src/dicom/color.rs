//! Conversion of colour values to planes of red, green and blue.

/// Returns planes in the shape `(3, area)` from words, which come plane by plane if `planar`, else pixel by
/// pixel. `white` becomes 1.
pub(super) fn rgb(words: &[u16], planar: bool, white: f32) -> Vec<f32> {
    let area = words.len() / 3;
    let at = |channel: usize, pixel: usize| {
        words[if planar { channel * area + pixel } else { 3 * pixel + channel }]
    };
    (0..3).flat_map(|channel| (0..area).map(move |pixel| f32::from(at(channel, pixel)) / white)).collect()
}

/// Returns the words of red, green and blue, plane by plane, from luma and differences to blue and red by
/// ITU-R BT.601 at full range, rounded.
pub(super) fn from_ybr(words: &[u16], planar: bool, white: u16) -> Vec<u16> {
    let area = words.len() / 3;
    let at = |channel: usize, pixel: usize| {
        f64::from(words[if planar { channel * area + pixel } else { 3 * pixel + channel }])
    };
    let half = f64::from(white / 2 + 1);
    let pixel = |pixel: usize| {
        let (luma, blue, red) = (at(0, pixel), at(1, pixel) - half, at(2, pixel) - half);
        [
            luma + 1.402 * red,
            luma - 0.114 * 1.772 / 0.587 * blue - 0.299 * 1.402 / 0.587 * red,
            luma + 1.772 * blue,
        ]
        .map(|value| value.round().clamp(0.0, white.into()) as u16)
    };
    let pixels: Vec<[u16; 3]> = (0..area).map(pixel).collect();
    (0..3).flat_map(|channel| pixels.iter().map(move |pixel| pixel[channel])).collect()
}

/// Returns luma and differences of each pixel from pairs of neighbours that share the differences.
pub(super) fn unshared(words: &[u16]) -> Vec<u16> {
    let pair = |pair: &[u16]| [pair[0], pair[2], pair[3], pair[1], pair[2], pair[3]];
    words.chunks_exact(4).flat_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_come_to_the_same_planes() {
        let planes = [0.0, 1.0, 0.2, 0.4, 0.6, 0.8];
        assert_eq!(rgb(&[0, 51, 153, 255, 102, 204], false, 255.0), planes);
        assert_eq!(rgb(&[0, 255, 51, 102, 153, 204], true, 255.0), planes);
    }

    #[test]
    fn luma_and_differences_become_colours() {
        // Red, green, blue and grey, as JPEG's equations give them.
        let ybr = [76, 85, 255, 150, 44, 21, 29, 255, 107, 99, 128, 128];
        let planes = from_ybr(&ybr, false, 255);
        assert_eq!(planes, [254, 0, 0, 99, 0, 255, 0, 99, 0, 1, 254, 99]);
        assert_eq!(unshared(&[1, 2, 8, 9]), [1, 8, 9, 2, 8, 9]);
    }
}
