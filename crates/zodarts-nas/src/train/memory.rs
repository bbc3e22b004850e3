//! What a training takes.

use super::card;
use crate::error::Error;
use crate::genotype::Genotype;
use crate::memory::Memory;
use crate::settings::{TrainSettings, train_batch};
use zodarts_data::{DatasetInfo, PREFETCH_BUFFERS};
use zodarts_nn::executor::bytes_needed;
use zodarts_nn::graph::Network;

/// Vectors as long as the weights: weights, momentum, gradient, the weights kept, those being written, and the transformed
/// filters that validation images are scored with, which are four times as long.
const VECTORS: usize = 9;

/// Refuses a training on `images` images that does not fit in memory. Before a search,
/// [`Genotype::heaviest`] stands for what it will find.
///
/// # Errors
/// [`OutOfMemory`](crate::memory::OutOfMemory) with the largest batch that fits; or the genotype makes no network.
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

/// Images of a batch.
pub fn batch_size(info: &DatasetInfo, images: usize, settings: &TrainSettings) -> usize {
    let side = settings.images().side(info.height);
    settings.batch_size.unwrap_or(train_batch(&info.name, images, side))
}

/// Bytes of a training: the executor, a batch and the next, each with a copy to blend from, and weights with what goes along with them.
/// Validation images are scored one at a time, which is little beside that.
fn needed(network: &Network, settings: &TrainSettings, batch: usize) -> u64 {
    let executor = bytes_needed::<f32>(network, settings.convolutions, batch);
    let input = network.input();
    let image = input.channels * input.height * input.width + network.classes;
    let values = PREFETCH_BUFFERS * 2 * batch * image + VECTORS * network.weights.len();
    executor + (values * size_of::<f32>()) as u64
}
