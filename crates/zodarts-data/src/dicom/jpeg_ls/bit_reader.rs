//! The bits of a scan, without the bits that are stuffed in.

/// Reads bits, the most significant of a byte first. Behind a byte of ones, a byte has only seven bits.
#[derive(Debug)]
pub(super) struct BitReader<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, from the most significant on.
    bits: u64,
    /// The number of next bits.
    count: u32,
}

impl<'a> BitReader<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, bits: 0, count: 0 }
    }

    /// Returns a number of at most 32 bits, or `None` if the scan ends before.
    pub fn number(&mut self, count: u32) -> Option<u32> {
        if count == 0 {
            return Some(0);
        }
        self.fill();
        if self.count < count {
            return None;
        }
        let number = (self.bits >> (64 - count)) as u32;
        self.drop(count);
        Some(number)
    }

    /// Returns the number of zeros before the next one, which is read as well, or `None` if there are more
    /// than `most` or the scan ends before.
    pub fn zeros(&mut self, most: u32) -> Option<u32> {
        let mut zeros = 0;
        loop {
            self.fill();
            let here = self.bits.leading_zeros().min(self.count);
            zeros += here;
            if zeros > most || self.count == 0 {
                return None;
            }
            if here < self.count {
                self.drop(here + 1);
                return Some(zeros);
            }
            self.drop(here);
        }
    }

    /// Returns the data from the next marker on.
    pub fn rest(&self) -> &'a [u8] {
        let rest = &self.data[self.at..];
        let marker = rest.windows(2).position(|pair| pair[0] == 0xff && pair[1] >= 0x80);
        &rest[marker.unwrap_or(rest.len())..]
    }

    fn drop(&mut self, count: u32) {
        self.bits = self.bits.checked_shl(count).unwrap_or(0);
        self.count -= count;
    }

    /// Has more than 32 next bits, if the scan has.
    fn fill(&mut self) {
        while self.count <= 56 {
            let Some(&byte) = self.data.get(self.at) else { return };
            let is_marker = byte == 0xff && self.data.get(self.at + 1).is_none_or(|next| *next >= 0x80);
            if is_marker {
                return;
            }
            let stuffed = self.at > 0 && self.data[self.at - 1] == 0xff;
            let width = if stuffed { 7 } else { 8 };
            self.bits |= u64::from(byte) << (64 - width) >> self.count;
            self.count += width;
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffed_bits_are_left_out_and_a_marker_ends_the_scan() {
        let data = [0b0001_0110, 0xff, 0b0101_0101, 0x80, 0xff, 0xd9];
        let mut reader = BitReader::new(&data);
        assert_eq!((reader.zeros(9), reader.number(4)), (Some(3), Some(0b0110)));
        assert_eq!((reader.number(8), reader.number(7)), (Some(0xff), Some(0b101_0101)));
        assert_eq!((reader.number(8), reader.number(1), reader.zeros(9)), (Some(0x80), None, None));
        assert_eq!(reader.rest(), [0xff, 0xd9]);
    }

    #[test]
    fn zeros_are_counted_across_words_up_to_a_limit() {
        let data = [&[0; 12][..], &[1]].concat();
        assert_eq!(BitReader::new(&data).zeros(103), Some(103));
        assert_eq!(BitReader::new(&data).zeros(102), None);
        assert_eq!(BitReader::new(&data[..12]).zeros(200), None);
    }
}
