//! Batches as a search draws them, from epochs that come after its last.

use zodarts_data::Batch;
use zodarts_nas::search::Batches;

/// The source of batches.
pub struct Draws<'a> {
    pub batches: Batches<'a>,
    /// The first epoch after the search.
    pub first: usize,
}

/// The numbers of batches of a draw.
#[derive(Clone, Copy)]
pub struct DrawSize {
    pub training: usize,
    pub validation: usize,
}

/// The batches of a round.
#[derive(Default)]
pub struct Draw {
    pub training: Vec<Batch>,
    pub validation: Vec<Batch>,
}

impl Draws<'_> {
    /// Returns draw `index`, with at most as many training batches as an epoch has.
    pub fn draw(&self, index: usize, size: DrawSize) -> Draw {
        let mut images = self.batches.epoch(self.first + index);
        let mut draw = Draw::default();
        self.batches.load_training(
            &mut images,
            0..size.training.min(self.batches.steps()),
            &mut draw.training,
        );
        self.batches.load_validation(&mut images, 0..size.validation, &mut draw.validation);
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
