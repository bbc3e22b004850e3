//! Scans of JPEG files: their codes are read, their coefficients are not kept.

use super::bits::ScanBits;
use super::fault::JpegFault;
use super::frame::JpegFrame;
use super::huffman::HuffmanTable;

/// The tables in force.
#[derive(Debug, Default)]
pub(super) struct JpegTables {
    pub dc: [Option<HuffmanTable>; 4],
    pub ac: [Option<HuffmanTable>; 4],
    /// Units between restart markers; 0 for none.
    pub restart: usize,
}

/// A component in a scan.
struct ScanPart<'a> {
    component: usize,
    /// Blocks of a unit across and down.
    blocks: [usize; 2],
    dc: Option<&'a HuffmanTable>,
    ac: Option<&'a HuffmanTable>,
}

/// A scan: a band of coefficients, and of their bits, of some components.
pub(super) struct JpegScan<'a> {
    parts: Vec<ScanPart<'a>>,
    band: [usize; 2],
    /// Lowest bits that came before, and that are left to come.
    bits: [u8; 2],
    restart: usize,
}

impl<'a> JpegScan<'a> {
    /// Reads the segment of a scan header.
    pub fn read(segment: &[u8], frame: &JpegFrame, tables: &'a JpegTables) -> Result<Self, JpegFault> {
        let wrong = JpegFault::Header("a scan header is wrong");
        let (count, rest) = segment.split_first().ok_or(wrong.clone())?;
        let (listed, rest) = rest.split_at_checked(2 * usize::from(*count)).ok_or(wrong.clone())?;
        let &[first, last, bits, ..] = rest else { return Err(wrong) };
        let alone = *count == 1;
        let part = |&[id, tables_of]: &[u8; 2]| {
            let component = frame.component(id).ok_or(wrong.clone())?;
            let blocks = if alone { [1, 1] } else { frame.components[component].sampling };
            let table = |tables: &'a [Option<HuffmanTable>; 4], index: u8| {
                tables.get(usize::from(index)).and_then(Option::as_ref)
            };
            let (dc, ac) = (table(&tables.dc, tables_of >> 4), table(&tables.ac, tables_of & 15));
            Ok(ScanPart { component, blocks, dc, ac })
        };
        let parts: Vec<ScanPart<'_>> =
            listed.as_chunks::<2>().0.iter().map(part).collect::<Result<_, _>>()?;
        let (band, bits) = if frame.progressive {
            ([first, last].map(usize::from), [bits >> 4, bits & 15])
        } else {
            ([0, 63], [0, 0])
        };
        let of_dc = band == [0, 0] || !frame.progressive;
        let of_ac = alone && (1..=63).contains(&band[0]) && (band[0]..=63).contains(&band[1]);
        if parts.is_empty() || !(of_dc || of_ac) || bits[1] > 13 {
            return Err(wrong);
        }
        Ok(Self { parts, band, bits, restart: tables.restart })
    }

    /// Reads all codes of the scan from a position, and returns the position behind them.
    pub fn walk(&self, bytes: &[u8], from: usize, frame: &mut JpegFrame) -> Result<usize, JpegFault> {
        let mut walk = ScanWalk { bits: ScanBits::new(bytes, from), run: 0 };
        let units = match &self.parts[..] {
            [part] => frame.components[part.component].blocks,
            _ => frame.units,
        };
        for unit in 0..units[0] * units[1] {
            if self.restart > 0 && unit > 0 && unit % self.restart == 0 {
                walk.bits.restart(((unit / self.restart - 1) % 8) as u8)?;
                walk.run = 0;
            }
            for part in &self.parts {
                let [x, y] = [unit % units[0], unit / units[0]];
                for block in 0..part.blocks[0] * part.blocks[1] {
                    let [dx, dy] = [block % part.blocks[0], block / part.blocks[0]];
                    let stride = frame.components[part.component].stride;
                    let place = (y * part.blocks[1] + dy) * stride + x * part.blocks[0] + dx;
                    self.block(&mut walk, part, frame, place)?;
                }
            }
        }
        for part in &self.parts {
            let known = &mut frame.components[part.component].missing[self.band[0]..=self.band[1]];
            known.fill(self.bits[1]);
        }
        Ok(walk.bits.position())
    }

    fn block(
        &self,
        walk: &mut ScanWalk<'_>,
        part: &ScanPart<'_>,
        frame: &mut JpegFrame,
        place: usize,
    ) -> Result<(), JpegFault> {
        let first = self.bits[0] == 0;
        if !frame.progressive {
            walk.dc(part)?;
            return walk.ac(part);
        }
        if self.band == [0, 0] {
            return if first { walk.dc(part) } else { walk.bits.skip(1) };
        }
        let nonzero = frame.components[part.component].nonzero.get_mut(place);
        let nonzero = nonzero.ok_or(JpegFault::Header("a scan header is wrong"))?;
        if first { walk.ac_first(part, self.band, nonzero) } else { walk.ac_more(part, self.band, nonzero) }
    }
}

