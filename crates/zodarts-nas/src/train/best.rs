//! The epoch whose weights a training keeps.

use super::TrainInput;
use super::averaging::EpochWeights;
use super::epoch_scorer::merit;
use super::state::TrainState;
use crate::evaluate::Point;
use crate::files::FileError;
use crate::protocol::Protocol;
use crate::records::TrainRecord;
use crate::settings::Selection;
use crate::stage::store::Restored;

/// The best epoch so far, with its weights.
pub struct Best {
    pub epoch: usize,
    pub point: Point,
    pub weights: Vec<f32>,
    pub statistics: Vec<f32>,
}

impl Best {
    /// Returns the epoch that gave these weights.
    pub fn new(epoch: usize, point: Point, given: &EpochWeights<'_>) -> Self {
        Self { epoch, point, weights: given.weights.to_vec(), statistics: given.statistics.to_vec() }
    }

    /// Returns the epoch of a record, with its vectors from a checkpoint. If the checkpoint has no such
    /// vectors, it is the last epoch, which ended in `good`.
    ///
    /// # Errors
    /// Returns an error if a vector is missing or has another length.
    pub fn restored(
        record: &TrainRecord,
        checkpoint: &mut Restored,
        good: &TrainState,
    ) -> Result<Self, FileError> {
        let point = Point { acc: record.val_acc, auc: record.val_auc };
        let mut best = Self::new(record.epoch, point, &EpochWeights::of_last_step(good));
        if checkpoint.has("best_weights") {
            best.weights = checkpoint.take("best_weights", good.weights.len())?;
            best.statistics = checkpoint.take("best_statistics", good.statistics.len())?;
        }
        Ok(best)
    }
}

/// Returns true if the last epoch is kept, regardless of the others.
pub fn keeps_last(input: &TrainInput<'_>) -> bool {
    input.protocol == Protocol::Official && input.settings.selection == Selection::Last
}

/// Returns true if an epoch is at least as good as the best one. Later epochs win ties.
pub fn improves(protocol: Protocol, best: Option<&Best>, point: &Point) -> bool {
    best.is_none_or(|best| merit(protocol, point) >= merit(protocol, &best.point))
}
