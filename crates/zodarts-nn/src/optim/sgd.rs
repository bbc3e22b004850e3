//! Stochastic gradient descent.

use super::error::{FieldCheck, OptimiserError};
use super::reduce::{dot, norm};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Added to the gradient norm before the division, as `torch.nn.utils.clip_grad_norm_` does.
const CLIP_EPSILON: f64 = 1e-6;

/// Weights that one thread updates at a time.
const CHUNK: usize = 1 << 15;

/// Stochastic gradient descent as `torch.optim.SGD` (dampening 0), preceded by gradient-norm clipping as
/// `torch.nn.utils.clip_grad_norm_`.
///
/// With gradient g, weights w, buffer b and rate η:
/// c = min(1, clip / (‖g‖ + 1e-6)), d = c·g + λ·w, b ← m·b + d, w ← w − η·(b, or d + m·b under Nesterov).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sgd {
    /// m, in [0, 1).
    pub momentum: f64,
    /// λ, the L2 penalty added to the gradient.
    pub weight_decay: f64,
    /// Nesterov's look-ahead.
    pub nesterov: bool,
    /// Largest gradient norm; `None` does not clip.
    pub clip: Option<f64>,
}

impl Default for Sgd {
    /// The search's setting in ZO-DARTS+: Nesterov momentum 0.9, weight decay 3e-4, clip 5.
    fn default() -> Self {
        Sgd { momentum: 0.9, weight_decay: 3e-4, nesterov: true, clip: Some(5.0) }
    }
}

/// The state that SGD keeps between steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SgdState {
    /// b, of the weights' length; zero before the first step, which makes that step b = d.
    pub momentum_buffer: Vec<f32>,
}

impl SgdState {
    /// Returns the state before the first step of `weights` weights.
    pub fn new(weights: usize) -> Self {
        SgdState { momentum_buffer: vec![0.0; weights] }
    }

    /// Copies `other`, reusing the buffer.
    pub fn copy_from(&mut self, other: &SgdState) {
        self.momentum_buffer.clone_from(&other.momentum_buffer);
    }

    /// Returns to the state before the first step.
    pub fn reset(&mut self) {
        self.momentum_buffer.fill(0.0);
    }
}

/// Derivatives of a function with respect to the weights and the momentum buffer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SgdAdjoint {
    /// Derivative by the weights.
    pub weights: Vec<f32>,
    /// Derivative by the momentum buffer, of the weights' length.
    pub momentum_buffer: Vec<f32>,
}

impl Sgd {
    /// Returns the settings if every value is in its range.
    ///
    /// # Errors
    /// The first field that is out of its range, or Nesterov without momentum.
    pub fn validated(self) -> Result<Self, OptimiserError> {
        let check = FieldCheck("sgd");
        check.decay("momentum", self.momentum)?;
        check.non_negative("weight_decay", self.weight_decay)?;
        if let Some(clip) = self.clip {
            check.positive("clip", clip)?;
        }
        if self.nesterov && self.momentum == 0.0 {
            return Err(OptimiserError::NesterovWithoutMomentum);
        }
        Ok(self)
    }

    /// Takes one step of `weights` along `gradient` at rate `learning_rate`.
    ///
    /// A gradient that is not finite makes the weights so, as in `PyTorch`.
    ///
    /// # Panics
    /// If the lengths of weights, gradient and state differ.
    pub fn step(&self, state: &mut SgdState, weights: &mut [f32], gradient: &[f32], learning_rate: f64) {
        let buffer = &mut state.momentum_buffer;
        assert!(
            weights.len() == gradient.len() && weights.len() == buffer.len(),
            "sgd: {} weights, {} gradients, {} momenta",
            weights.len(),
            gradient.len(),
            buffer.len()
        );
        let scale = self.clip_scale(gradient);
        let (momentum, decay, rate) = (self.momentum as f32, self.weight_decay as f32, learning_rate as f32);
        let (along_gradient, along_buffer) = self.shares();
        let update = |((weights, gradient), buffer): ((&mut [f32], &[f32]), &mut [f32])| {
            for ((w, &g), b) in weights.iter_mut().zip(gradient).zip(buffer) {
                let d = scale * g + decay * *w;
                *b = momentum * *b + d;
                *w -= rate * (along_gradient * d + along_buffer * *b);
            }
        };
        let parts = weights.par_chunks_mut(CHUNK).zip(gradient.par_chunks(CHUNK));
        parts.zip(buffer.par_chunks_mut(CHUNK)).for_each(update);
    }

