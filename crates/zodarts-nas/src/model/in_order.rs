//! Images in their order, as they are scored.

use zodarts_data::{Batch, Prefetched, Samples, prefetch};

/// Calls `work` with all images in their order, `size` at a time and of `side` pixels, prefetched.
pub fn in_order<R>(
    samples: &Samples,
    side: usize,
    size: usize,
    work: impl FnOnce(&mut Prefetched<Batch>) -> R,
) -> R {
    let positions: Vec<usize> = (0..samples.len()).collect();
    let mut chunks = positions.chunks(size);
    let make = |batch: &mut Batch| {
        let Some(chunk) = chunks.next() else { return false };
        batch.fill(samples, chunk, side);
        true
    };
    prefetch(make, work)
}
