//! The batches of a search: the images of its two halves, their order in each epoch, and their augmentation.

use super::SearchInput;
use super::memory::batch_size;
use crate::error::Error;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;
use zodarts_data::rng::{epoch_order, stream};
use zodarts_data::{Augmentation, Batch, Samples};

/// Makes the batches of every epoch.
#[derive(Clone, Debug)]
pub struct Batches<'a> {
    seed: u64,
    weights_half: &'a Samples,
    alpha_half: &'a Samples,
    size: usize,
    augmentation: Augmentation,
}

/// The two halves of the development images.
#[derive(Clone, Debug)]
pub struct Halves {
    /// Images for the weights.
    pub weights: Samples,
    /// Images for the architecture parameters.
    pub alpha: Samples,
}

impl Halves {
    /// Splits the development images of a search into halves.
    ///
    /// # Errors
    /// Returns [`Error::TooFewImages`] if there are fewer than four.
    pub fn of(input: &SearchInput<'_>) -> Result<Self, Error> {
        let (weights, alpha) = input.development.halves(input.seed);
        if weights.len().min(alpha.len()) < 2 {
            let (found, dataset) = (input.development.len(), input.info.name.clone());
            return Err(Error::TooFewImages { what: "a search", needed: 4, found, dataset });
        }
        Ok(Self { weights, alpha })
    }
}

/// A position in a search from which batches continue.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// The epoch, from 0.
    pub epoch: usize,
    /// Number of random words of the epoch drawn for the augmentation.
    pub drawn: u64,
}

/// The images of one round.
#[derive(Debug, Default)]
pub struct RoundImages {
    /// One batch per weight step.
    pub training: Vec<Batch>,
    /// The batches on which the hypergradient is taken.
    pub validation: Vec<Batch>,
    /// Number of steps of the epoch up to the end of this round.
    pub steps: usize,
    /// Number of random words drawn for the augmentation up to the end of this round.
    pub drawn: u64,
}

/// The order of an epoch's images, and the random numbers of its augmentation.
#[derive(Clone, Debug)]
pub struct EpochImages {
    training: Vec<usize>,
    validation: Vec<usize>,
    augment: ChaCha8Rng,
}

impl EpochImages {
    /// Returns the number of random words drawn for the augmentation so far.
    pub fn drawn(&self) -> u64 {
        self.augment.get_word_pos() as u64
    }

    /// Continues from the point at which this number of random words was drawn.
    pub fn skip_to(&mut self, drawn: u64) {
        self.augment.set_word_pos(drawn.into());
    }
}

impl<'a> Batches<'a> {
    /// Returns the batches of a search over its two halves.
    pub fn new(input: &SearchInput<'a>, halves: &'a Halves) -> Self {
        let settings = input.settings;
        Self {
            seed: input.seed,
            weights_half: &halves.weights,
            alpha_half: &halves.alpha,
            size: batch_size(input.info, input.development.len(), &settings),
            augmentation: settings.images().augmentation(input.info.height),
        }
    }

    /// Returns the number of images in the largest batch.
    pub fn largest(&self) -> usize {
        self.size.min(self.weights_half.len())
    }

    /// Returns the images of an epoch. They do not depend on earlier epochs.
    pub fn epoch(&self, epoch: usize) -> EpochImages {
        let draw = |purpose: &str| stream(self.seed, purpose, epoch as u64);
        EpochImages {
            training: epoch_order(self.weights_half.len(), &mut draw("search-order")),
            validation: epoch_order(self.alpha_half.len(), &mut draw("search-validation-order")),
            augment: draw("search-augment"),
        }
    }

    /// Returns the number of weight steps of an epoch.
    pub fn steps(&self) -> usize {
        self.weights_half.len().div_ceil(self.size)
    }

    /// Returns a function that fills in the images of one round after another, until it returns false.
    /// `rounds` gives the number and the steps of each round, and `validation` the number of validation
    /// batches per round.
    pub fn of_rounds<'r>(
        &'r self,
        from: Position,
        mut rounds: impl Iterator<Item = (usize, Range<usize>)> + Send + 'r,
        validation: usize,
    ) -> impl FnMut(&mut RoundImages) -> bool + Send + 'r {
        let mut images = self.epoch(from.epoch);
        images.skip_to(from.drawn);
        move |round| {
            let Some((index, steps)) = rounds.next() else { return false };
            round.steps = steps.end;
            self.load_training(&mut images, steps, &mut round.training);
            let taken = index * validation..(index + 1) * validation;
            self.load_validation(&mut images, taken, &mut round.validation);
            round.drawn = images.drawn();
            true
        }
    }

    /// Fills `batches` with the training batches of a range of weight steps.
    pub fn load_training(&self, images: &mut EpochImages, steps: Range<usize>, batches: &mut Vec<Batch>) {
        batches.resize_with(steps.len(), Batch::new);
        for (batch, step) in batches.iter_mut().zip(steps) {
            let positions = self.positions(&images.training, step);
            self.augmentation.batch(self.weights_half, positions, &mut images.augment, batch);
        }
    }

    /// Fills `batches` with a range of validation batches from the architecture half. If the half is too
    /// short, it is used again, but no batch appears twice in one call.
    pub fn load_validation(&self, images: &mut EpochImages, range: Range<usize>, batches: &mut Vec<Batch>) {
        let count = images.validation.len().div_ceil(self.size);
        batches.resize_with(range.len().min(count), Batch::new);
        for (batch, index) in batches.iter_mut().zip(range) {
            let positions = self.positions(&images.validation, index % count);
            self.augmentation.batch(self.alpha_half, positions, &mut images.augment, batch);
        }
    }

    /// Returns the number of batches of the whole architecture half, for [`Batches::load_plain`].
    pub fn plain(&self) -> usize {
        self.alpha_half.len().div_ceil(self.size)
    }

    /// Fills `batch` with batch `index` of the architecture half, without augmentation. The batches have
    /// sizes as equal as possible, since a last batch of one image would have no useful statistics.
    pub fn load_plain(&self, index: usize, batch: &mut Batch) {
        let (images, batches) = (self.alpha_half.len(), self.plain());
        let positions: Vec<usize> = (index * images / batches..(index + 1) * images / batches).collect();
        batch.fill(self.alpha_half, &positions, self.augmentation.input_size);
    }

    fn positions<'p>(&self, order: &'p [usize], batch: usize) -> &'p [usize] {
        let start = batch * self.size;
        &order[start..(start + self.size).min(order.len())]
    }
}
