//! The check that a file holds all of its image.

use super::fault::JpegFault;
use super::frame::JpegFrame;
use super::huffman::HuffmanTable;
use super::markers::{
    END_OF_IMAGE, MARK, RESTART_INTERVAL, START_OF_IMAGE, START_OF_SCAN, TABLES, next_marker, segment,
};
use super::scan::{JpegScan, JpegTables};

/// The most scans of a file. Files of cameras and programs have about ten.
const MAX_SCANS: usize = 100;

/// Reads every code of a file, up to the marker of its end. Bytes after that marker are ignored, as every
/// reader does.
pub(super) fn check_whole(bytes: &[u8]) -> Result<(), JpegFault> {
    if !bytes.starts_with(&[MARK, START_OF_IMAGE]) {
        return Err(JpegFault::Start);
    }
    let (mut frame, mut tables, mut scans) = (None, JpegTables::default(), 0);
    let mut position = 2;
    while let Some((marker, next)) = next_marker(bytes, position) {
        let (content, end) = segment(bytes, next);
        position = end;
        match marker {
            END_OF_IMAGE if scans > 0 => {
                return frame.as_ref().map_or(Err(JpegFault::NoScan), JpegFrame::check_complete);
            }
            // Markers without a segment: restarts, the start of an image.
            0x01 | 0xd0..=END_OF_IMAGE => position = next,
            0xc0..=0xc2 if frame.is_some() => return Err(JpegFault::Header("it has two frame headers")),
            0xc0..=0xc2 => frame = Some(JpegFrame::read(content, marker == 0xc2)?),
            TABLES => read_tables(content, &mut tables)?,
            RESTART_INTERVAL => tables.restart = restart_interval(content)?,
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return Err(JpegFault::Kind),
            START_OF_SCAN => {
                scans += 1;
                let frame =
                    frame.as_mut().ok_or(JpegFault::Header("a scan comes before the frame header"))?;
                if scans > MAX_SCANS {
                    return Err(JpegFault::Header("it has more than 100 scans"));
                }
                position = JpegScan::read(content, frame, &tables)?.walk(bytes, end, frame)?;
            }
            _ => {}
        }
    }
    Err(if scans > 0 { JpegFault::Short } else { JpegFault::NoScan })
}

fn read_tables(mut content: &[u8], tables: &mut JpegTables) -> Result<(), JpegFault> {
    while let [kind, rest @ ..] = content {
        let (table, length) = HuffmanTable::read(rest)?;
        let tables = if kind >> 4 == 0 { &mut tables.dc } else { &mut tables.ac };
        *tables.get_mut(usize::from(kind & 15)).ok_or(JpegFault::Table)? = Some(table);
        content = &rest[length..];
    }
    Ok(())
}

fn restart_interval(content: &[u8]) -> Result<usize, JpegFault> {
    match content {
        [high, low, ..] => Ok(usize::from(u16::from_be_bytes([*high, *low]))),
        _ => Err(JpegFault::Header("its restart interval is missing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::jpeg::JpegEncoder;
    use image::{DynamicImage, Rgb, RgbImage};

    fn encoded() -> Vec<u8> {
        let image = RgbImage::from_fn(37, 21, |x, y| Rgb([(x * 6) as u8, (y * 9) as u8, (x * y) as u8]));
        let mut bytes = Vec::new();
        DynamicImage::from(image).write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 90)).unwrap();
        bytes
    }

    #[test]
    fn an_end_marker_within_the_image_is_not_its_end() {
        let whole = encoded();
        check_whole(&whole).unwrap();
        let scan = whole.windows(2).position(|pair| pair == [MARK, START_OF_SCAN]).unwrap();
        for length in scan..whole.len() - 2 {
            let sealed = [&whole[..length], &[MARK, END_OF_IMAGE]].concat();
            let fault = check_whole(&sealed).unwrap_err().to_string();
            assert!(fault.contains("cut short") || fault.contains("scan header"), "{length}: {fault}");
        }
    }

    #[test]
    fn bytes_behind_the_end_are_ignored_and_a_missing_end_is_not() {
        let whole = encoded();
        check_whole(&[&whole[..], b"left by a camera"].concat()).unwrap();
        assert_eq!(check_whole(&whole[..whole.len() - 2]), Err(JpegFault::Short));
        assert_eq!(check_whole(&whole[..40]), Err(JpegFault::NoScan));
        assert_eq!(check_whole(b"GIF89a"), Err(JpegFault::Start));
    }

    #[test]
    fn the_end_of_a_thumbnail_is_not_the_end_of_the_file() {
        let whole = encoded();
        let thumbnail = [MARK, 0xe1, 0, 6, MARK, START_OF_SCAN, MARK, END_OF_IMAGE];
        check_whole(&[&whole[..2], &thumbnail, &whole[2..]].concat()).unwrap();
        assert_eq!(check_whole(&[&whole[..2], &thumbnail].concat()), Err(JpegFault::NoScan));
    }
}
