//! Buffers shared by values that are not needed at the same time.

/// Assigns buffers by first fit. A buffer is free again after the turn of the last reader of its value.
#[derive(Debug, Default)]
pub struct BufferPool {
    /// Pixels of each buffer: those of its largest value.
    pub sizes: Vec<usize>,
    /// Turn in which each buffer is read for the last time.
    busy_until: Vec<usize>,
}

impl BufferPool {
    /// Returns the buffer of a value of `size` pixels that is written in turn `now` and last read in turn
    /// `last`. Calls come in the order of turns.
    pub fn take(&mut self, size: usize, now: usize, last: usize) -> usize {
        let free = self.busy_until.iter().position(|&until| until < now);
        let buffer = free.unwrap_or(self.sizes.len());
        if free.is_none() {
            self.sizes.push(0);
            self.busy_until.push(0);
        }
        self.sizes[buffer] = self.sizes[buffer].max(size);
        self.busy_until[buffer] = last;
        buffer
    }
}
