//! Limits of what is decoded from one file.

/// The largest width or height decoded, in pixels.
pub(crate) const MAX_SIDE: u32 = 16_384;
/// The most memory a decoder may take for one image, in bytes.
pub(crate) const MAX_MEMORY: u64 = 1 << 28;
