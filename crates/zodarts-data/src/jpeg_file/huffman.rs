//! Huffman tables of JPEG files.

use super::fault::JpegFault;

/// A Huffman table: codes of 1 to 16 bits in rising order.
#[derive(Clone, Debug)]
pub(super) struct HuffmanTable {
    /// The value and length of the code that begins with each byte; length 0 for longer codes.
    short: [(u8, u8); 256],
    /// For each length, the first code that is longer.
    ends: [u32; 17],
    /// For each length, the place of code 0 in `values`, were there one.
    places: [i32; 17],
    values: Vec<u8>,
}

impl HuffmanTable {
    /// Reads a table from 16 numbers of codes, by length, and the values behind them. Returns the table with
    /// its number of bytes.
    pub fn read(bytes: &[u8]) -> Result<(Self, usize), JpegFault> {
        let (counts, rest) = bytes.split_at_checked(16).ok_or(JpegFault::Table)?;
        let total = counts.iter().map(|count| usize::from(*count)).sum();
        let values = rest.get(..total).ok_or(JpegFault::Table)?.to_vec();
        let mut table = Self { short: [(0, 0); 256], ends: [0; 17], places: [0; 17], values };
        let (mut code, mut place) = (0_u32, 0_usize);
        for length in 1..=16_usize {
            code <<= 1;
            table.places[length] = place as i32 - code as i32;
            for _ in 0..counts[length - 1] {
                table.add_short(code, length, place);
                (code, place) = (code + 1, place + 1);
            }
            if code > 1 << length {
                return Err(JpegFault::Table);
            }
            table.ends[length] = code;
        }
        Ok((table, 16 + total))
    }

    fn add_short(&mut self, code: u32, length: usize, place: usize) {
        if length <= 8 {
            let first = (code as usize) << (8 - length);
            let entries = self.short.iter_mut().skip(first).take(1 << (8 - length));
            entries.for_each(|entry| *entry = (self.values[place], length as u8));
        }
    }

    /// Returns the value and the length of the code at the start of 16 bits.
    pub fn decode(&self, bits: u16) -> Option<(u8, u32)> {
        let (value, length) = self.short[usize::from(bits >> 8)];
        if length > 0 {
            return Some((value, length.into()));
        }
        let (code, length) = (9..=16)
            .map(|length| (u32::from(bits) >> (16 - length), length))
            .find(|(code, length)| *code < self.ends[*length as usize])?;
        let place = code as i32 + self.places[length as usize];
        Some((*self.values.get(usize::try_from(place).ok()?)?, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_rise_with_their_length() {
        // Codes 0, 10, 110 and one of nine bits, 111000000.
        let mut bytes = vec![1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 6, 7, 8, 99];
        let (table, length) = HuffmanTable::read(&bytes).unwrap();
        assert_eq!(length, 20);
        for (bits, expected) in [(0x0000, (5, 1)), (0x8000, (6, 2)), (0xc000, (7, 3)), (0xe000, (8, 9))] {
            assert_eq!(table.decode(bits), Some(expected), "{bits:x}");
        }
        assert_eq!(table.decode(0xe080), None);
        assert_eq!(table.decode(0xffff), None);
        assert!(HuffmanTable::read(&bytes[..19]).is_err());
        bytes[0] = 3;
        assert!(HuffmanTable::read(&bytes).is_err(), "three codes of one bit");
    }
}
