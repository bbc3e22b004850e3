//! The values of a frame as a file stores them.

use super::bits::{Bits, NumberKind};
use super::byte_order::ByteOrder;

/// The words of a frame, as narrow as the file's, for images may be large.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum StoredSamples {
    /// Of at most 16 bits.
    Words(Vec<u16>),
    /// Of 32 bits.
    Longs(Vec<u32>),
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
}

impl StoredSamples {
    /// Returns the words in the bytes of whole words.
    pub fn of_bytes(bytes: &[u8], bits: Bits, order: ByteOrder) -> Self {
        let longs = || bytes.as_chunks::<4>().0.iter().map(|bytes| order.long(*bytes));
        match (bits.number, bits.allocated) {
            (NumberKind::Float, 32) => Self::Floats(longs().map(f32::from_bits).collect()),
            (NumberKind::Float, _) => {
                Self::Doubles(bytes.as_chunks::<8>().0.iter().map(|bytes| order.double(*bytes)).collect())
            }
            (NumberKind::Integer, 32) => Self::Longs(longs().collect()),
            (NumberKind::Integer, 16) => {
                Self::Words(bytes.as_chunks::<2>().0.iter().map(|bytes| order.word(*bytes)).collect())
            }
            (NumberKind::Integer, _) => Self::Words(bytes.iter().copied().map(u16::from).collect()),
        }
    }

    /// Returns `count` words of one bit each, from a bit on. The lowest bit of a byte comes first.
    pub fn of_bits(bytes: &[u8], first: usize, count: usize) -> Self {
        let bit = |at: usize| u16::from(bytes[at / 8] >> (at % 8) & 1);
        Self::Words((first..first + count).map(bit).collect())
    }

    /// Returns the number of words.
    pub fn len(&self) -> usize {
        match self {
            Self::Words(words) => words.len(),
            Self::Longs(words) => words.len(),
            Self::Floats(numbers) => numbers.len(),
            Self::Doubles(numbers) => numbers.len(),
        }
    }

    /// Returns the number in a word.
    pub fn number(&self, at: usize, bits: Bits) -> f64 {
        match self {
            Self::Words(words) => bits.value(words[at].into()),
            Self::Longs(words) => bits.value(words[at]),
            Self::Floats(numbers) => numbers[at].into(),
            Self::Doubles(numbers) => numbers[at],
        }
    }
}

/// A frame as stored.
#[derive(Debug)]
pub(super) struct StoredFrame {
    pub samples: StoredSamples,
    /// The layout of a word.
    pub bits: Bits,
    /// True if values come plane by plane.
    pub planar: bool,
    /// True if colours are red, green and blue already.
    pub rgb: bool,
}

impl StoredFrame {
    /// Returns the numbers in order.
    pub fn numbers(&self) -> impl Iterator<Item = f64> {
        (0..self.samples.len()).map(|at| self.samples.number(at, self.bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_words_of_either_order() {
        let bits = Bits::lowest(16, false);
        let words = StoredSamples::of_bytes(&[1, 2, 3, 4], bits, ByteOrder::Little);
        assert_eq!(words, StoredSamples::Words(vec![0x201, 0x403]));
        let words = StoredSamples::of_bytes(&[1, 2, 3, 4], bits, ByteOrder::Big);
        assert_eq!(words, StoredSamples::Words(vec![0x102, 0x304]));
        let double = Bits { number: NumberKind::Float, allocated: 64, ..bits };
        let doubles = StoredSamples::of_bytes(&2.5f64.to_be_bytes(), double, ByteOrder::Big);
        assert_eq!(doubles, StoredSamples::Doubles(vec![2.5]));
    }

    #[test]
    fn the_lowest_bit_comes_first() {
        let words = StoredSamples::of_bits(&[0b1000_0101, 0b10], 1, 9);
        assert_eq!(words, StoredSamples::Words(vec![0, 1, 0, 0, 0, 0, 1, 0, 1]));
    }
}
