//! Settings of a zeroth-order estimator.

use crate::settings::Word;
use serde::{Deserialize, Serialize};
use zodarts_nn::optim::norm;
use zodarts_nn::space::Space;

/// Settings of a zeroth-order estimator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ZoSettings {
    /// T, weight steps per round.
    pub steps: usize,
    /// The length of the perturbation of α.
    pub mu: Mu,
    /// The finite difference.
    pub difference: Difference,
    /// K, directions per round, orthogonal to each other.
    pub directions: usize,
    /// True if directions leave out shifts of all α of an edge, which have no effect on any normaliser.
    pub centred: bool,
    /// M, validation batches per round.
    pub validation_batches: usize,
    /// The start and the optimiser of the perturbed chains.
    pub perturbed_chain: PerturbedChain,
}

impl Default for ZoSettings {
    /// Returns the paper's T = 10 and μ = 0.005·‖α‖, with exact copies of the chain.
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
    /// Antithetic pairs of losses in several directions, with a μ that is wide compared with τ.
    /// `docs/hypergradient.md` gives the reasons for these numbers.
    pub const WIDE: ZoSettings = ZoSettings {
        steps: 10,
        mu: Mu::Tempered(1.0),
        difference: Difference::CentralLoss,
        directions: 4,
        centred: true,
        validation_batches: 4,
        perturbed_chain: PerturbedChain::Exact,
    };

    /// Returns the dimension of the space from which directions are drawn, in a search space.
    pub fn dimensions(&self, space: &Space) -> usize {
        space.alphas() - if self.centred { space.rows() } else { 0 }
    }
}

/// μ, the length of the perturbation of α.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mu {
    /// This number times ‖α‖. At α = 0, which has no scale, it is the number itself.
    Relative(f64),
    /// This number, in units of α.
    Absolute(f64),
    /// This number times τ, so that it moves the mixture equally far at any temperature.
    Tempered(f64),
}

impl Mu {
    /// Returns μ at `alpha` and a temperature.
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

/// The finite difference that measures the slope along a direction u. All chains start from the same weights
/// and see the same batches; w± and w̃ are the weights after T steps at α ± μu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// `((w̃ − w)/μ)·∇_w L_val + ∇_α L_val·u` at (w, α): the paper's eq. 6. One extra chain.
    Forward,
    /// `((w⁺ − w⁻)/2μ)·∇_w L_val + ∇_α L_val·u`: error of order μ² instead of μ. Two extra chains.
    Central,
    /// `(L_val(w̃, α + μu) − L_val(w, α))/μ`: the paper's eq. 5. It takes no gradient on the validation side,
    /// so it sees the loss smoothed over wide steps. One extra chain.
    ForwardLoss,
    /// `(L_val(w⁺, α + μu) − L_val(w⁻, α − μu))/2μ`: the central (antithetic) form of eq. 5. Two extra
    /// chains.
    CentralLoss,
}

impl Difference {
    /// Returns the signs of μu, one per perturbed chain.
    pub fn signs(self) -> &'static [f64] {
        match self {
            Difference::Forward | Difference::ForwardLoss => &[1.0],
            Difference::Central | Difference::CentralLoss => &[1.0, -1.0],
        }
    }
}

/// The start and the optimiser of a perturbed chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PerturbedChain {
    /// An exact copy of the main chain, momentum included, with the same optimiser; α̃ does not move. The
    /// estimate is then a difference quotient of one function, as the method is defined.
    Exact,
    /// As in the authors' published code: the weights are copied, the momentum is not, the steps use plain
    /// momentum even where the main chain's use Nesterov's, and α̃ itself follows SGD on the training loss.
    /// (The code freezes the learning rate for a round; here it is constant within a round anyway.) As μ → 0
    /// the chains do not meet, so the estimate is biased. This choice exists for comparison only.
    Fresh,
}

impl Word for Difference {
    const ALL: &'static [Self] =
        &[Difference::Forward, Difference::Central, Difference::ForwardLoss, Difference::CentralLoss];
}

impl Word for PerturbedChain {
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