/// The state within a scan.
struct ScanWalk<'a> {
    bits: ScanBits<'a>,
    /// Blocks to come in which no coefficient begins.
    run: u32,
}

impl ScanWalk<'_> {
    /// Reads the first coefficient of a block.
    fn dc(&mut self, part: &ScanPart<'_>) -> Result<(), JpegFault> {
        let size = self.bits.symbol(part.dc.ok_or(JpegFault::Table)?)?;
        if size > 16 { Err(JpegFault::Code) } else { self.bits.skip(size.into()) }
    }

    /// Reads the other coefficients of a block, in order.
    fn ac(&mut self, part: &ScanPart<'_>) -> Result<(), JpegFault> {
        let table = part.ac.ok_or(JpegFault::Table)?;
        let mut place = 1;
        while place < 64 {
            let symbol = self.bits.symbol(table)?;
            let (zeros, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            match (zeros, size) {
                (15, 0) => place += 16,
                (_, 0) => break,
                _ => {
                    place += zeros + 1;
                    self.bits.skip(size)?;
                }
            }
        }
        if place > 64 { Err(JpegFault::Code) } else { Ok(()) }
    }

    /// Reads the upper bits of a block's band.
    fn ac_first(
        &mut self,
        part: &ScanPart<'_>,
        band: [usize; 2],
        nonzero: &mut u64,
    ) -> Result<(), JpegFault> {
        if self.run > 0 {
            self.run -= 1;
            return Ok(());
        }
        let table = part.ac.ok_or(JpegFault::Table)?;
        let mut place = band[0];
        while place <= band[1] {
            let symbol = self.bits.symbol(table)?;
            let (zeros, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            match (zeros, size) {
                (15, 0) => place += 16,
                (bits, 0) => {
                    self.run = (1 << bits) - 1 + self.bits.number(bits)?;
                    break;
                }
                _ => {
                    place += zeros as usize;
                    self.bits.skip(size)?;
                    if place > band[1] {
                        return Err(JpegFault::Code);
                    }
                    *nonzero |= 1 << place;
                    place += 1;
                }
            }
        }
        Ok(())
    }

    /// Reads one more bit of a block's band: of each coefficient that is not zero, and those that begin.
    fn ac_more(&mut self, part: &ScanPart<'_>, band: [usize; 2], nonzero: &mut u64) -> Result<(), JpegFault> {
        let table = part.ac.ok_or(JpegFault::Table)?;
        let mut place = band[0];
        while self.run == 0 && place <= band[1] {
            let symbol = self.bits.symbol(table)?;
            let (zeros, size) = (u32::from(symbol >> 4), symbol & 15);
            match (zeros, size) {
                (15, 0) => {}
                (bits, 0) => {
                    self.run = (1 << bits) + self.bits.number(bits)?;
                    break;
                }
                (_, 1) => self.bits.skip(1)?,
                _ => return Err(JpegFault::Code),
            }
            place = self.pass(place, band[1], zeros, *nonzero)?;
            if size == 1 && place <= band[1] {
                *nonzero |= 1 << place;
            }
            place += 1;
        }
        if self.run > 0 {
            if place <= band[1] {
                let rest = (u64::MAX << place) & (u64::MAX >> (63 - band[1]));
                self.bits.skip((*nonzero & rest).count_ones().min(32))?;
                self.bits.skip((*nonzero & rest).count_ones().saturating_sub(32))?;
            }
            self.run -= 1;
        }
        Ok(())
    }

    /// Passes over some zeros and reads a bit of each coefficient among them that is not. Returns the place
    /// of the zero behind them.
    fn pass(&mut self, from: usize, last: usize, mut zeros: u32, nonzero: u64) -> Result<usize, JpegFault> {
        let mut place = from;
        while place <= last {
            if nonzero >> place & 1 == 1 {
                self.bits.skip(1)?;
            } else if zeros == 0 {
                break;
            } else {
                zeros -= 1;
            }
            place += 1;
        }
        Ok(place)
    }
}
