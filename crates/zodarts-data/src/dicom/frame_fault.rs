//! Faults of the compressed data of a frame.

use std::fmt;

/// The size of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameShape {
    pub width: usize,
    pub height: usize,
    /// Values of a pixel.
    pub channels: usize,
}

impl FrameShape {
    /// Returns the number of pixels.
    pub fn area(&self) -> usize {
        self.width * self.height
    }

    /// Returns the number of values.
    pub fn len(&self) -> usize {
        self.area() * self.channels
    }

    /// Refuses data of another size than the header says.
    pub fn check(&self, header: FrameShape) -> Result<(), FrameFault> {
        if *self == header { Ok(()) } else { Err(FrameFault::Size { found: *self, expected: header }) }
    }
}

impl fmt::Display for FrameShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.channels == 1 { "" } else { "s" };
        write!(f, "{}×{} pixels of {} channel{plural}", self.width, self.height, self.channels)
    }
}

/// The reason that the compressed data of a frame are not read, to follow the word "data".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameFault {
    #[error("are damaged")]
    Damaged,
    #[error("have {found}, expected {expected}")]
    NotRead { found: String, expected: &'static str },
    #[error("have {found}, but the header says {expected}")]
    Size { found: FrameShape, expected: FrameShape },
    #[error("need more than {most} MiB of memory")]
    Memory { most: u64 },
}

impl FrameFault {
    /// Returns the fault of a kind of data that is not read.
    pub fn not_read(found: impl Into<String>, expected: &'static str) -> Self {
        Self::NotRead { found: found.into(), expected }
    }
}
