//! A phase of a pass: work between two barriers.

use super::block_pass::BlockPass;
use super::context::PassContext;
use super::frequency_buffers::FrequencyBuffers;
use super::workers::Workers;
use zodarts_kernels::Real;

/// The executor's parts during a phase: the shared state is read, the buffers are written.
pub struct Phase<'a, T> {
    /// The state that all blocks share.
    pub cx: PassContext<'a, T>,
    /// The blocks.
    pub workers: &'a mut Workers<T>,
    /// The buffers of batched convolutions.
    pub frequencies: &'a mut FrequencyBuffers<T>,
}

impl<T: Real> Phase<'_, T> {
    /// Calls `work` on every block, on as many threads as the current pool has.
    pub fn for_blocks(&mut self, work: impl Fn(BlockPass<'_, T>) + Sync) {
        let cx = &self.cx;
        self.workers.for_blocks(cx.net, |scratch, block, partial| {
            work(BlockPass { cx, scratch, block, partial });
        });
    }
}
