//! Authentic DICOM files, held against numbers of pydicom (`dicom_numbers.py`) and of their own bytes;
//! skipped where they are not to be had.

mod support;

use proptest::prelude::*;
use support::{Told, shared};
use zodarts_data::{DataError, ImageFile, Window};

/// Rows and columns of the pixels that are looked at.
const PLACES: [(usize, usize); 5] = [(0, 0), (0, 1), (5, 7), (31, 40), (63, 63)];

/// A grey file's values in steps of 1/65535, if it is there.
fn steps(name: &str, side: usize, window: Option<Window>) -> Option<Vec<u32>> {
    let path = shared(&format!("dicom/{name}"))?;
    let planes = ImageFile::open(&path, window).unwrap().read(0, 1, side, side).unwrap();
    Some(planes.iter().map(|value| (value * 65535.0).round() as u32).collect())
}

/// The 16-bit numbers at the end of an uncompressed file.
fn stored(name: &str, count: usize, behind: usize) -> Vec<i16> {
    let bytes = std::fs::read(shared(&format!("dicom/{name}")).unwrap()).unwrap();
    let end = bytes.len() - behind;
    let pixels = &bytes[end - 2 * count..end];
    pixels.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

#[track_caller]
fn holds(steps: &[u32], side: usize, expected: [u32; 5], sum: u64) {
    assert_eq!(PLACES.map(|(row, column)| steps[row * side + column]), expected);
    // In 32 bits, a value in the middle between two steps may be rounded either way.
    let off = steps.iter().map(|step| u64::from(*step)).sum::<u64>().abs_diff(sum);
    assert!(off <= steps.len() as u64 / 256, "{off}");
}

#[test]
fn an_mr_image_is_seen_through_its_own_window_compressed_or_not() {
    let Some(plain) = steps("MR_small.dcm", 64, None) else { return };
    holds(&plain, 64, [45288, 49961, 42911, 63076, 43526], 119_016_505);
    assert_eq!(steps("MR_small_RLE.dcm", 64, None).unwrap(), plain);
    // The same by hand: centre 600, width 1600, from the bytes of the file, of which the last 138 are an
    // element of padding.
    let by_hand = |value: &i16| {
        let grey = (f64::from(*value) - 599.5) / 1599.0 + 0.5;
        (grey.clamp(0.0, 1.0) * 65535.0).round() as u32
    };
    let values = stored("MR_small.dcm", 64 * 64, 138);
    assert_eq!((values.len(), values.iter().max()), (4096, Some(&2145)));
    assert!(values.iter().map(by_hand).zip(&plain).all(|(expected, found)| expected.abs_diff(*found) <= 1));
}

#[test]
fn a_ct_image_spans_its_values_or_is_seen_in_hounsfield_units() {
    let Some(whole) = steps("CT_small.dcm", 128, None) else { return };
    holds(&whole, 128, [1493, 1652, 1842, 31227, 54480], 404_365_101);
    let tissue = steps("CT_small.dcm", 128, Window::new(40.0, 400.0)).unwrap();
    holds(&tissue, 128, [0, 0, 0, 40569, 65535], 427_470_173);
}

#[test]
fn a_colour_image_in_lossless_jpeg_has_the_colours_it_was_made_with() {
    let Some(path) = shared("dicom/SC_rgb_jpeg_gdcm.dcm") else { return };
    let planes = ImageFile::open(&path, None).unwrap().read(0, 3, 100, 100).unwrap();
    let bytes: Vec<u32> = planes.iter().map(|value| (value * 255.0).round() as u32).collect();
    let expected = [
        [255, 0, 0],
        [255, 128, 128],
        [0, 255, 0],
        [128, 255, 128],
        [0, 0, 255],
        [128, 128, 255],
        [0, 0, 0],
        [64, 64, 64],
        [192, 192, 192],
        [255, 255, 255],
    ];
    for (band, color) in expected.into_iter().enumerate() {
        let at = (5 + 10 * band) * 100 + 50;
        assert_eq!([0, 1, 2].map(|channel| bytes[channel * 10_000 + at]), color, "row {}", 5 + 10 * band);
    }
    assert_eq!(bytes.iter().sum::<u32>(), 3_831_000);
}

#[test]
fn a_truncated_image_is_refused_by_name() {
    let Some(path) = shared("dicom/MR_truncated.dcm") else { return };
    let error = ImageFile::open(&path, None).unwrap_err();
    assert!(matches!(error, DataError::Image { .. }));
    let text = error.told();
    assert!(
        text.contains("MR_truncated.dcm: cannot read the image: the file is cut short: 8130 bytes"),
        "{text}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_mangled_file_panics(
        name in prop::sample::select(
            vec!["CT_small", "MR_small_RLE", "SC_rgb_jpeg_gdcm", "SC_rgb_jpeg_gdcm"]
        ),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let Some(path) = shared(&format!("dicom/{name}.dcm")) else { return Ok(()) };
        let mut bytes = std::fs::read(path).unwrap();
        // The description of the pixels and the compressed pixels are in the last kilobytes.
        let start = bytes.len().saturating_sub(6000);
        for (at, byte) in changes {
            let at = start + at.index(bytes.len() - start);
            bytes[at] = byte;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mangled.dcm");
        std::fs::write(&path, bytes).unwrap();
        if let Ok(mut file) = ImageFile::open(&path, None)
            && let Ok(planes) = file.read(0, 3, 5, 5)
        {
            prop_assert!(planes.iter().all(|value| (0.0..=1.0).contains(value)));
        }
    }
}
