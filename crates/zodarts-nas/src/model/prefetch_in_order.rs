//! Prefetched batches of images in order.

use super::InputForm;
use zodarts_data::{Batch, Prefetched, Samples, prefetch};

/// Calls `work` with batches of all images in order, `size` images at a time, prefetched.
pub fn prefetch_in_order<R>(
    samples: &Samples,
    form: InputForm,
    size: usize,
    work: impl FnOnce(&mut Prefetched<Batch>) -> R,
) -> R {
    let positions: Vec<usize> = (0..samples.len()).collect();
    let mut chunks = positions.chunks(size);
    let make = |batch: &mut Batch| {
        let Some(chunk) = chunks.next() else { return false };
        form.fill(batch, samples, chunk);
        true
    };
    prefetch(make, work)
}
