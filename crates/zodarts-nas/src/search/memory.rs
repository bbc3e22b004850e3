//! The memory that a search needs, and the number of its chains that run at once.

use crate::memory::{Memory, OutOfMemory};
use crate::methods::SearchMethod;
use crate::settings::{Chains, SearchSettings, search_batch};
use zodarts_data::{DatasetInfo, PREFETCH_BUFFERS};
use zodarts_nn::executor::bytes_needed;
use zodarts_nn::graph::Network;

/// If a batch has this many blocks per thread, a second batch at the same time would cost memory and save no
/// time.
const BLOCKS_PER_THREAD: usize = 2;

/// Number of vectors of the weights' length besides those of a round: weights and momentum as they are, and
/// as they were before the epoch.
const KEPT: usize = 4;

/// Checks that a search on `images` images, for weights and architecture together, fits in memory.
///
/// # Errors
/// Returns [`OutOfMemory`] with the largest batch that fits.
pub fn check_memory(
    info: &DatasetInfo,
    images: usize,
    (settings, method): (&SearchSettings, &dyn SearchMethod),
    memory: Memory,
) -> Result<(), OutOfMemory> {
    let method = method.build(&settings.optimisers());
    let round = Needs {
        chains: method.workers(),
        vectors: method.vectors(),
        steps: method.steps_per_round(),
        validation: method.validation_batches(),
    };
    check(info, images, settings, &round, memory)
}

/// Checks a search with a single chain whose batches are loaded one by one, as [`check_memory`] does.
///
/// # Errors
/// See [`check_memory`].
pub fn check_single_memory(
    info: &DatasetInfo,
    images: usize,
    settings: &SearchSettings,
    memory: Memory,
) -> Result<(), OutOfMemory> {
    let round = Needs { chains: 1, vectors: 3, steps: 1, validation: 1 };
    check(info, images, settings, &round, memory)
}

fn check(
    info: &DatasetInfo,
    images: usize,
    settings: &SearchSettings,
    round: &Needs,
    memory: Memory,
) -> Result<(), OutOfMemory> {
    let network = super::network(info, settings);
    let batch = batch_size(info, images, settings).min(images.div_ceil(2)).max(1);
    memory.check("search", batch, |batch| needed(&network, round, images, settings, batch))
}

/// Returns the batch size that is set, or else the default for the data set.
pub fn batch_size(info: &DatasetInfo, images: usize, settings: &SearchSettings) -> usize {
    let side = settings.images().side(info.height);
    settings.batch_size.unwrap_or(search_batch(&info.name, images, side))
}

/// Returns how many of `chains` chains run at once: as many as there are threads; but if the batch is large,
/// a single one on all threads, for half the memory.
pub fn workers(order: Chains, chains: usize, batch: usize) -> usize {
    let threads = rayon::current_num_threads();
    let busy = batch.div_ceil(zodarts_kernels::LANES) >= BLOCKS_PER_THREAD * threads;
    match order {
        Chains::Auto if busy => 1,
        Chains::InTurn => 1,
        Chains::Auto | Chains::Together => chains.min(threads),
    }
}

/// The memory that a round needs besides the network itself.
struct Needs {
    chains: usize,
    /// Number of vectors of the weights' length.
    vectors: usize,
    /// Number of training batches.
    steps: usize,
    /// Number of validation batches.
    validation: usize,
}

/// Returns the bytes that a search needs: executors, the batches of this round and of the next, and the
/// weights with the other vectors of their length.
fn needed(network: &Network, round: &Needs, images: usize, settings: &SearchSettings, batch: usize) -> u64 {
    let executor = bytes_needed::<f32>(network, settings.convolutions, batch);
    let of_a_half = images.div_ceil(2).div_ceil(batch);
    let batches = round.steps.min(of_a_half) + round.validation.min(of_a_half);
    let input = network.input();
    let image = input.channels * input.height * input.width + network.classes;
    let values = PREFETCH_BUFFERS * batches * batch * image + (KEPT + round.vectors) * network.weights.len();
    workers(settings.chains, round.chains, batch) as u64 * executor + (values * size_of::<f32>()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::ZoDartsPlus;
    use crate::settings::Auto;
    use zodarts_data::{Dataset, OpenOptions};

    fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
    }

    #[test]
    fn chains_take_turns_where_one_batch_feeds_all_threads() {
        with_threads(2, || {
            assert_eq!(workers(Chains::Auto, 2, 16), 2);
            assert_eq!(workers(Chains::Auto, 2, 24), 2);
            assert_eq!(workers(Chains::Auto, 2, 25), 1);
            assert_eq!(workers(Chains::Together, 2, 512), 2);
            assert_eq!(workers(Chains::Together, 9, 512), 2);
            assert_eq!(workers(Chains::InTurn, 2, 8), 1);
        });
        with_threads(4, || assert_eq!(workers(Chains::Auto, 2, 32), 2));
    }

    #[test]
    fn the_largest_batch_that_fits_does_and_the_next_one_does_not() {
        let info = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap().info;
        let images = 4000;
        let check = |size: usize, memory: u64| {
            let settings = SearchSettings { batch_size: Auto::Fixed(size), ..SearchSettings::default() };
            check_memory(&info, images, (&settings, &ZoDartsPlus::default()), Memory::of(memory))
        };
        with_threads(2, || {
            let error = check(1024, 1 << 30).unwrap_err();
            assert!(error.needed > 1 << 30 && (64..1024).contains(&error.largest), "{error}");
            assert_eq!(check(error.largest, 1 << 30), Ok(()));
            assert!(check(error.largest + 1, 1 << 30).is_err());
            // No batch is larger than half of the images.
            assert_eq!(check(65_536, 1 << 30).unwrap_err().batch, 2000);
        });
    }
}
