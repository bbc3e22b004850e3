//! Headers of numpy arrays (NEP 1), read strictly: a header is a Python literal from an untrusted file, so
//! only the one form numpy writes is understood, sizes are multiplied with care, and nothing recurses.

use std::collections::TryReserveError;
use std::io::{self, Read};

/// Longest header accepted. numpy itself writes 118 bytes for arrays of this kind.
const MAX_HEADER: usize = 10_000;
/// More axes than any image array has.
const MAX_AXES: usize = 32;

/// The header of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NpyHeader {
    /// numpy's type string, such as `|u1` or `>i8`; a structured type keeps its bracketed text.
    pub descr: String,
    pub fortran_order: bool,
    pub shape: Vec<usize>,
    /// Bytes of the file taken by the header itself.
    pub length: usize,
}

/// A fault of an array, without the file's and the array's name.
#[derive(Debug, thiserror::Error)]
pub(super) enum NpyFault {
    #[error("its header cannot be read: {0}")]
    Header(io::Error),
    #[error("it does not begin like a numpy array")]
    NoMagic,
    #[error("its numpy format version is {0}, expected 1, 2 or 3")]
    Version(u8),
    #[error("its header claims {0} bytes, at most {MAX_HEADER} are read")]
    LongHeader(usize),
    #[error("its header is not text")]
    NoText,
    /// With the start of the header.
    #[error("its header is not understood: {0}")]
    Syntax(String),
    #[error("shape {shape} does not fit the {size} bytes the entry holds")]
    Size { shape: String, size: u64 },
    #[error(transparent)]
    Memory(#[from] TryReserveError),
    #[error("{0}")]
    Elements(io::Error),
    #[error("its data are {found} bytes, expected {expected}")]
    Length { found: usize, expected: u64 },
}

impl NpyHeader {
    /// Reads the header and leaves `reader` at the first element.
    pub fn read(reader: &mut impl Read) -> Result<NpyHeader, NpyFault> {
        let mut fixed = [0; 8];
        fill(reader, &mut fixed)?;
        if &fixed[..6] != b"\x93NUMPY" {
            return Err(NpyFault::NoMagic);
        }
        let (text_length, before_text) = match fixed[6] {
            1 => (usize::from(u16::from_le_bytes(bytes(reader)?)), 10),
            2 | 3 => (u32::from_le_bytes(bytes(reader)?) as usize, 12),
            version => return Err(NpyFault::Version(version)),
        };
        if text_length > MAX_HEADER {
            return Err(NpyFault::LongHeader(text_length));
        }
        let mut text = vec![0; text_length];
        fill(reader, &mut text)?;
        let text = String::from_utf8(text).map_err(|_| NpyFault::NoText)?;
        let header = parse(&text).ok_or_else(|| NpyFault::Syntax(excerpt(&text)))?;
        Ok(NpyHeader { length: before_text + text_length, ..header })
    }

    /// Returns the number of elements, unless it overflows.
    pub fn elements(&self) -> Option<usize> {
        self.shape.iter().try_fold(1usize, |product, &axis| product.checked_mul(axis))
    }

