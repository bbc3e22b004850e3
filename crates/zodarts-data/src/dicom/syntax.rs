//! Transfer syntaxes: encodings of elements and pixels.

use super::fault::DicomFault;

/// A compression of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    /// No compression.
    Native,
    Rle,
    Jpeg,
}

/// A transfer syntax that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    pub uid: &'static str,
    /// True if elements name their types.
    pub explicit: bool,
    pub codec: Codec,
}

/// The syntaxes that are read.
const READ: [Syntax; 7] = [
    Syntax { uid: "1.2.840.10008.1.2", explicit: false, codec: Codec::Native },
    Syntax { uid: "1.2.840.10008.1.2.1", explicit: true, codec: Codec::Native },
    Syntax { uid: "1.2.840.10008.1.2.5", explicit: true, codec: Codec::Rle },
    Syntax { uid: "1.2.840.10008.1.2.4.50", explicit: true, codec: Codec::Jpeg },
    Syntax { uid: "1.2.840.10008.1.2.4.51", explicit: true, codec: Codec::Jpeg },
    Syntax { uid: "1.2.840.10008.1.2.4.57", explicit: true, codec: Codec::Jpeg },
    Syntax { uid: "1.2.840.10008.1.2.4.70", explicit: true, codec: Codec::Jpeg },
];

/// Names of other syntaxes by the start of their identifiers. The first that fits counts.
const OTHERS: [(&str, &str); 9] = [
    ("1.2.840.10008.1.2.1.99", "deflated"),
    ("1.2.840.10008.1.2.2", "big-endian"),
    ("1.2.840.10008.1.2.4.8", "JPEG-LS"),
    ("1.2.840.10008.1.2.4.9", "JPEG 2000"),
    ("1.2.840.10008.1.2.4.10", "MPEG"),
    ("1.2.840.10008.1.2.4.110", "JPEG XL"),
    ("1.2.840.10008.1.2.4.111", "JPEG XL"),
    ("1.2.840.10008.1.2.4.112", "JPEG XL"),
    ("1.2.840.10008.1.2.4.20", "High-Throughput JPEG 2000"),
];

impl Syntax {
    /// Returns the syntax of the identifier in a file.
    pub fn parse(uid: &[u8]) -> Result<Self, DicomFault> {
        let uid = std::str::from_utf8(uid).unwrap_or_default().trim_end_matches(['\0', ' ']);
        if let Some(syntax) = READ.iter().find(|syntax| syntax.uid == uid) {
            return Ok(*syntax);
        }
        // An identifier of the standard says nothing about anyone; other text might.
        let name = OTHERS.iter().find(|(start, _)| uid.starts_with(start)).map(|(_, name)| name);
        let standard = uid.starts_with("1.2.840.10008.1.2") && uid.len() <= 26;
        let digits = uid.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        Err(DicomFault::Syntax(match name {
            Some(name) if digits && standard => format!("{name} ({uid})"),
            None if digits && standard => uid.to_owned(),
            _ => "not one of the standard's".to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_syntaxes_are_read_and_others_are_named() {
        assert_eq!(Syntax::parse(b"1.2.840.10008.1.2\0").unwrap().codec, Codec::Native);
        assert_eq!(Syntax::parse(b"1.2.840.10008.1.2.5").unwrap().codec, Codec::Rle);
        for (uid, name) in [
            ("1.2.840.10008.1.2.4.90", "JPEG 2000 (1.2.840.10008.1.2.4.90)"),
            ("1.2.840.10008.1.2.4.100", "MPEG (1.2.840.10008.1.2.4.100)"),
            ("1.2.840.10008.1.2.4.80", "JPEG-LS"),
            ("1.2.840.10008.1.2.1.99", "deflated"),
            ("1.2.840.10008.1.2.2", "big-endian"),
            ("1.2.840.10008.1.2.6", "is 1.2.840.10008.1.2.6"),
            ("Doe^Jane", "is not one of the standard's"),
            ("1.2.840.10008.1.2.4.90 Doe", "is not one of the standard's"),
        ] {
            let text = Syntax::parse(uid.as_bytes()).unwrap_err().to_string();
            assert!(text.contains(name) && !text.contains("Doe"), "{text}");
        }
    }
}
