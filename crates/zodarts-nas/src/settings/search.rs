//! Settings of the architecture search.

use super::{Auto, Chains, Convolutions, Extent, ImagePlan, InvalidSettings, MAX_EPOCHS, require};
use crate::methods::{
    Difference, MethodKind, MethodSettings, Mu, PerturbedChain, UnrolledSettings, ZoSettings,
};
use crate::normaliser::Annealing;
use serde::{Deserialize, Serialize};
use zodarts_nn::optim::{Adam, Schedule, Sgd};

/// What μ is measured in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MuScale {
    /// Units of α.
    #[default]
    Absolute,
    /// ‖α‖.
    Relative,
}

/// The architecture search. Defaults are the protocol of ZO-DARTS+, but for μ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own for the user")]
pub struct SearchSettings {
    /// The search method.
    pub method: MethodKind,
    /// Passes over the images of the weights.
    pub epochs: usize,
    /// Images of a batch; `auto` follows the data set.
    pub batch_size: Auto,
    /// Channels of the first stage.
    pub channels: usize,
    /// Cells of each stage.
    pub cells: usize,
    /// Side of the network's input; `auto` is 32 for 28×28 images, else the images' own.
    pub input_size: Auto,
    /// Mirror images at random.
    pub flip: bool,
    /// Zero padding before a random crop; `auto` is an eighth of the input's side.
    pub crop_padding: Auto,
    /// Learning rate of the weights at the start.
    pub learning_rate: f64,
    /// Learning rate of the weights at the end of the cosine.
    pub learning_rate_end: f64,
    /// Momentum of the weights.
    pub momentum: f64,
    /// Nesterov's momentum.
    pub nesterov: bool,
    /// Weight decay of the weights.
    pub weight_decay: f64,
    /// Largest gradient norm of the weights; 0 does not clip.
    pub clip: f64,
    /// Learning rate of the architecture parameters.
    pub alpha_learning_rate: f64,
    /// β₁ of their Adam.
    pub alpha_beta1: f64,
    /// β₂ of their Adam.
    pub alpha_beta2: f64,
    /// Their weight decay.
    pub alpha_weight_decay: f64,
    /// Standard deviation of their first values.
    pub alpha_init: f64,
    /// τ₀, the first temperature; methods without annealing stay at 1.
    pub temperature: f64,
    /// a, the factor of each annealing step.
    pub anneal_factor: f64,
    /// m, epochs between annealing steps.
    pub anneal_every: usize,
    /// T, weight steps a round of zo-darts and zo-darts-plus.
    pub zo_steps: usize,
    /// μ, how far they perturb α.
    pub mu: f64,
    /// Whether μ is in units of α, or relative to ‖α‖ as in the paper's code (there with μ = 0.005).
    pub mu_scale: MuScale,
    /// Which finite difference they take.
    pub difference: Difference,
    /// How their perturbed chain starts: an exact copy, or as in the authors' code.
    pub perturbed_chain: PerturbedChain,
    /// T of zo-darts-wide.
    pub wide_steps: usize,
    /// M, validation batches that a round of zo-darts-wide is judged by.
    pub wide_batches: usize,
    /// K, directions a round of zo-darts-wide.
    pub directions: usize,
    /// Whether zo-darts-wide perturbs α to both sides of a direction.
    pub antithetic: bool,
    /// μ of zo-darts-wide, in units of τ.
    pub smoothing: f64,
    /// T of darts-unrolled.
    pub unrolled_steps: usize,
    /// M, validation batches that a round of darts-unrolled is judged by.
    pub unrolled_batches: usize,
    /// Radius of its probes of the curvature.
    pub unrolled_radius: f64,
    /// λ of MiLeNAS.
    pub milenas_lambda: f64,
    /// Radius of the second-order probe of DARTS.
    pub darts_radius: f64,
    /// Stop when every edge has settled on one operation.
    pub early_stop: bool,
    /// How 3×3 convolutions are computed.
    pub convolutions: Convolutions,
    /// Which operations are computed.
    pub operations: Extent,
    /// How the chains of a zeroth-order round are laid out in time.
    pub chains: Chains,
}

impl Default for SearchSettings {
    fn default() -> Self {
        let (sgd, adam, annealing) = (Sgd::default(), Adam::default(), Annealing::default());
        let methods = MethodSettings::default();
        Self {
            method: MethodKind::ZoDartsPlus,
            epochs: 50,
            batch_size: Auto::Auto,
            channels: 16,
            cells: 3,
            input_size: Auto::Auto,
            flip: true,
            crop_padding: Auto::Auto,
            learning_rate: 0.1,
            learning_rate_end: 0.001,
            momentum: sgd.momentum,
            nesterov: sgd.nesterov,
            weight_decay: sgd.weight_decay,
            clip: sgd.clip.unwrap_or(0.0),
            alpha_learning_rate: adam.learning_rate,
            alpha_beta1: adam.betas.0,
            alpha_beta2: adam.betas.1,
            alpha_weight_decay: adam.weight_decay,
            alpha_init: 1e-3,
            temperature: annealing.initial,
            anneal_factor: annealing.factor,
            anneal_every: annealing.every,
            zo_steps: methods.zo.steps,
            // Not the paper's: `docs/architecture.md` says what that does to the first hypergradient.
            mu: 0.1,
            mu_scale: MuScale::Absolute,
            difference: methods.zo.difference,
            perturbed_chain: methods.zo.perturbed_chain,
            wide_steps: methods.wide.steps,
            wide_batches: methods.wide.validation_batches,
            directions: methods.wide.directions,
            antithetic: methods.wide.difference == Difference::CentralLoss,
            smoothing: methods.wide.mu.value(),
            unrolled_steps: methods.unrolled.steps,
            unrolled_batches: methods.unrolled.validation_batches,
            unrolled_radius: methods.unrolled.radius,
            milenas_lambda: methods.milenas_lambda,
            darts_radius: methods.darts_radius,
            early_stop: true,
            convolutions: Convolutions::Fast,
            operations: Extent::Support,
            chains: Chains::Auto,
        }
    }
}

