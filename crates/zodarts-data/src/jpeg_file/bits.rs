//! The bits of a scan.

use super::fault::JpegFault;
use super::huffman::HuffmanTable;
use super::markers::{MARK, next_marker};

/// A reader of a scan's bits. It never reads beyond a marker.
pub(super) struct ScanBits<'a> {
    bytes: &'a [u8],
    position: usize,
    /// The bits that are read and not yet used, in the lowest places.
    buffer: u64,
    held: u32,
}

impl<'a> ScanBits<'a> {
    /// Returns a reader of the bits from a position.
    pub fn new(bytes: &'a [u8], position: usize) -> Self {
        Self { bytes, position, buffer: 0, held: 0 }
    }

    /// Returns a position that is not behind the next marker.
    pub fn position(&self) -> usize {
        self.position
    }

    fn refill(&mut self) {
        while self.held <= 56 {
            let Some(&byte) = self.bytes.get(self.position) else { return };
            if byte == MARK {
                // A zero says that the byte before it is no marker.
                if self.bytes.get(self.position + 1) != Some(&0) {
                    return;
                }
                self.position += 1;
            }
            self.position += 1;
            self.buffer = self.buffer << 8 | u64::from(byte);
            self.held += 8;
        }
    }

    /// Reads a code of a table and returns its value.
    pub fn symbol(&mut self, table: &HuffmanTable) -> Result<u8, JpegFault> {
        if self.held < 16 {
            self.refill();
        }
        let next =
            if self.held < 16 { self.buffer << (16 - self.held) } else { self.buffer >> (self.held - 16) };
        let (value, length) = match table.decode(next as u16) {
            Some(found) => found,
            None if self.held < 16 => return Err(JpegFault::Short),
            None => return Err(JpegFault::Code),
        };
        self.skip(length)?;
        Ok(value)
    }

    /// Passes over some bits, at most 32.
    pub fn skip(&mut self, bits: u32) -> Result<(), JpegFault> {
        if self.held < bits {
            self.refill();
        }
        self.held = self.held.checked_sub(bits).ok_or(JpegFault::Short)?;
        Ok(())
    }

    /// Reads a number of some bits, at most 16.
    pub fn number(&mut self, bits: u32) -> Result<u32, JpegFault> {
        self.skip(bits)?;
        Ok((self.buffer >> self.held) as u32 & ((1 << bits) - 1))
    }

    /// Passes over the restart marker of a number.
    pub fn restart(&mut self, number: u8) -> Result<(), JpegFault> {
        self.held = 0;
        match next_marker(self.bytes, self.position) {
            Some((marker, next)) if marker == 0xd0 + number => {
                self.position = next;
                Ok(())
            }
            Some((0xd9, _)) | None => Err(JpegFault::Short),
            Some(_) => Err(JpegFault::Restart),
        }
    }
}
