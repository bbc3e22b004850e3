//! Buffers on large pages.
//!
//! A training step reads and writes a few hundred megabytes in strides of rows and planes. On pages of 4 KiB
//! much of its time is spent translating addresses, and the CPU's prefetchers stop at every page.

use crate::pixel::Pixel;
use crate::real::Real;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::slice;
use std::sync::Arc;

/// Bytes of a large page.
const LARGE_PAGE: usize = 2 << 20;

/// Bytes left free between buffers: nine cache lines. Buffers of whole small pages would otherwise all start
/// in the same sets of the first-level cache, and sweeps read up to nine of them at a time.
const GAP: usize = 9 * 64;

/// A contiguous range of memory that buffers are cut from. It is freed when the last of them is dropped.
#[derive(Debug)]
pub struct Arena<T> {
    memory: Option<Arc<Memory>>,
    next: NonNull<Pixel<T>>,
    /// Pixels from `next` on.
    left: usize,
}

/// Owned pixels within an [`Arena`]. Empty by default.
#[derive(Debug)]
pub struct Buffer<T> {
    /// Keeps the pixels alive.
    _memory: Option<Arc<Memory>>,
    start: NonNull<Pixel<T>>,
    len: usize,
}

#[derive(Debug)]
struct Memory {
    start: NonNull<u8>,
    layout: Layout,
}

impl<T: Real> Arena<T> {
    const GAP: usize = GAP / size_of::<Pixel<T>>();

    /// Returns the number of pixels that an arena takes for buffers of these lengths.
    ///
    /// # Panics
    /// If the size overflows.
    pub fn pixels(lengths: impl IntoIterator<Item = usize>) -> usize {
        lengths.into_iter().fold(0, |sum: usize, len| {
            sum.checked_add(Self::cut(len)).expect("an arena within the address space")
        })
    }

    /// Returns the pixels of a buffer and the gap after it.
    fn cut(len: usize) -> usize {
        len.checked_add(Self::GAP).expect("a buffer within the address space")
    }

    /// Allocates zeroed memory for buffers of these lengths. Aborts the program if there is not enough
    /// memory, like any collection.
    ///
    /// # Panics
    /// If the size overflows.
    pub fn new(lengths: impl IntoIterator<Item = usize>) -> Self {
        let pixels = Self::pixels(lengths);
        if pixels == 0 {
            return Self { memory: None, next: NonNull::dangling(), left: 0 };
        }
        let layout = Layout::array::<Pixel<T>>(pixels).expect("an arena within the address space");
        let memory = Memory::new(layout);
        let next = memory.start.cast();
        // SAFETY: the memory is valid for `pixels` pixels, and zero bytes are zeros of `f32` and `f64`.
        unsafe { next.write_bytes(0, pixels) };
        Self { memory: Some(Arc::new(memory)), next, left: pixels }
    }

    /// Returns the next buffer of `len` pixels.
    ///
    /// # Panics
    /// If the arena has fewer pixels left.
    pub fn take(&mut self, len: usize) -> Buffer<T> {
        let cut = Self::cut(len);
        assert!(cut <= self.left, "{cut} pixels from an arena of {}", self.left);
        let start = self.next;
        // SAFETY: `cut` pixels are left, so the result is within the memory or at its end.
        self.next = unsafe { start.add(cut) };
        self.left -= cut;
        Buffer { _memory: self.memory.clone(), start, len }
    }
}

impl Memory {
    fn new(layout: Layout) -> Self {
        let align = if layout.size() < LARGE_PAGE { layout.align() } else { LARGE_PAGE };
        let layout = layout.align_to(align).expect("an arena within the address space");
        // SAFETY: the size is not zero, for arenas of no pixels have no memory.
        let start = unsafe { alloc(layout) };
        let Some(start) = NonNull::new(start) else { handle_alloc_error(layout) };
        advise_large_pages(start, layout.size());
        Self { start, layout }
    }
}

/// Requests large pages before the memory is touched. Without them everything works, only slower.
#[cfg(target_os = "linux")]
fn advise_large_pages(start: NonNull<u8>, len: usize) {
    use rustix::mm::{Advice, madvise};
    if len >= LARGE_PAGE {
        // SAFETY: the range was just allocated, starts on a page, and this advice changes no contents. A
        // refusal is no error.
        let _ = unsafe { madvise(start.as_ptr().cast(), len, Advice::LinuxHugepage) };
    }
}

#[cfg(not(target_os = "linux"))]
fn advise_large_pages(_: NonNull<u8>, _: usize) {}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.start.as_ptr(), self.layout) };
    }
}

// SAFETY: memory is plain bytes; only buffers and the arena that gives them out reach into it, each into its
// own part.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}
// SAFETY: a buffer owns its pixels alone.
unsafe impl<T: Real> Send for Buffer<T> {}
// SAFETY: shared, a buffer only lends shared pixels.
unsafe impl<T: Real> Sync for Buffer<T> {}

impl<T> Default for Buffer<T> {
    fn default() -> Self {
        Self { _memory: None, start: NonNull::dangling(), len: 0 }
    }
}

impl<T> Deref for Buffer<T> {
    type Target = [Pixel<T>];

    fn deref(&self) -> &[Pixel<T>] {
        // SAFETY: `len` initialised pixels from `start`, which no other buffer has, or none.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T> DerefMut for Buffer<T> {
    fn deref_mut(&mut self) -> &mut [Pixel<T>] {
        // SAFETY: as for `deref`, and this borrow is exclusive.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_zero_apart_and_outlive_their_arena() {
        for lengths in [vec![3, 0, 5], vec![70_000, 1, 70_000]] {
            let mut arena = Arena::<f32>::new(lengths.iter().copied());
            let mut buffers: Vec<_> = lengths.iter().map(|&len| arena.take(len)).collect();
            drop(arena);
            for (index, (buffer, &len)) in buffers.iter_mut().zip(&lengths).enumerate() {
                assert_eq!(buffer.len(), len);
                assert!(buffer.iter().all(|&pixel| pixel == Pixel::ZERO), "buffer {index}");
                buffer.fill(Pixel([1.0 + index as f32; 8]));
            }
            for (index, buffer) in buffers.iter().enumerate() {
                assert!(
                    buffer.iter().all(|&pixel| pixel == Pixel([1.0 + index as f32; 8])),
                    "buffer {index}"
                );
            }
        }
    }

    #[test]
    fn an_empty_buffer_needs_no_arena() {
        assert!(Buffer::<f64>::default().is_empty());
        assert_eq!(Arena::<f64>::pixels([]), 0);
        let _ = Arena::<f64>::new([]);
    }

    #[test]
    #[should_panic(expected = "a buffer within the address space")]
    fn a_length_that_overflows_is_refused() {
        Arena::<f32>::new([4]).take(usize::MAX);
    }

    #[test]
    #[should_panic(expected = "from an arena of")]
    fn an_arena_gives_no_more_than_it_has() {
        Arena::<f32>::new([4]).take(100);
    }
}
