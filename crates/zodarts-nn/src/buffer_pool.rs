//! Buffers that serve several values, one after the other.

/// Hands out buffers by first fit: each is free again after the turn of the last reader of what it holds.
#[derive(Debug, Default)]
pub struct BufferPool {
    /// Pixels of each buffer: those of the largest value it ever holds.
    pub sizes: Vec<usize>,
    /// The turn in which each buffer is read for the last time.
    busy_until: Vec<usize>,
}

impl BufferPool {
    /// The buffer of a value of `size` pixels that is written in turn `now` and last read in turn `last`. Turns are asked
    /// for in order.
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
