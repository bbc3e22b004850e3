//! The numbers of a zeroth-order estimator.

use crate::settings::Choice;
use serde::{Deserialize, Serialize};
use zodarts_nn::optim::norm;
use zodarts_nn::space::Space;

/// A zeroth-order estimator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ZoSettings {
    /// T, weight steps per round.
    pub steps: usize,
    /// How far α is perturbed.
    pub mu: Mu,
    /// Which finite difference.
    pub difference: Difference,
    /// K, directions of a round, orthogonal to each other.
    pub directions: usize,
    /// Whether directions leave out shifts of all α of an edge, which no normaliser sees.
    pub centred: bool,
    /// M, validation batches that a round is judged by.
    pub validation_batches: usize,
    /// How the perturbed chain starts and runs.
    pub perturbed_chain: PerturbedChain,
}

impl Default for ZoSettings {
    /// The paper's T = 10 and μ = 0.005·‖α‖, with exact copies of the chain.
    fn default() -> Self {
        ZoSettings {
            steps: 10,
            mu: Mu::Relative(0.005),
            difference: Difference::Forward,
            directions: 1,
            centred: false,
            validation_batches: 1,
            perturbed_chain: PerturbedChain::Exact,
        }
    }
}

impl ZoSettings {
    /// Antithetic pairs on the loss in several directions, with steps that are wide beside τ. `docs/hypergradient.md` says why
    /// these numbers.
    pub const WIDE: ZoSettings = ZoSettings {
        steps: 10,
        mu: Mu::Tempered(1.0),
        difference: Difference::CentralLoss,
        directions: 4,
        centred: true,
        validation_batches: 4,
        perturbed_chain: PerturbedChain::Exact,
    };

    /// Returns the dimensions that directions are drawn from in a search space.
    pub fn dimensions(&self, space: &Space) -> usize {
        space.alphas() - if self.centred { space.rows() } else { 0 }
    }
}

/// μ, the length of the perturbation of α.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mu {
    /// This times ‖α‖; this itself where α is 0, which has no scale to be relative to.
    Relative(f64),
    /// This, in units of α.
    Absolute(f64),
    /// This times τ, so that it moves the mixture equally far at any temperature.
    Tempered(f64),
}

impl Mu {
    /// μ at `alpha` and a temperature.
    pub fn at(self, alpha: &[f32], temperature: f64) -> f64 {
        match self {
            Mu::Relative(factor) => match norm(alpha) {
                0.0 => factor,
                length => factor * length,
            },
            Mu::Absolute(mu) => mu,
            Mu::Tempered(factor) => factor * temperature,
        }
    }
}

/// How the change along a direction u is measured. Chains start equal and see the same batches; w±, w̃ are
/// the weights after T steps at α ± μu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// `((w̃ − w)/μ)·∇_w L_val + ∇_α L_val·u` at (w, α): the paper's eq. 6. One extra chain.
    Forward,
    /// `((w⁺ − w⁻)/2μ)·∇_w L_val + ∇_α L_val·u`: error of order μ² instead of μ. Two extra chains.
    Central,
    /// `(L_val(w̃, α + μu) − L_val(w, α))/μ`: the paper's eq. 5. No gradient on the validation side, so it sees the
    /// loss smoothed over wide steps. One extra chain.
    ForwardLoss,
    /// `(L_val(w⁺, α + μu) − L_val(w⁻, α − μu))/2μ`: eq. 5 made central (antithetic). Two extra chains.
    CentralLoss,
}

impl Difference {
    /// The signs of μu, one per perturbed chain.
    pub fn signs(self) -> &'static [f64] {
        match self {
            Difference::Forward | Difference::ForwardLoss => &[1.0],
            Difference::Central | Difference::CentralLoss => &[1.0, -1.0],
        }
    }
}

/// How a perturbed chain starts and runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PerturbedChain {
    /// An exact copy of the main chain, momentum included, with the same optimiser; α̃ stays where it is. The
    /// estimate is then a difference quotient of one function, as the method is defined.
    Exact,
    /// As in the authors' published code: the weights are copied, the momentum is not, steps are plain
    /// momentum even where the main chain's are Nesterov's, and α̃ itself follows SGD on the training loss.
    /// (Their learning rate is frozen for the round; here a round has one rate anyway.)
    /// As μ → 0 the chains do not meet, so the estimate is biased; offered for comparison only.
    Fresh,
}

impl Choice for Difference {
    const ALL: &'static [Self] =
        &[Difference::Forward, Difference::Central, Difference::ForwardLoss, Difference::CentralLoss];
}

impl Choice for PerturbedChain {
    const ALL: &'static [Self] = &[PerturbedChain::Exact, PerturbedChain::Fresh];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mu_scales_with_alpha_and_survives_zero() {
        assert!((Mu::Relative(0.005).at(&[3.0, 4.0], 0.5) - 0.025).abs() < 1e-12);
        assert_eq!(Mu::Relative(0.005).at(&[0.0, 0.0], 0.5), 0.005);
        assert_eq!(Mu::Absolute(0.4).at(&[3.0, 4.0], 0.5), 0.4);
        assert_eq!(Mu::Tempered(0.4).at(&[3.0, 4.0], 0.5), 0.2);
    }
}
