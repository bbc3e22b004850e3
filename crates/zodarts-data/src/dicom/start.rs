//! The start of a DICOM file: preamble, mark, and the group that names the transfer syntax of the others.

use super::byte_order::ByteOrder;
use super::elements::{ElementEncoding, Elements, is_kind};
use super::fault::DicomFault;
use super::mark::{MARK, PREAMBLE};
use super::source::{DicomSource, inflate};
use super::syntax::Syntax;
use super::tag::Tag;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

const GROUP_LENGTH: Tag = Tag(0x0002, 0x0000);
const TRANSFER_SYNTAX: Tag = Tag(0x0002, 0x0010);
/// The encoding of the first group, whatever the others have.
const FIRST: ElementEncoding = ElementEncoding { explicit: true, order: ByteOrder::Little };
/// Most bytes of the first element of a file that has no preamble and names no types: a length or a name.
const FIRST_LENGTH: u32 = 256;

/// A reader of a DICOM file.
pub(super) type DicomReader = Elements<BufReader<DicomSource>>;

/// Opens a file. The reader is at the first element behind the first group.
pub(super) fn open(path: &Path) -> Result<(Syntax, DicomReader), DicomFault> {
    let file = File::open(path)?;
    let end = file.metadata()?.len();
    let mut source = BufReader::new(DicomSource::File(file));
    let start = first_element(&mut source)?;
    let mut elements = Elements::new(source, start, end, FIRST);
    let syntax = match named_syntax(&mut elements)? {
        Some(syntax) => syntax,
        None => likely_syntax(&mut elements)?,
    };
    if syntax.deflated {
        let bytes = inflate(elements.into_source())?;
        let end = bytes.len() as u64;
        let source = BufReader::new(DicomSource::Memory(Cursor::new(bytes)));
        elements = Elements::new(source, 0, end, syntax.encoding);
    }
    elements.encoding = syntax.encoding;
    elements.settle()?;
    Ok((syntax, elements))
}

/// Sets a source to its first element and returns the position.
fn first_element(source: &mut BufReader<DicomSource>) -> Result<u64, DicomFault> {
    let mut start = Vec::with_capacity(PREAMBLE + MARK.len());
    source.by_ref().take((PREAMBLE + MARK.len()) as u64).read_to_end(&mut start)?;
    let position = match start.get(PREAMBLE..) {
        Some(mark) if mark == MARK => PREAMBLE + MARK.len(),
        _ if is_element(&start) => 0,
        _ => return Err(DicomFault::NoMark),
    };
    Ok(source.seek(SeekFrom::Start(position as u64))?)
}

/// Tells if a file without a preamble begins with an element of the first groups.
fn is_element(start: &[u8]) -> bool {
    let Some(&[low, high, _, _, kind @ .., third, fourth]) = start.first_chunk::<8>() else { return false };
    match [low, high] {
        [0x02, 0x00] | [0x00, 0x08] => is_kind(kind),
        [0x08, 0x00] => {
            is_kind(kind) || u32::from_le_bytes([kind[0], kind[1], third, fourth]) <= FIRST_LENGTH
        }
        _ => false,
    }
}

/// Reads the first group, if there is one, and returns the syntax that it names.
fn named_syntax(elements: &mut DicomReader) -> Result<Option<Syntax>, DicomFault> {
    let (mut syntax, mut end): (Option<Syntax>, _) = (None, None);
    while elements.peek()? == Some(TRANSFER_SYNTAX.0.to_le_bytes()) {
        // Deflated data may begin like an element of this group.
        if syntax.is_some_and(|syntax| syntax.deflated) && end == Some(elements.position) {
            break;
        }
        let Some(element) = elements.next()? else { break };
        match element.tag {
            TRANSFER_SYNTAX => syntax = Some(Syntax::parse(&elements.value(&element, 128)?)?),
            GROUP_LENGTH if element.length == Some(4) => {
                let length = elements.value(&element, 4)?;
                let length = <[u8; 4]>::try_from(length).unwrap_or_default();
                end = Some(elements.position + u64::from(u32::from_le_bytes(length)));
            }
            _ => elements.skip(&element)?,
        }
    }
    Ok(syntax)
}

/// Returns the syntax of a file that names none, by its next element, as pydicom does.
fn likely_syntax(elements: &mut DicomReader) -> Result<Syntax, DicomFault> {
    let Some([low, high, _, _, kind @ ..]) = elements.peek::<6>()? else { return Err(DicomFault::NoPixels) };
    // A group of the other byte order is a large number.
    let order = if u16::from_le_bytes([low, high]) >= 0x0400 { ByteOrder::Big } else { ByteOrder::Little };
    Ok(Syntax::native(if is_kind(kind) {
        ElementEncoding { explicit: true, order }
    } else {
        ElementEncoding { explicit: false, order: ByteOrder::Little }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_preamble_begins_with_an_element() {
        for start in
            [b"\x08\0\x05\0CS\x0a\0", b"\x08\0\0\0\x04\0\0\0", b"\0\x08\0\x05CS\0\x0a", b"\x02\0\0\0UL\x04\0"]
        {
            assert!(is_element(start), "{start:?}");
        }
        for start in [
            b"\x08\0\x05\0\0\0\x0a\x0a",
            b"GIF89a\0\0",
            b"\0\x08\0\x05\0\0\0\x0a",
            b"\x07\x07\x07\x07\x07\x07\x07\x07",
        ] {
            assert!(!is_element(start), "{start:?}");
        }
        assert!(!is_element(b"\x08\0"));
    }
}
