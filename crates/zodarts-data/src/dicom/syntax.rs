//! Transfer syntaxes: encodings of elements and pixels.

use super::byte_order::ByteOrder;
use super::elements::ElementEncoding;
use super::fault::DicomFault;

/// A compression of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    /// No compression.
    Native,
    Rle,
    Jpeg,
    JpegLs,
    Jpeg2000,
}

impl Codec {
    /// Returns the name in errors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "uncompressed",
            Self::Rle => "RLE",
            Self::Jpeg => "JPEG",
            Self::JpegLs => "JPEG-LS",
            Self::Jpeg2000 => "JPEG 2000",
        }
    }
}

/// A transfer syntax that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    pub encoding: ElementEncoding,
    /// True if all elements behind the first group are deflated together.
    pub deflated: bool,
    pub codec: Codec,
}

/// Compressions by the identifiers of their syntaxes.
const COMPRESSED: [(&str, Codec); 11] = [
    ("1.2.840.10008.1.2.5", Codec::Rle),
    ("1.2.840.10008.1.2.4.50", Codec::Jpeg),
    ("1.2.840.10008.1.2.4.51", Codec::Jpeg),
    ("1.2.840.10008.1.2.4.57", Codec::Jpeg),
    ("1.2.840.10008.1.2.4.70", Codec::Jpeg),
    ("1.2.840.10008.1.2.4.80", Codec::JpegLs),
    ("1.2.840.10008.1.2.4.81", Codec::JpegLs),
    ("1.2.840.10008.1.2.4.90", Codec::Jpeg2000),
    ("1.2.840.10008.1.2.4.91", Codec::Jpeg2000),
    ("1.2.840.10008.1.2.4.92", Codec::Jpeg2000),
    ("1.2.840.10008.1.2.4.93", Codec::Jpeg2000),
];

/// Names of other syntaxes by the start of their identifiers, each with the advice on it. The first that fits
/// counts.
const OTHERS: [(&str, &str, &str); 8] = [
    ("1.2.840.10008.1.2.4.94", "JPIP (pixels on a server)", FETCH),
    ("1.2.840.10008.1.2.4.95", "JPIP (pixels on a server)", FETCH),
    ("1.2.840.10008.1.2.4.10", "MPEG", EXPORT),
    ("1.2.840.10008.1.2.4.110", "JPEG XL", DECOMPRESS),
    ("1.2.840.10008.1.2.4.111", "JPEG XL", DECOMPRESS),
    ("1.2.840.10008.1.2.4.112", "JPEG XL", DECOMPRESS),
    ("1.2.840.10008.1.2.4.20", "High-Throughput JPEG 2000", DECOMPRESS),
    ("1.2.840.10008.1.2.4.", "a JPEG process out of use", DECOMPRESS),
];

/// The advice on pixels whose compression is not read.
pub(super) const DECOMPRESS: &str =
    "decompress it first, for example with `gdcmconv --raw IN OUT` or `dcmdjpeg IN OUT`";
const EXPORT: &str = "export the frames of the video as images";
const FETCH: &str = "fetch the file with its pixels";

const LITTLE: ElementEncoding = ElementEncoding { explicit: true, order: ByteOrder::Little };

impl Syntax {
    /// Returns the syntax of pixels that are not compressed.
    pub fn native(encoding: ElementEncoding) -> Self {
        Self { encoding, deflated: false, codec: Codec::Native }
    }

    /// Returns the syntax of the identifier in a file.
    pub fn parse(uid: &[u8]) -> Result<Self, DicomFault> {
        let uid = std::str::from_utf8(uid).unwrap_or_default().trim_matches(['\0', ' ']);
        let native = match uid {
            "1.2.840.10008.1.2" => Some(ElementEncoding { explicit: false, ..LITTLE }),
            "1.2.840.10008.1.2.1" | "1.2.840.10008.1.2.1.99" => Some(LITTLE),
            "1.2.840.10008.1.2.2" => Some(ElementEncoding { order: ByteOrder::Big, ..LITTLE }),
            _ => None,
        };
        if let Some(encoding) = native {
            return Ok(Self { deflated: uid.ends_with(".99"), ..Self::native(encoding) });
        }
        match COMPRESSED.iter().find(|(known, _)| *known == uid) {
            Some((_, codec)) => Ok(Self { codec: *codec, ..Self::native(LITTLE) }),
            None => Err(not_read(uid)),
        }
    }
}

/// Returns the error of a syntax that is not read.
fn not_read(uid: &str) -> DicomFault {
    // An identifier of the standard says nothing about anyone; other text might.
    let standard = uid.starts_with("1.2.840.10008.1.2") && uid.len() <= 26;
    let digits = uid.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !standard || !digits {
        return DicomFault::Syntax { name: "not one of the standard's".to_owned(), hint: DECOMPRESS };
    }
    match OTHERS.iter().find(|(start, ..)| uid.starts_with(start)) {
        Some((_, name, hint)) => DicomFault::Syntax { name: format!("{name} ({uid})"), hint },
        None => DicomFault::Syntax { name: uid.to_owned(), hint: DECOMPRESS },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_syntaxes_are_read_and_others_are_named() {
        assert_eq!(Syntax::parse(b"1.2.840.10008.1.2\0").unwrap().codec, Codec::Native);
        assert_eq!(Syntax::parse(b"1.2.840.10008.1.2.5").unwrap().codec, Codec::Rle);
        assert_eq!(Syntax::parse(b"1.2.840.10008.1.2.4.91").unwrap().codec, Codec::Jpeg2000);
        assert!(Syntax::parse(b"1.2.840.10008.1.2.1.99").unwrap().deflated);
        assert_eq!(Syntax::parse(b"1.2.840.10008.1.2.2").unwrap().encoding.order, ByteOrder::Big);
        for (uid, name) in [
            ("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 (1.2.840.10008.1.2.4.201)"),
            ("1.2.840.10008.1.2.4.100", "MPEG (1.2.840.10008.1.2.4.100)"),
            ("1.2.840.10008.1.2.4.94", "JPIP"),
            ("1.2.840.10008.1.2.4.55", "a JPEG process out of use"),
            ("1.2.840.10008.1.2.6", "is 1.2.840.10008.1.2.6"),
            ("Doe^Jane", "is not one of the standard's"),
            ("1.2.840.10008.1.2.4.90 Doe", "is not one of the standard's"),
        ] {
            let text = Syntax::parse(uid.as_bytes()).unwrap_err().to_string();
            assert!(text.contains(name) && !text.contains("Doe"), "{text}");
        }
    }
}