    /// A [`Sgd::step`] backwards: from the derivatives of a function by what came out of the step to those by
    /// what went in, the gradient held fixed. `along` becomes the derivative by that gradient.
    ///
    /// β = ∂F/∂b' − η·∂F/∂w' (times m under Nesterov), δ = β (less η·∂F/∂w' under Nesterov) is the derivative
    /// by d; then ∂F/∂b = m·β, ∂F/∂w = ∂F/∂w' + λ·δ, and by the gradient c·δ, where it is clipped c·(δ −
    /// g·(g·δ)/(‖g‖·(‖g‖ + 1e-6))).
    ///
    /// # Panics
    /// If the lengths of adjoint, gradient and `along` differ.
    pub fn pull_back(
        &self,
        adjoint: &mut SgdAdjoint,
        gradient: &[f32],
        learning_rate: f64,
        along: &mut [f32],
    ) {
        assert_eq!(adjoint.weights.len(), adjoint.momentum_buffer.len(), "sgd: weights and momenta");
        assert_eq!(adjoint.weights.len(), along.len(), "sgd: weights and derivatives by their gradient");
        let (momentum, decay, rate) = (self.momentum as f32, self.weight_decay as f32, learning_rate as f32);
        let (along_gradient, along_buffer) = self.shares();
        for ((w, b), d) in adjoint.weights.iter_mut().zip(&mut adjoint.momentum_buffer).zip(along.iter_mut())
        {
            let by_buffer = *b - rate * along_buffer * *w;
            *d = by_buffer - rate * along_gradient * *w;
            *b = momentum * by_buffer;
            *w += decay * *d;
        }
        let scale = self.clip_scale(gradient);
        if scale == 1.0 {
            return;
        }
        let length = norm(gradient);
        let shorter = (dot(gradient, along) / (length * (length + CLIP_EPSILON))) as f32;
        for (d, g) in along.iter_mut().zip(gradient) {
            *d = scale * (*d - shorter * g);
        }
    }

    /// Returns the shares of d and b in a step. They are chosen outside the loops, so that each pass over the
    /// weights is branch-free.
    fn shares(&self) -> (f32, f32) {
        if self.nesterov { (1.0, self.momentum as f32) } else { (0.0, 1.0) }
    }

