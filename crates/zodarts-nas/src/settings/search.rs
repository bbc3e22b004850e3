//! Settings of the architecture search, except for those of its method.

use super::{
    Auto, BATCH, CELLS, CHANNELS, Chains, Convolutions, EPOCHS, Extent, ImagePlan, InvalidSettings, PADDING,
    Range, SIDE, Word,
};
use crate::methods::Optimisers;
use zodarts_nn::optim::{Adam, Schedule, Sgd};
use zodarts_nn::space::{NAS_BENCH_201, Space};

crate::settings! {
    /// The architecture search. The defaults are the protocol of ZO-DARTS+.
    pub struct SearchSettings in "search" also SearchSettings::check_momentum {
        /// The search space.
        space: &'static Space = &NAS_BENCH_201;
        /// Epochs: passes over the images on which the weights are trained.
        epochs: usize = 50, EPOCHS;
        /// Images of a batch; `auto` follows the data set.
        batch_size: Auto = Auto::Auto, BATCH;
        /// Channels of the first stage.
        channels: usize = 16, CHANNELS;
        /// Cells of each stage.
        cells: usize = 3, CELLS;
        /// Side of the network's input; `auto` is 32 for 28×28 images, else the images' own.
        input_size: Auto = Auto::Auto, SIDE;
        /// Mirror images at random.
        flip: bool = true;
        /// Zero padding before a random crop; `auto` is an eighth of the input's side.
        crop_padding: Auto = Auto::Auto, PADDING;
        /// Learning rate of the weights at the start.
        learning_rate: f64 = 0.1, Range::Above(0.0);
        /// Learning rate of the weights at the end of the cosine.
        learning_rate_end: f64 = 0.001, Range::AtLeast(0.0);
        /// Momentum of the weights.
        momentum: f64 = Sgd::default().momentum, Range::FromBelow(0.0, 1.0);
        /// Use Nesterov's momentum for the weights.
        nesterov: bool = Sgd::default().nesterov;
        /// Weight decay of the weights.
        weight_decay: f64 = Sgd::default().weight_decay, Range::AtLeast(0.0);
        /// Largest gradient norm of the weights; 0 does not clip.
        clip: f64 = Sgd::default().clip.unwrap_or(0.0), Range::AtLeast(0.0);
        /// Learning rate of the architecture parameters α.
        alpha_learning_rate: f64 = Adam::default().learning_rate, Range::Above(0.0);
        /// β₁ of α's Adam.
        alpha_beta1: f64 = Adam::default().betas.0, Range::FromBelow(0.0, 1.0);
        /// β₂ of α's Adam.
        alpha_beta2: f64 = Adam::default().betas.1, Range::FromBelow(0.0, 1.0);
        /// Weight decay of α.
        alpha_weight_decay: f64 = Adam::default().weight_decay, Range::AtLeast(0.0);
        /// Standard deviation of α's first values.
        alpha_init: f64 = 1e-3, Range::AtLeast(0.0);
        /// Stop when every edge has settled on one operation.
        early_stop: bool = true;
        /// Compute 3×3 convolutions by Winograd where it is faster, or exactly as defined.
        convolutions: Convolutions = Convolutions::Fast;
        /// Compute the operations that can make a difference, or all, even where p = 0.
        operations: Extent = Extent::Support;
        /// Run the chains of a zeroth-order round together, or in turn for half the memory; `auto` goes by
        /// the batch. Results are the same.
        chains: Chains = Chains::Auto;
    }
}

impl Word for &'static Space {
    const ALL: &'static [Self] = &Space::ALL;
}

impl SearchSettings {
    /// Returns the optimisers of the weights and of α.
    pub fn optimisers(&self) -> Optimisers {
        let adam = Adam {
            learning_rate: self.alpha_learning_rate,
            betas: (self.alpha_beta1, self.alpha_beta2),
            weight_decay: self.alpha_weight_decay,
            ..Adam::default()
        };
        Optimisers { sgd: self.sgd(), adam }
    }

    fn sgd(&self) -> Sgd {
        let clip = (self.clip > 0.0).then_some(self.clip);
        Sgd { momentum: self.momentum, weight_decay: self.weight_decay, nesterov: self.nesterov, clip }
    }

    /// Returns the learning-rate schedule of the weights for a search of `epochs` epochs.
    pub fn schedule(&self, epochs: usize) -> Schedule {
        Schedule::Cosine { start: self.learning_rate, end: self.learning_rate_end, epochs }
    }

    /// Returns the preparation of images.
    pub fn images(&self) -> ImagePlan {
        ImagePlan { input_size: self.input_size, flip: self.flip, crop_padding: self.crop_padding }
    }

    fn check_momentum(&self) -> Result<(), InvalidSettings> {
        let refused = |source| InvalidSettings::Optimiser { section: "search", source };
        self.sgd().validated().map(drop).map_err(refused)
    }
}
