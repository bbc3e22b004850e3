//! The pages of TIFF files.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// Most pages of a file.
const MAX_PAGES: usize = 1 << 16;
/// Tags whose values are counted in whole numbers: sizes, places and kinds of pixels.
const COUNTED: [u64; 12] = [256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 317, 339];
/// Types of whole numbers: of 16, 32 and 64 bits.
const WHOLE: [u64; 3] = [3, 4, 16];
/// The tag that says what a page is.
const KIND: u64 = 254;
/// Bits of that tag: a smaller copy of another page, and a mask.
const NO_IMAGE: u64 = 0b101;

/// A page of a TIFF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TiffPage {
    offset: u64,
    form: TiffForm,
}

/// The order of bytes, and the width of offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TiffForm {
    little: bool,
    big: bool,
}

impl TiffPage {
    /// Makes a page the first of a file in memory.
    pub fn select(self, bytes: &mut [u8]) {
        let (start, width) = if self.form.big { (8, 8) } else { (4, 4) };
        let Some(place) = bytes.get_mut(start..start + width) else { return };
        if self.form.little {
            place.copy_from_slice(&self.offset.to_le_bytes()[..width]);
        } else {
            place.copy_from_slice(&self.offset.to_be_bytes()[8 - width..]);
        }
    }
}

/// Returns the pages of a TIFF file, without smaller copies and masks; nothing for other files.
///
/// # Errors
/// Returns the fault of a file whose pages cannot be found.
pub(crate) fn pages(path: &Path) -> Result<Vec<TiffPage>, String> {
    let Ok(file) = File::open(path) else { return Ok(Vec::new()) };
    let mut source = BufReader::new(file);
    let mut start = [0; 4];
    if source.read_exact(&mut start).is_err() {
        return Ok(Vec::new());
    }
    let form = match &start {
        b"II*\0" => TiffForm { little: true, big: false },
        b"MM\0*" => TiffForm { little: false, big: false },
        b"II+\0" => TiffForm { little: true, big: true },
        b"MM\0+" => TiffForm { little: false, big: true },
        _ => return Ok(Vec::new()),
    };
    let mut walk = TiffWalk { source, form };
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut offset = walk.first()?;
    while offset != 0 {
        if !seen.insert(offset) || found.len() == MAX_PAGES {
            return Err("the TIFF data are damaged: its pages have no end".into());
        }
        let (kind, next) = walk.directory(offset)?;
        found.push((TiffPage { offset, form }, kind));
        offset = next;
    }
    let images = found.iter().filter(|(_, kind)| kind & NO_IMAGE == 0);
    let images: Vec<TiffPage> = images.map(|(page, _)| *page).collect();
    // If nothing else is there, a small image is the image.
    Ok(if images.is_empty() { found.first().map(|(page, _)| *page).into_iter().collect() } else { images })
}

struct TiffWalk {
    source: BufReader<File>,
    form: TiffForm,
}

impl TiffWalk {
    /// Reads the offset of the first directory.
    fn first(&mut self) -> Result<u64, String> {
        if self.form.big {
            self.number(4)?;
            return self.number(8);
        }
        self.number(4)
    }

    /// Reads the directory of a page, and returns the page's kind and the offset of the next one.
    fn directory(&mut self, offset: u64) -> Result<(u64, u64), String> {
        self.source.seek(SeekFrom::Start(offset)).map_err(|error| error.to_string())?;
        let (count, width) = if self.form.big { (self.number(8)?, 8) } else { (self.number(2)?, 4) };
        let mut kind = 0;
        // A directory has at most as many entries as there are tags.
        for _ in 0..count.min(1 << 16) {
            let (tag, value_type) = (self.number(2)?, self.number(2)?);
            self.number(width)?;
            let mut value = [0; 8];
            self.read(&mut value[..width])?;
            if COUNTED.contains(&tag) && !WHOLE.contains(&value_type) {
                return Err(format!("the TIFF data are damaged: tag {tag} is of type {value_type}"));
            }
            if tag == KIND {
                kind = self.decoded(&value[..if value_type == 3 { 2 } else { 4 }]);
            }
        }
        Ok((kind, self.number(width)?))
    }

    fn number(&mut self, width: usize) -> Result<u64, String> {
        let mut bytes = [0; 8];
        self.read(&mut bytes[..width])?;
        Ok(self.decoded(&bytes[..width]))
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(), String> {
        self.source.read_exact(bytes).map_err(|_| "the file is cut short: a page is missing".to_owned())
    }

    fn decoded(&self, bytes: &[u8]) -> u64 {
        let join = |value, byte: &u8| value << 8 | u64::from(*byte);
        if self.form.little { bytes.iter().rev().fold(0, join) } else { bytes.iter().fold(0, join) }
    }
}
