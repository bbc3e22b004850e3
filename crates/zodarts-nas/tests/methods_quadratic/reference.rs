//! The hypergradient of T unrolled SGD steps in `f64`, computed by carrying dw/dα through every step.

use crate::problem::{Batch, D, Scene, W, dot, widen};
use zodarts_nn::optim::Sgd;

/// The derivatives of a vector of the weights' length with respect to α.
type Jacobian = [[f64; D]; W];

/// Returns ∇F at the scene's α, where `F(α) = L_val(w_T(α), α)`. It does not support clipping.
pub fn hypergradient(scene: &Scene, sgd: &Sgd) -> [f64; D] {
    let problem = &scene.problem;
    let alpha = widen(&scene.state.alpha);
    let mut w = widen(&scene.state.chain.weights);
    let mut buffer = widen(&scene.state.chain.sgd.momentum_buffer);
    let (mut dw, mut dbuffer): (Jacobian, Jacobian) = ([[0.0; D]; W], [[0.0; D]; W]);
    for batch in &scene.training {
        let Batch::Training(b) = batch else { panic!("a training batch") };
        let slope = problem.training_slope(&w, &alpha, b);
        let dslope = training_slope_jacobian(scene, &dw);
        for i in 0..W {
            let advance = |w: &mut f64, buffer: &mut f64, slope: f64| {
                let d = slope + sgd.weight_decay * *w;
                *buffer = sgd.momentum * *buffer + d;
                let step = if sgd.nesterov { d + sgd.momentum * *buffer } else { *buffer };
                *w -= scene.learning_rate * step;
            };
            // The step is linear, so its derivative takes the same step.
            for j in 0..D {
                advance(&mut dw[i][j], &mut dbuffer[i][j], dslope[i][j]);
            }
            advance(&mut w[i], &mut buffer[i], slope[i]);
        }
    }
    let mut v = [0.0; W];
    for batch in &scene.validation {
        let Batch::Validation(c) = batch else { panic!("a validation batch") };
        let slope = problem.validation_slope(&w, c);
        (0..W).for_each(|i| v[i] += slope[i] / scene.validation.len() as f64);
    }
    std::array::from_fn(|j| alpha[j] - problem.target[j] + (0..W).map(|i| dw[i][j] * v[i]).sum::<f64>())
}

/// Returns d(Hr)/dα = H(dw/dα − A).
fn training_slope_jacobian(scene: &Scene, dw: &Jacobian) -> Jacobian {
    let problem = &scene.problem;
    std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            let column: [f64; W] = std::array::from_fn(|k| dw[k][j] - problem.a[k][j]);
            dot(&problem.h[i], &column)
        })
    })
}

/// Returns the length of the difference, relative to the length of `expected`.
pub fn relative_error(found: &[f64], expected: &[f64]) -> f64 {
    let difference: Vec<f64> = found.iter().zip(expected).map(|(f, e)| f - e).collect();
    (dot(&difference, &difference) / dot(expected, expected)).sqrt()
}
