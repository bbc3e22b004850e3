//! numpy's types of numbers.

/// A numpy number type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Integer(Integer),
    Float(NpyFloat),
}

/// A numpy integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Integer {
    /// Bytes.
    pub width: usize,
    pub signed: bool,
    pub big_endian: bool,
}

/// A numpy floating-point type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NpyFloat {
    /// Bytes: 4 or 8.
    pub width: usize,
    pub big_endian: bool,
}

impl Element {
    /// Parses a type string, such as `<f4`.
    pub fn parse(descr: &str) -> Option<Self> {
        let [order @ (b'<' | b'>' | b'|' | b'='), kind, width] = *descr.as_bytes() else { return None };
        let (width, big_endian) = (usize::from(width.wrapping_sub(b'0')), order == b'>');
        match (kind, width) {
            (b'b', 1) | (b'u' | b'i', 1 | 2 | 4 | 8) => {
                Some(Element::Integer(Integer { width, signed: kind == b'i', big_endian }))
            }
            (b'f', 4 | 8) => Some(Element::Float(NpyFloat { width, big_endian })),
            _ => None,
        }
    }

    /// Returns the bytes of an element.
    pub fn width(self) -> usize {
        match self {
            Element::Integer(Integer { width, .. }) | Element::Float(NpyFloat { width, .. }) => width,
        }
    }

    /// Returns the type string, such as `<f4`.
    pub fn descr(self) -> String {
        let order = |width: usize, big_endian: bool| match (width, big_endian) {
            (1, _) => '|',
            (_, true) => '>',
            (_, false) => '<',
        };
        match self {
            Element::Integer(Integer { width, signed, big_endian }) => {
                format!("{}{}{width}", order(width, big_endian), if signed { 'i' } else { 'u' })
            }
            Element::Float(NpyFloat { width, big_endian }) => format!("{}f{width}", order(width, big_endian)),
        }
    }

    /// Returns numpy's name of the type.
    pub fn name(self) -> String {
        match self {
            Element::Integer(Integer { width, signed, .. }) => {
                format!("{}int{}", if signed { "" } else { "u" }, 8 * width)
            }
            Element::Float(NpyFloat { width, .. }) => format!("float{}", 8 * width),
        }
    }
}

impl Integer {
    /// Returns the value of an element's `width` bytes.
    pub fn decode(self, element: &[u8]) -> i128 {
        let mut wide = [0; 8];
        wide[..self.width].copy_from_slice(element);
        if self.big_endian {
            wide[..self.width].reverse();
        }
        let spare = 64 - 8 * self.width as u32;
        let raised = u64::from_le_bytes(wide) << spare;
        if self.signed { i128::from(raised as i64 >> spare) } else { i128::from(raised >> spare) }
    }
}

impl NpyFloat {
    /// Returns the value of an element's `width` bytes.
    pub fn decode(self, element: &[u8]) -> f64 {
        let mut wide = [0; 8];
        wide[..self.width].copy_from_slice(element);
        if self.big_endian {
            wide[..self.width].reverse();
        }
        let bits = u64::from_le_bytes(wide);
        if self.width == 4 { f64::from(f32::from_bits(bits as u32)) } else { f64::from_bits(bits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_either_order_and_sign_are_decoded() {
        let decode = |descr: &str, bytes: &[u8]| match Element::parse(descr)? {
            Element::Integer(integer) => Some(integer.decode(bytes)),
            Element::Float(_) => None,
        };
        assert_eq!(decode("|u1", &[200]), Some(200));
        assert_eq!(decode("|i1", &[200]), Some(-56));
        assert_eq!(decode(">u2", &[1, 2]), Some(258));
        assert_eq!(decode("<i4", &[254, 255, 255, 255]), Some(-2));
        assert_eq!(decode(">i8", &[255; 8]), Some(-1));
        assert_eq!(decode("<u8", &[255; 8]), Some(i128::from(u64::MAX)));
        for other in ["<f4", "<f2", "|O", "<U3", "<u3", "|b2", "|V16", "u1", ""] {
            assert_eq!(decode(other, &[]), None, "{other}");
        }
    }

    #[test]
    fn floats_of_either_order_are_decoded() {
        let decode = |descr: &str, bytes: &[u8]| match Element::parse(descr) {
            Some(Element::Float(float)) => float.decode(bytes),
            _ => panic!("{descr} is a float"),
        };
        assert_eq!(decode("<f4", &0.3_f32.to_le_bytes()), f64::from(0.3_f32));
        assert_eq!(decode(">f4", &0.3_f32.to_be_bytes()), f64::from(0.3_f32));
        assert_eq!(decode("<f8", &0.3_f64.to_le_bytes()), 0.3);
        assert_eq!(decode(">f8", &0.3_f64.to_be_bytes()), 0.3);
        assert_eq!(Element::parse("<f8").unwrap().name(), "float64");
        assert_eq!(Element::parse(">u2").unwrap().name(), "uint16");
    }
}