    /// Returns the factor that limits the gradient to the clipping norm.
    fn clip_scale(&self, gradient: &[f32]) -> f32 {
        self.clip.map_or(1.0, |clip| {
            let scale = clip / (norm(gradient) + CLIP_EPSILON);
            // Not `f64::min`, which would hide a NaN.
            if scale > 1.0 { 1.0 } else { scale as f32 }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Sgd = Sgd { momentum: 0.5, weight_decay: 0.0, nesterov: false, clip: None };

    fn two_steps(sgd: Sgd) -> f32 {
        let mut state = SgdState::new(1);
        let mut w = [1.0];
        sgd.step(&mut state, &mut w, &[1.0], 0.25);
        sgd.step(&mut state, &mut w, &[2.0], 0.25);
        w[0]
    }

    #[test]
    fn two_steps_by_hand() {
        // b: 1, then 0.5 + 2 = 2.5.
        assert_eq!(two_steps(PLAIN), 1.0 - 0.25 - 0.625);
        // Moves: 1 + 0.5·1, then 2 + 0.5·2.5.
        assert_eq!(two_steps(Sgd { nesterov: true, ..PLAIN }), 1.0 - 0.25 * 1.5 - 0.25 * 3.25);
        // d: 1 + 1, w = 0.5; then 2 + 0.5, b = 1 + 2.5.
        assert_eq!(two_steps(Sgd { weight_decay: 1.0, ..PLAIN }), 0.5 - 0.25 * 3.5);
    }

    #[test]
    fn clipping_scales_the_gradient_but_not_the_weight_decay() {
        let sgd = Sgd { momentum: 0.0, weight_decay: 1.0, nesterov: false, clip: Some(1.0) };
        let mut w = [1.0, 1.0];
        sgd.step(&mut SgdState::new(2), &mut w, &[3.0, 4.0], 1.0);
        assert!((w[0] + 0.6).abs() < 1e-6 && (w[1] + 0.8).abs() < 1e-6, "{w:?}");
        let mut w = [0.0, 0.0];
        sgd.step(&mut SgdState::new(2), &mut w, &[0.3, 0.4], 1.0);
        assert_eq!(w, [-0.3, -0.4], "a short gradient is left alone");
    }

    /// F = Σ kᵢw'ᵢ + lᵢb'ᵢ after one step from (w, b) along g.
    fn after_a_step(sgd: Sgd, [w, b, g]: &[Vec<f64>; 3]) -> f64 {
        let narrow = |v: &[f64]| v.iter().map(|v| *v as f32).collect::<Vec<f32>>();
        let (mut w, mut state) = (narrow(w), SgdState { momentum_buffer: narrow(b) });
        sgd.step(&mut state, &mut w, &narrow(g), 0.25);
        let value = |(i, (w, b)): (usize, (&f32, &f32))| {
            let (k, l) = functional(i);
            f64::from(*w) * k + f64::from(*b) * l
        };
        w.iter().zip(&state.momentum_buffer).enumerate().map(value).sum()
    }

    fn functional(i: usize) -> (f64, f64) {
        ([1.0, -2.0, 0.5][i], [0.25, 1.5, -1.0][i])
    }

    #[test]
    fn a_step_backwards_is_its_derivative() {
        let clipped = Sgd { momentum: 0.5, weight_decay: 0.25, nesterov: false, clip: Some(2.0) };
        for sgd in [PLAIN, clipped, Sgd { nesterov: true, ..clipped }, Sgd { clip: None, ..clipped }] {
            let point = [vec![0.5, -1.0, 2.0], vec![1.0, 0.25, -0.5], vec![3.0, -1.0, 2.0]];
            let seed = |part: fn((f64, f64)) -> f64| (0..3).map(|i| part(functional(i)) as f32).collect();
            let mut adjoint = SgdAdjoint { weights: seed(|f| f.0), momentum_buffer: seed(|f| f.1) };
            let mut along = vec![0.0; 3];
            let gradient: Vec<f32> = point[2].iter().map(|g| *g as f32).collect();
            sgd.pull_back(&mut adjoint, &gradient, 0.25, &mut along);
            for (input, found) in [&adjoint.weights, &adjoint.momentum_buffer, &along].into_iter().enumerate()
            {
                for (i, found) in found.iter().enumerate() {
                    let moved = |by: f64| {
                        let mut point = point.clone();
                        point[input][i] += by;
                        after_a_step(sgd, &point)
                    };
                    let expected = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                    // Rounding of the step's own arithmetic, 1e-7, over the distance.
                    assert!(
                        (f64::from(*found) - expected).abs() < 1e-4,
                        "{sgd:?} {input} {i}: {found} {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_gradient_that_is_not_finite_shows_in_the_weights() {
        for bad in [f32::NAN, f32::INFINITY] {
            let mut w = [0.0, 0.0];
            Sgd::default().step(&mut SgdState::new(2), &mut w, &[bad, 1.0], 0.1);
            assert!(w[0].is_nan());
        }
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        assert!(Sgd::default().validated().is_ok());
        let message = |sgd: Sgd| sgd.validated().unwrap_err().to_string();
        assert_eq!(
            message(Sgd { momentum: 1.0, ..PLAIN }),
            "sgd: `momentum` is 1, expected at least 0 and below 1"
        );
        assert!(message(Sgd { weight_decay: f64::NAN, ..PLAIN }).contains("weight_decay"));
        assert!(message(Sgd { clip: Some(0.0), ..PLAIN }).contains("clip"));
        assert!(message(Sgd { momentum: 0.0, nesterov: true, ..PLAIN }).contains("nesterov"));
    }
}
