//! Batches as a search draws them, from epochs that come after its last.

use zodarts_data::Batch;
use zodarts_nas::search::Batches;

/// The source of batches.
pub struct Draws<'a> {
    pub batches: Batches<'a>,
    /// The first epoch after the search.
    pub first: usize,
}

/// The batches of a round.
#[derive(Default)]
pub struct Draw {
    pub training: Vec<Batch>,
    pub validation: Vec<Batch>,
}

impl Draws<'_> {
    /// Returns draw `index`: up to `steps` training batches, at most as many as an epoch has, and
    /// `evaluations` validation batches.
    pub fn draw(&self, index: usize, (steps, evaluations): (usize, usize)) -> Draw {
        let mut images = self.batches.epoch(self.first + index);
        let mut draw = Draw::default();
        self.batches.load_training(&mut images, 0..steps.min(self.batches.steps()), &mut draw.training);
        self.batches.load_validation(&mut images, 0..evaluations, &mut draw.validation);
        draw
    }

    /// Returns all images of the architecture half, without augmentation.
    pub fn architecture_half(&self) -> Vec<Batch> {
        let batch = |index| {
            let mut batch = Batch::new();
            self.batches.load_plain(index, &mut batch);
            batch
        };
        (0..self.batches.plain()).map(batch).collect()
    }
}
