use serde::{Deserialize, Serialize};
use thiserror::Error;
use zodarts_nn::optim::{Adam, OptimiserError, Sgd, norm};
use zodarts_nn::space::{ALPHAS, EDGES};

/// What the methods can be told. Each reads its own part; the optimisers are everyone's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MethodSettings {
    /// The optimiser of the weights.
    pub sgd: Sgd,
    /// The optimiser of the architecture parameters.
    pub adam: Adam,
    /// λ of `MiLeNAS`: the share of the validation gradient beside the training gradient.
    pub milenas_lambda: f64,
    /// Second-order DARTS probes the weights at this distance along the validation gradient.
    pub darts_radius: f64,
    /// The zeroth-order estimator of ZO-DARTS and ZO-DARTS+.
    pub zo: ZoSettings,
    /// The zeroth-order estimator of ZO-DARTS-wide.
    pub wide: ZoSettings,
    /// The estimator of DARTS-unrolled.
    pub unrolled: UnrolledSettings,
}

impl Default for MethodSettings {
    fn default() -> Self {
        MethodSettings {
            sgd: Sgd::default(),
            adam: Adam::default(),
            milenas_lambda: 1.0,
            darts_radius: 0.01,
            zo: ZoSettings::default(),
            wide: ZoSettings::WIDE,
            unrolled: UnrolledSettings::default(),
        }
    }
}

/// A zeroth-order estimator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
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

    /// Dimensions that directions are drawn from.
    pub fn dimensions(&self) -> usize {
        if self.centred { ALPHAS - EDGES } else { ALPHAS }
    }
}

/// An estimator that goes back through the weight steps of its round.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UnrolledSettings {
    /// T, weight steps per round.
    pub steps: usize,
    /// M, validation batches that a round is judged by.
    pub validation_batches: usize,
    /// Distance from the weights of the probes that curvature is measured by.
    pub radius: f64,
}

impl Default for UnrolledSettings {
    /// Rounds as long as those of ZO-DARTS+, and probes wide enough to see past single kinks of `ReLU`: `docs/hypergradient.md`.
    fn default() -> Self {
        UnrolledSettings { steps: 10, validation_batches: 4, radius: 0.1 }
    }
}

impl UnrolledSettings {
    /// Passes of a round of T steps: the steps, the validation batches, and one for each step on the way back.
    pub fn passes(&self) -> usize {
        2 * self.steps + self.validation_batches
    }
}

/// μ, the length of the perturbation of α.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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

    /// The number itself, whatever it is measured in.
    pub(crate) fn value(self) -> f64 {
        match self {
            Mu::Relative(value) | Mu::Absolute(value) | Mu::Tempered(value) => value,
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

/// A setting that makes no sense.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SettingsError {
    /// In an optimiser.
    #[error(transparent)]
    Optimiser(#[from] OptimiserError),
    /// In a method's own part.
    #[error("method: `{field}` is {found}, expected {expected}")]
    OutOfRange {
        /// The field.
        field: &'static str,
        /// The value found.
        found: f64,
        /// The range expected.
        expected: &'static str,
    },
}

impl MethodSettings {
    /// Returns the settings if every value makes sense.
    ///
    /// # Errors
    /// The first field that is out of its range.
    pub fn validated(self) -> Result<Self, SettingsError> {
        self.sgd.validated()?;
        self.adam.validated()?;
        let require = |holds: bool, field, found: f64, expected| {
            let holds = holds && found.is_finite();
            if holds { Ok(()) } else { Err(SettingsError::OutOfRange { field, found, expected }) }
        };
        let (lambda, radius) = (self.milenas_lambda, self.darts_radius);
        require(lambda >= 0.0, "milenas_lambda", lambda, "a finite number of at least 0")?;
        require(radius > 0.0, "darts_radius", radius, "a finite number above 0")?;
        for (zo, [steps, mu, directions, batches]) in [
            (self.zo, ["zo.steps", "zo.mu", "zo.directions", "zo.validation_batches"]),
            (self.wide, ["wide.steps", "wide.mu", "wide.directions", "wide.validation_batches"]),
        ] {
            require(zo.steps > 0, steps, zo.steps as f64, "at least 1")?;
            require(zo.mu.value() > 0.0, mu, zo.mu.value(), "a finite number above 0")?;
            let count = zo.directions;
            let expected = if zo.centred {
                "1 to 24, the length of α without its shifts"
            } else {
                "1 to 30, the length of α"
            };
            require((1..=zo.dimensions()).contains(&count), directions, count as f64, expected)?;
            require(zo.validation_batches > 0, batches, zo.validation_batches as f64, "at least 1")?;
        }
        let UnrolledSettings { steps, validation_batches, radius } = self.unrolled;
        require(steps > 0, "unrolled.steps", steps as f64, "at least 1")?;
        let batches = "unrolled.validation_batches";
        require(validation_batches > 0, batches, validation_batches as f64, "at least 1")?;
        require(radius > 0.0, "unrolled.radius", radius, "a finite number above 0")?;
        Ok(self)
    }
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

    #[test]
    fn nonsense_is_refused_by_name() {
        let plain = MethodSettings::default();
        assert!(plain.validated().is_ok());
        let message = |settings: MethodSettings| settings.validated().unwrap_err().to_string();
        let zo = |zo| message(MethodSettings { zo, ..plain });
        assert_eq!(zo(ZoSettings { steps: 0, ..plain.zo }), "method: `zo.steps` is 0, expected at least 1");
        assert!(zo(ZoSettings { mu: Mu::Absolute(0.0), ..plain.zo }).contains("zo.mu"));
        let wide = |wide| message(MethodSettings { wide, ..plain });
        let expected =
            "method: `wide.directions` is 25, expected 1 to 24, the length of α without its shifts";
        assert_eq!(wide(ZoSettings { directions: 25, ..plain.wide }), expected);
        let whole = ZoSettings { centred: false, ..plain.wide };
        assert!(wide(ZoSettings { directions: 31, ..whole }).contains("expected 1 to 30"));
        assert!(wide(ZoSettings { validation_batches: 0, ..whole }).contains("wide.validation_batches"));
        assert!(message(MethodSettings { milenas_lambda: f64::NAN, ..plain }).contains("milenas_lambda"));
        assert!(message(MethodSettings { darts_radius: -1.0, ..plain }).contains("darts_radius"));
        let unrolled = UnrolledSettings { steps: 0, ..plain.unrolled };
        assert!(message(MethodSettings { unrolled, ..plain }).contains("unrolled.steps"));
        let unrolled = UnrolledSettings { radius: 0.0, ..plain.unrolled };
        assert!(message(MethodSettings { unrolled, ..plain }).contains("unrolled.radius"));
        let adam = Adam { epsilon: 0.0, ..plain.adam };
        assert!(message(MethodSettings { adam, ..plain }).contains("epsilon"));
    }
}
