//! The bytes of a DICOM file: on disk, or inflated in memory.

use super::fault::DicomFault;
use crate::decode::MAX_MEMORY;
use flate2::read::DeflateDecoder;
use std::fs::File;
use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom};

/// Most bytes of elements that are inflated: a buffer that grows is there twice for a moment.
const MOST: u64 = MAX_MEMORY / 2;

/// A source of elements.
#[derive(Debug)]
pub(super) enum DicomSource {
    File(File),
    Memory(Cursor<Vec<u8>>),
}

impl Read for DicomSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Memory(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for DicomSource {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(position),
            Self::Memory(bytes) => bytes.seek(position),
        }
    }
}

/// Returns the elements that a reader holds deflated.
pub(super) fn inflate(deflated: impl Read) -> Result<Vec<u8>, DicomFault> {
    let mut bytes = Vec::new();
    let read = DeflateDecoder::new(deflated).take(MOST + 1).read_to_end(&mut bytes);
    match read {
        Ok(length) if length as u64 > MOST => Err(DicomFault::Inflated { most: MOST >> 20 }),
        Ok(_) => Ok(bytes),
        Err(error) => Err(match error.kind() {
            ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => {
                DicomFault::Deflated
            }
            _ => error.into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use std::io::Write;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_inflates_beyond_the_limit_is_refused() {
        let whole = vec![7; MOST as usize];
        assert_eq!(inflate(&*deflated(&whole)).unwrap().len(), whole.len());
        let bomb = deflated(&[&whole[..], &[7]].concat());
        assert!(matches!(inflate(&*bomb), Err(DicomFault::Inflated { most: 128 })));
        assert!(matches!(inflate(&b"\xff\xff\xff\xff"[..]), Err(DicomFault::Deflated)));
    }
}
