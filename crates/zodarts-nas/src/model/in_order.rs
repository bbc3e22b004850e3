//! Images in their order, as they are scored.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use zodarts_data::{Ahead, Augmentation, Batch, Samples, ahead};

/// Calls `work` with all images in their order, `size` at a time and of `side` pixels, made ahead.
pub fn in_order<R>(
    samples: &Samples,
    side: usize,
    size: usize,
    work: impl FnOnce(&mut Ahead<Batch>) -> R,
) -> R {
    let positions: Vec<usize> = (0..samples.len()).collect();
    let mut chunks = positions.chunks(size);
    // Nothing is drawn without augmentation; the generator is only asked for by the signature.
    let mut unused = ChaCha8Rng::seed_from_u64(0);
    let make = |batch: &mut Batch| {
        let Some(chunk) = chunks.next() else { return false };
        Augmentation::none(side).batch(samples, chunk, &mut unused, batch);
        true
    };
    ahead(make, work)
}
