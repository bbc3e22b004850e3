//! The blocks of GIF files.

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const END: u8 = 0x3b;
/// The flag of a table of colours.
const HAS_COLORS: u8 = 0x80;

/// The position in a file, of which some bytes are left.
struct Blocks<'a> {
    bytes: &'a [u8],
}

/// Counts the images of a file.
///
/// # Errors
/// Returns the fault of a file that is cut short or has blocks of no known kind.
pub(super) fn images(bytes: &[u8]) -> Result<usize, String> {
    let cut = || "the file is cut short: its end is missing".to_owned();
    let mut blocks = Blocks { bytes };
    let mut images = 0;
    let screen = blocks.take(13).ok_or_else(cut)?;
    blocks.colors(screen[10]).ok_or_else(cut)?;
    loop {
        match blocks.take(1).ok_or_else(cut)?[0] {
            END if images > 0 => return Ok(images),
            END => return Err("it holds no image".into()),
            EXTENSION => {
                blocks.take(1).ok_or_else(cut)?;
                blocks.data().ok_or_else(cut)?;
            }
            IMAGE => {
                let image = blocks.take(9).ok_or_else(cut)?;
                if images == 0 {
                    check_first(screen, image)?;
                }
                blocks.colors(image[8]).ok_or_else(cut)?;
                // The size of the first code.
                blocks.take(1).ok_or_else(cut)?;
                blocks.data().ok_or_else(cut)?;
                images += 1;
            }
            // Some programs write zeros between blocks.
            0 => {}
            _ => return Err("the GIF data are damaged: a block is of no known kind".into()),
        }
    }
}

/// Checks that the first image has colours and covers the screen: readers differ in what they show else.
fn check_first(screen: &[u8], image: &[u8]) -> Result<(), String> {
    if (screen[10] | image[8]) & HAS_COLORS == 0 {
        return Err("it has no table of colours".into());
    }
    if image[..4] != [0; 4] || image[4..8] != screen[6..10] {
        return Err("its first image does not cover the whole picture; save it as PNG".into());
    }
    Ok(())
}

impl<'a> Blocks<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    /// Passes over a table of colours, if the flags tell of one.
    fn colors(&mut self, flags: u8) -> Option<()> {
        if flags & HAS_COLORS != 0 {
            self.take(3 << ((flags & 7) + 1))?;
        }
        Some(())
    }

    /// Passes over blocks of data, up to an empty one.
    fn data(&mut self) -> Option<()> {
        loop {
            match self.take(1)?[0] {
                0 => return Some(()),
                length => self.take(length.into())?,
            };
        }
    }
}