impl SearchSettings {
    /// The part the methods read.
    pub fn method_settings(&self) -> MethodSettings {
        let clip = (self.clip > 0.0).then_some(self.clip);
        MethodSettings {
            sgd: Sgd {
                momentum: self.momentum,
                weight_decay: self.weight_decay,
                nesterov: self.nesterov,
                clip,
            },
            adam: Adam {
                learning_rate: self.alpha_learning_rate,
                betas: (self.alpha_beta1, self.alpha_beta2),
                weight_decay: self.alpha_weight_decay,
                ..Adam::default()
            },
            milenas_lambda: self.milenas_lambda,
            darts_radius: self.darts_radius,
            zo: ZoSettings {
                steps: self.zo_steps,
                mu: match self.mu_scale {
                    MuScale::Absolute => Mu::Absolute(self.mu),
                    MuScale::Relative => Mu::Relative(self.mu),
                },
                difference: self.difference,
                perturbed_chain: self.perturbed_chain,
                ..ZoSettings::default()
            },
            wide: ZoSettings {
                steps: self.wide_steps,
                mu: Mu::Tempered(self.smoothing),
                difference: if self.antithetic { Difference::CentralLoss } else { Difference::ForwardLoss },
                directions: self.directions,
                validation_batches: self.wide_batches,
                ..ZoSettings::WIDE
            },
            unrolled: UnrolledSettings {
                steps: self.unrolled_steps,
                validation_batches: self.unrolled_batches,
                radius: self.unrolled_radius,
            },
        }
    }

    /// The learning rate of the weights by epoch, for a search of `epochs` epochs.
    pub fn schedule(&self, epochs: usize) -> Schedule {
        Schedule::Cosine { start: self.learning_rate, end: self.learning_rate_end, epochs }
    }

    /// How the temperature falls: annealed for the methods defined that way, otherwise 1 throughout.
    pub fn annealing(&self) -> Annealing {
        if !self.method.annealed() {
            return Annealing::constant(1.0);
        }
        Annealing { initial: self.temperature, factor: self.anneal_factor, every: self.anneal_every }
    }

    /// The temperature of epoch `done` of a search shortened to `planned` epochs, which goes through the whole
    /// annealing all the same.
    pub fn temperature_at(&self, done: usize, planned: usize) -> f64 {
        self.annealing().temperature(done * self.epochs / planned)
    }

    /// What happens to images.
    pub fn images(&self) -> ImagePlan {
        ImagePlan { input_size: self.input_size, flip: self.flip, crop_padding: self.crop_padding }
    }

    /// Checks every value.
    ///
    /// # Errors
    /// Returns the first value out of its range, with its key.
    pub fn validate(&self) -> Result<(), InvalidSettings> {
        let check = |holds, field, found, expected| require(holds, "search", field, found, expected);
        check((1..=MAX_EPOCHS).contains(&self.epochs), "epochs", self.epochs as f64, "1 to 100000")?;
        let every = self.anneal_every;
        check((1..=MAX_EPOCHS).contains(&every), "anneal_every", every as f64, "1 to 100000")?;
        check((1..=256).contains(&self.channels), "channels", self.channels as f64, "1 to 256")?;
        check((1..=32).contains(&self.cells), "cells", self.cells as f64, "1 to 32")?;
        if let Auto::Fixed(size) = self.batch_size {
            check((1..=65_536).contains(&size), "batch_size", size as f64, "`auto` or 1 to 65536")?;
        }
        let init = self.alpha_init;
        check(init >= 0.0 && init.is_finite(), "alpha_init", init, "a number of at least 0")?;
        check(self.clip >= 0.0, "clip", self.clip, "a number of at least 0")?;
        let positive = |value: f64| value > 0.0 && value.is_finite();
        check(positive(self.mu), "mu", self.mu, "a number above 0")?;
        check(positive(self.smoothing), "smoothing", self.smoothing, "a number above 0")?;
        check(positive(self.temperature), "temperature", self.temperature, "a number above 0")?;
        let factor = self.anneal_factor;
        check(factor > 0.0 && factor <= 1.0, "anneal_factor", factor, "above 0 and at most 1")?;
        let rate = self.learning_rate;
        check(rate > 0.0 && rate.is_finite(), "learning_rate", rate, "a number above 0")?;
        let end = self.learning_rate_end;
        check(end >= 0.0 && end.is_finite(), "learning_rate_end", end, "a number of at least 0")?;
        let rate = self.alpha_learning_rate;
        check(rate >= 0.0 && rate.is_finite(), "alpha_learning_rate", rate, "a number of at least 0")?;
        self.images().validated("search")?;
        self.method_settings().validated()?;
        self.annealing().validated()?;
        let in_schedule = |source| InvalidSettings::Optimiser { section: "search", source };
        self.schedule(self.epochs).validated().map_err(in_schedule)?;
        Ok(())
    }
}
