//! Adam.

use super::error::{FieldCheck, OptimiserError};
use serde::{Deserialize, Serialize};

/// Adam as `torch.optim.Adam`: the weight decay is an L2 penalty added to the gradient.
///
/// At step t, with d = g + λ·w: m ← β₁·m + (1 − β₁)·d, v ← β₂·v + (1 − β₂)·d²,
/// w ← w − η/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adam {
    /// η.
    pub learning_rate: f64,
    /// (β₁, β₂), each in [0, 1).
    pub betas: (f64, f64),
    /// ε, which keeps the division finite.
    pub epsilon: f64,
    /// λ.
    pub weight_decay: f64,
}

impl Default for Adam {
    /// Returns the settings of the architecture parameters in ZO-DARTS+: rate 1.5e-2, β = (0.5, 0.999),
    /// weight decay 1e-3.
    fn default() -> Self {
        Adam { learning_rate: 1.5e-2, betas: (0.5, 0.999), epsilon: 1e-8, weight_decay: 1e-3 }
    }
}

/// The state that Adam keeps between steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AdamState {
    /// m, the running mean of the gradient.
    pub m: Vec<f32>,
    /// v, the running mean of its square.
    pub v: Vec<f32>,
    /// Steps taken.
    pub step: u64,
}

impl AdamState {
    /// Returns the state before the first step of `weights` weights.
    pub fn new(weights: usize) -> Self {
        AdamState { m: vec![0.0; weights], v: vec![0.0; weights], step: 0 }
    }
}

impl Adam {
    /// Returns the settings if every value is in its range.
    ///
    /// # Errors
    /// The first field that is out of its range.
    pub fn validated(self) -> Result<Self, OptimiserError> {
        let check = FieldCheck("adam");
        check.positive("learning_rate", self.learning_rate)?;
        check.decay("betas[0]", self.betas.0)?;
        check.decay("betas[1]", self.betas.1)?;
        check.positive("epsilon", self.epsilon)?;
        check.non_negative("weight_decay", self.weight_decay)?;
        Ok(self)
    }

    /// Takes one step of `weights` along `gradient`.
    ///
    /// # Panics
    /// If the lengths of weights, gradient and state differ.
    pub fn step(&self, state: &mut AdamState, weights: &mut [f32], gradient: &[f32]) {
        let n = weights.len();
        assert!(
            gradient.len() == n && state.m.len() == n && state.v.len() == n,
            "adam: {n} weights, {} gradients, {} first and {} second moments",
            gradient.len(),
            state.m.len(),
            state.v.len()
        );
        state.step += 1;
        let t = i32::try_from(state.step).unwrap_or(i32::MAX);
        let rate = (self.learning_rate / (1.0 - self.betas.0.powi(t))) as f32;
        let root = (1.0 - self.betas.1.powi(t)).sqrt() as f32;
        let (keep_m, keep_v) = (self.betas.0 as f32, self.betas.1 as f32);
        let (take_m, take_v) = ((1.0 - self.betas.0) as f32, (1.0 - self.betas.1) as f32);
        let (decay, epsilon) = (self.weight_decay as f32, self.epsilon as f32);
        let moments = state.m.iter_mut().zip(&mut state.v);
        for ((w, &g), (m, v)) in weights.iter_mut().zip(gradient).zip(moments) {
            let d = g + decay * *w;
            *m = keep_m * *m + take_m * d;
            *v = keep_v * *v + take_v * d * d;
            *w -= rate * *m / (v.sqrt() / root + epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Adam = Adam { learning_rate: 0.1, betas: (0.5, 0.75), epsilon: 1e-8, weight_decay: 0.0 };

    #[test]
    fn the_first_step_has_the_length_of_the_rate_whatever_the_gradient() {
        for g in [1e-3, 1.0, -50.0_f32] {
            let mut w = [0.0];
            PLAIN.step(&mut AdamState::new(1), &mut w, &[g]);
            assert!((w[0] + 0.1 * g.signum()).abs() < 2e-6, "{}", w[0]);
        }
    }

    #[test]
    fn two_steps_by_hand() {
        let (mut state, mut w) = (AdamState::new(1), [0.0]);
        PLAIN.step(&mut state, &mut w, &[1.0]);
        PLAIN.step(&mut state, &mut w, &[3.0]);
        // m = 0.25 + 1.5 of 0.75; v = 0.1875 + 2.25 of 0.4375.
        let second = 0.1 * (1.75 / 0.75) / (2.4375_f32 / 0.4375).sqrt();
        assert!((w[0] + 0.1 + second).abs() < 1e-6, "{}", w[0]);
        assert_eq!((state.m[0], state.v[0], state.step), (1.75, 2.4375, 2));
    }

    #[test]
    fn weight_decay_alone_moves_towards_zero() {
        let mut w = [2.0, -2.0];
        Adam { weight_decay: 1e-3, ..PLAIN }.step(&mut AdamState::new(2), &mut w, &[0.0, 0.0]);
        assert!((w[0] - 1.9).abs() < 1e-5 && (w[1] + 1.9).abs() < 1e-5, "{w:?}");
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        assert!(Adam::default().validated().is_ok());
        let message = |adam: Adam| adam.validated().unwrap_err().to_string();
        assert!(message(Adam { betas: (0.5, 1.0), ..PLAIN }).contains("betas[1]"));
        assert!(message(Adam { epsilon: 0.0, ..PLAIN }).contains("epsilon"));
        assert!(message(Adam { learning_rate: f64::INFINITY, ..PLAIN }).contains("learning_rate"));
    }
}
