//! Number of planes of a block with channels in the lanes.

use crate::pixel::LANES;

/// Returns the number of planes that hold `channels` channels. Lanes beyond the last channel are zero.
pub fn planes(channels: usize) -> usize {
    channels.div_ceil(LANES)
}
