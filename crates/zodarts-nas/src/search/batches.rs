//! The batches of a search: which images of the two halves, in which order, and how they are augmented.

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
    /// Cuts the development images of a search in halves.
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

/// The place in a search from which batches go on.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// The epoch, from 0.
    pub epoch: usize,
    /// Words of it drawn for the augmentation.
    pub drawn: u64,
}

/// What a round works on.
#[derive(Debug, Default)]
pub struct RoundImages {
    /// A batch for each of its weight steps.
    pub training: Vec<Batch>,
    /// Batches to take the hypergradient on.
    pub validation: Vec<Batch>,
    /// Steps of the epoch with those of this round.
    pub steps: usize,
    /// Words drawn for the augmentation up to here.
    pub drawn: u64,
}

/// The order of an epoch's images, and where its augmentation is drawn from.
#[derive(Clone, Debug)]
pub struct EpochImages {
    training: Vec<usize>,
    validation: Vec<usize>,
    augment: ChaCha8Rng,
}

impl EpochImages {
    /// Words drawn for the augmentation so far.
    pub fn drawn(&self) -> u64 {
        self.augment.get_word_pos() as u64
    }

    /// Goes on where so many words were drawn.
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

    /// Images of the largest batch there is.
    pub fn largest(&self) -> usize {
        self.size.min(self.weights_half.len())
    }

    /// The images of an epoch, whatever ran before it.
    pub fn epoch(&self, epoch: usize) -> EpochImages {
        let draw = |purpose: &str| stream(self.seed, purpose, epoch as u64);
        EpochImages {
            training: epoch_order(self.weights_half.len(), &mut draw("search-order")),
            validation: epoch_order(self.alpha_half.len(), &mut draw("search-validation-order")),
            augment: draw("search-augment"),
        }
    }

    /// Weight steps of an epoch.
    pub fn steps(&self) -> usize {
        self.weights_half.len().div_ceil(self.size)
    }

    /// Returns a function that fills what one round after the other works on, until it returns false. A round is its number
    /// and its steps; `validation` is the number of validation batches of each.
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

    /// Fills `batches` with those of some weight steps.
    pub fn load_training(&self, images: &mut EpochImages, steps: Range<usize>, batches: &mut Vec<Batch>) {
        batches.resize_with(steps.len(), Batch::new);
        for (batch, step) in batches.iter_mut().zip(steps) {
            let positions = self.positions(&images.training, step);
            self.augmentation.batch(self.weights_half, positions, &mut images.augment, batch);
        }
    }

    /// Fills `batches` with some of the architecture half, which is gone through again if it is short; none is taken twice
    /// at a time.
    pub fn load_validation(&self, images: &mut EpochImages, range: Range<usize>, batches: &mut Vec<Batch>) {
        let count = images.validation.len().div_ceil(self.size);
        batches.resize_with(range.len().min(count), Batch::new);
        for (batch, index) in batches.iter_mut().zip(range) {
            let positions = self.positions(&images.validation, index % count);
            self.augmentation.batch(self.alpha_half, positions, &mut images.augment, batch);
        }
    }

    /// Batches of the whole architecture half, for [`Batches::load_plain`].
    pub fn plain(&self) -> usize {
        self.alpha_half.len().div_ceil(self.size)
    }

    /// Batch `index` of the architecture half without augmentation. They are as equal as can be: a last batch of one image would have
    /// no statistics to speak of.
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
