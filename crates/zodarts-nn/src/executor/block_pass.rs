//! The work of a pass on one block.

use super::block::Block;
use super::context::PassContext;
use super::partial_sums::PartialSums;
use super::scratch::Scratch;

/// A block in a pass, with all that its work needs. Forward and backward work are methods in their own files.
pub struct BlockPass<'a, T> {
    /// The state that all blocks share.
    pub cx: &'a PassContext<'a, T>,
    /// Temporaries of the thread.
    pub scratch: &'a mut Scratch<T>,
    /// The block.
    pub block: &'a mut Block<T>,
    /// Sums over the blocks of the shard.
    pub partial: &'a mut PartialSums<T>,
}