    /// Returns the shape as numpy prints it.
    pub fn shape_text(&self) -> String {
        let axes: Vec<String> = self.shape.iter().map(ToString::to_string).collect();
        format!("({}{})", axes.join(", "), if axes.len() == 1 { "," } else { "" })
    }
}

fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> Result<(), NpyFault> {
    reader.read_exact(buffer).map_err(NpyFault::Header)
}

fn bytes<const N: usize>(reader: &mut impl Read) -> Result<[u8; N], NpyFault> {
    let mut buffer = [0; N];
    fill(reader, &mut buffer)?;
    Ok(buffer)
}

/// Returns the start of a text from the file, for an error.
pub(super) fn excerpt(text: &str) -> String {
    text.trim_end().chars().take(100).collect()
}

fn parse(text: &str) -> Option<NpyHeader> {
    let descr = value_of(text, "descr")?;
    let descr = match descr.chars().next()? {
        quote @ ('\'' | '"') => descr[1..].split(quote).next()?,
        '[' => descr[..=descr.rfind(']')?].trim(),
        _ => return None,
    };
    let fortran_order = match value_of(text, "fortran_order")? {
        value if value.starts_with("True") => true,
        value if value.starts_with("False") => false,
        _ => return None,
    };
    let axes = value_of(text, "shape")?.strip_prefix('(')?.split_once(')')?.0;
    let axes = axes.trim().trim_end_matches(',');
    let shape = if axes.is_empty() {
        Vec::new()
    } else {
        axes.split(',')
            .map(|axis| axis.trim().trim_end_matches('L').parse().ok())
            .collect::<Option<Vec<_>>>()?
    };
    (shape.len() <= MAX_AXES).then(|| NpyHeader { descr: descr.to_owned(), fortran_order, shape, length: 0 })
}

fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let quoted = text.split_once(&format!("'{key}'")).or_else(|| text.split_once(&format!("\"{key}\"")))?;
    Some(quoted.1.trim_start().strip_prefix(':')?.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(version: u8, text: &[u8]) -> Vec<u8> {
        let mut file = b"\x93NUMPY".to_vec();
        file.extend([version, 0]);
        match version {
            1 => file.extend((text.len() as u16).to_le_bytes()),
            _ => file.extend((text.len() as u32).to_le_bytes()),
        }
        file.extend(text);
        file
    }

    fn read(bytes: &[u8]) -> Result<NpyHeader, String> {
        NpyHeader::read(&mut &bytes[..]).map_err(|fault| fault.to_string())
    }

    #[test]
    fn numpy_headers_are_read() {
        let text = b"{'descr': '|u1', 'fortran_order': False, 'shape': (546, 28, 28), }      \n";
        for version in 1..=3 {
            let header = read(&file(version, text)).unwrap();
            assert_eq!((header.descr.as_str(), header.fortran_order), ("|u1", false));
            assert_eq!(header.shape, [546, 28, 28]);
            assert_eq!(header.length, file(version, text).len());
            assert_eq!(header.elements(), Some(546 * 28 * 28));
        }
        let header = read(&file(1, b"{'descr': '>i8', 'fortran_order': True, 'shape': (7,), }")).unwrap();
        assert_eq!((header.fortran_order, header.shape_text().as_str()), (true, "(7,)"));
        let header =
            read(&file(1, b"{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': ()}")).unwrap();
        assert_eq!((header.descr.as_str(), header.elements()), ("[('a', '<i4')]", Some(1)));
    }

    #[test]
    fn hostile_headers_are_refused() {
        let huge = read(b"\x93NUMPY\x03\x00\xff\xff\xff\xff{").unwrap_err();
        assert!(huge.contains("claims 4294967295 bytes"), "{huge}");
        assert!(read(b"GIF89a__").unwrap_err().contains("does not begin"));
        assert!(read(b"\x93NUMPY\x09\x00__").unwrap_err().contains("version is 9"));
        assert!(read(&file(1, b"{'descr': '|u1', 'shape': (1")).unwrap_err().contains("not understood"));
        let shape = "9".repeat(30);
        let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape},)}}");
        assert!(read(&file(1, text.as_bytes())).is_err());
        let text = b"{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999999, 9999999999, 28)}";
        assert_eq!(read(&file(1, text)).unwrap().elements(), None);
    }

    proptest! {
        #[test]
        fn no_header_panics(text in ".{0,200}", version in 0u8..5) {
            let _ = read(&file(version, text.as_bytes()));
        }

        #[test]
        fn no_mangled_header_panics(at in 0usize..70, byte: u8) {
            let mut text = *b"{'descr': '|u1', 'fortran_order': False, 'shape': (546, 28, 28), }    ";
            text[at] = byte;
            let _ = read(&file(1, &text));
        }
    }
}
