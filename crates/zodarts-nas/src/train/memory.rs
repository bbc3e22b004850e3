//! The memory that a training needs.

use super::card;
use crate::error::Error;
use crate::genotype::Genotype;
use crate::memory::Memory;
use crate::settings::{TrainSettings, train_batch};
use zodarts_data::{DatasetInfo, PREFETCH_BUFFERS};
use zodarts_nn::executor::bytes_needed;
use zodarts_nn::graph::Network;

/// Number of vectors of the weights' length: weights, momentum, gradient, the average, the best weights,
/// those being written, and the transformed filters for scoring, which are four times as long.
const VECTORS: usize = 10;

/// Checks that a training on `images` images fits in memory. Before a search, [`Genotype::heaviest`] can be
/// passed for its result.
///
/// # Errors
/// Returns [`OutOfMemory`](crate::memory::OutOfMemory) with the largest batch that fits, or an error if the
/// genotype does not describe a network.
pub fn check_memory(
    info: &DatasetInfo,
    images: usize,
    settings: &TrainSettings,
    genotype: Option<Genotype>,
    memory: Memory,
) -> Result<(), Error> {
    let network = card(info, settings, genotype)?.network()?;
    let batch = batch_size(info, images, settings).min(images).max(1);
    Ok(memory.check("train", batch, |batch| needed(&network, settings, batch))?)
}

/// Returns the batch size that is set, or else the default for the data set.
pub fn batch_size(info: &DatasetInfo, images: usize, settings: &TrainSettings) -> usize {
    let side = settings.images().side(info.height);
    settings.batch_size.unwrap_or(train_batch(&info.name, images, side))
}

/// Returns the bytes that a training needs: the executor, this batch and the next, each with a copy to mix
/// from, and the weights with the other vectors of their length. Validation images are scored a few at a
/// time, which needs little besides.
fn needed(network: &Network, settings: &TrainSettings, batch: usize) -> u64 {
    let executor = bytes_needed::<f32>(network, settings.convolutions, batch);
    let input = network.input();
    let image = input.channels * input.height * input.width + network.classes;
    let values = PREFETCH_BUFFERS * 2 * batch * image + VECTORS * network.weights.len();
    executor + (values * size_of::<f32>()) as u64
}
