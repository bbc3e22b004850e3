//! The batch that a training begins with.

use super::memory::batch_size;
use crate::settings::TrainSettings;
use zodarts_data::rng::{epoch_order, stream};
use zodarts_data::{Batch, DatasetInfo, Samples, Standardise};

/// The streams of an epoch: the order of the images, and their changes.
pub(super) const STREAMS: [&str; 2] = ["train-order", "train-augment"];

/// Returns the first batch of a training, changed as its network sees it but for
/// [`TrainSettings::standardise`]: values are from 0 to 1. It is empty without training images.
pub fn first_batch(info: &DatasetInfo, train: &Samples, settings: &TrainSettings, seed: u64) -> Batch {
    let [order, changes] = STREAMS;
    let order = epoch_order(train.len(), &mut stream(seed, order, 0));
    let count = batch_size(info, train.len(), settings).min(order.len());
    let augmentation = settings.augmentation(info.height).with_standardise(Standardise::None);
    let mut batch = Batch::new();
    augmentation.batch(train, &order[..count], &mut stream(seed, changes, 0), &mut batch);
    batch
}

#[cfg(test)]
mod tests {
    use super::*;
    use zodarts_data::{Dataset, OpenOptions};

    #[test]
    fn the_batch_is_changed_by_the_policy_and_the_seed_and_not_standardised() {
        let data = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        let plain = TrainSettings::default();
        let mut strong = TrainSettings { standardise: Standardise::Image, ..TrainSettings::default() };
        strong.augment.policy = crate::settings::PolicyName::Strong;
        let batch = |settings: &TrainSettings, seed| first_batch(&data.info, &data.train, settings, seed);
        let first = batch(&strong, 1);
        assert_eq!((first.n, first.height), (batch_size(&data.info, data.train.len(), &strong), 32));
        assert!(first.images.iter().all(|value| (0.0..=1.0).contains(value)));
        assert_eq!(first.labels, batch(&plain, 1).labels);
        assert!(first.images != batch(&plain, 1).images && first.labels != batch(&strong, 2).labels);
    }
}
