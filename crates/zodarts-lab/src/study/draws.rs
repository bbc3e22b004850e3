//! Batches as a search draws them: those of epochs that it never comes to.

use zodarts_data::Batch;
use zodarts_nas::search::Batches;

/// Where batches are drawn from.
pub struct Draws<'a> {
    pub batches: Batches<'a>,
    /// The first epoch that the search does not come to.
    pub first: usize,
}

/// The batches of a round.
#[derive(Default)]
pub struct Draw {
    pub training: Vec<Batch>,
    pub validation: Vec<Batch>,
}

impl Draws<'_> {
    /// Draw `index`: up to `steps` training batches, no more than there are in an epoch, and `evaluations` validation
    /// batches.
    pub fn draw(&self, index: usize, (steps, evaluations): (usize, usize)) -> Draw {
        let mut images = self.batches.epoch(self.first + index);
        let mut draw = Draw::default();
        self.batches.load_training(&mut images, 0..steps.min(self.batches.steps()), &mut draw.training);
        self.batches.load_validation(&mut images, 0..evaluations, &mut draw.validation);
        draw
    }

    /// All images of the architecture half, as they are.
    pub fn architecture_half(&self) -> Vec<Batch> {
        let batch = |index| {
            let mut batch = Batch::new();
            self.batches.load_plain(index, &mut batch);
            batch
        };
        (0..self.batches.plain()).map(batch).collect()
    }
}
