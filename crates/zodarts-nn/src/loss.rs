//! Losses of a batch, and their gradients with respect to the logits.

use serde::{Deserialize, Serialize};

/// Interpretation of the logits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LossKind {
    /// One class an image: softmax cross-entropy against a distribution over classes.
    #[default]
    CrossEntropy,
    /// Independent labels: the mean over labels of binary cross-entropies of sigmoids.
    Binary,
}

/// A loss with its options.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loss {
    /// Interpretation of the logits.
    pub kind: LossKind,
    /// Label smoothing ε: a target `t` over `K` classes becomes `(1 − ε)·t + ε/K` (for binary labels K = 2).
    pub smoothing: f64,
    /// Weight of each class (of the positive side of each label), applied to its term of the loss.
    pub class_weights: Option<Vec<f64>>,
}

impl Loss {
    /// Returns a loss without options.
    pub fn new(kind: LossKind) -> Self {
        Self { kind, ..Self::default() }
    }

    /// Returns the loss of one image and writes ∂loss/∂logits to `gradient`.
    pub fn image(&self, logits: &[f64], targets: &[f32], gradient: &mut [f64]) -> f64 {
        match self.kind {
            LossKind::CrossEntropy => self.cross_entropy(logits, targets, gradient),
            LossKind::Binary => self.binary(logits, targets, gradient),
        }
    }

    fn class_weight(&self, class: usize) -> f64 {
        self.class_weights.as_ref().map_or(1.0, |weights| weights[class])
    }

    /// Returns `−Σ_k w_k t_k log p_k`, whose gradient is `p·Σ w t − w t`.
    fn cross_entropy(&self, logits: &[f64], targets: &[f32], gradient: &mut [f64]) -> f64 {
        let log_sum = log_sum_exp(logits);
        let classes = logits.len() as f64;
        let mut loss = 0.0;
        let mut mass = 0.0;
        for (class, &target) in targets.iter().enumerate() {
            let smooth = (1.0 - self.smoothing) * f64::from(target) + self.smoothing / classes;
            let weighted = self.class_weight(class) * smooth;
            loss -= weighted * (logits[class] - log_sum);
            mass += weighted;
            gradient[class] = -weighted;
        }
        for (slot, logit) in gradient.iter_mut().zip(logits) {
            *slot += mass * (logit - log_sum).exp();
        }
        loss
    }

    /// Returns `mean_k −w_k t_k log σ(z_k) − (1 − t_k) log σ(−z_k)`.
    fn binary(&self, logits: &[f64], targets: &[f32], gradient: &mut [f64]) -> f64 {
        let labels = logits.len() as f64;
        let mut loss = 0.0;
        for (label, (&logit, &target)) in logits.iter().zip(targets).enumerate() {
            let smooth = (1.0 - self.smoothing) * f64::from(target) + self.smoothing / 2.0;
            let (positive, negative) = (self.class_weight(label) * smooth, 1.0 - smooth);
            loss += positive * softplus(-logit) + negative * softplus(logit);
            gradient[label] = (negative * sigmoid(logit) - positive * sigmoid(-logit)) / labels;
        }
        loss / labels
    }

    /// Writes the scores of one image: probabilities that sum to 1, or one probability per label.
    pub fn scores(&self, logits: &[f64], scores: &mut [f32]) {
        let log_sum = log_sum_exp(logits);
        for (score, &logit) in scores.iter_mut().zip(logits) {
            *score = match self.kind {
                LossKind::CrossEntropy => (logit - log_sum).exp() as f32,
                LossKind::Binary => sigmoid(logit) as f32,
            };
        }
    }

    /// Returns 1 if the largest logit belongs to the largest target, else 0. For independent labels, returns
    /// the share of labels predicted correctly.
    pub fn correct(&self, logits: &[f64], targets: &[f32]) -> f64 {
        match self.kind {
            LossKind::CrossEntropy => {
                let truth = argmax(targets.iter().map(|&t| f64::from(t)));
                f64::from(u8::from(argmax(logits.iter().copied()) == truth))
            }
            LossKind::Binary => {
                let right = logits.iter().zip(targets).filter(|(z, t)| (**z > 0.0) == (**t > 0.5)).count();
                right as f64 / logits.len() as f64
            }
        }
    }
}

/// Returns the position of the first largest value.
fn argmax(values: impl Iterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (index, value) in values.enumerate() {
        if value > best.1 {
            best = (index, value);
        }
    }
    best.0
}

fn log_sum_exp(logits: &[f64]) -> f64 {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + logits.iter().map(|z| (z - largest).exp()).sum::<f64>().ln()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Returns `log(1 + eˣ)` without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn losses() -> Vec<Loss> {
        let weights = Some(vec![0.5, 2.0, 1.25]);
        [LossKind::CrossEntropy, LossKind::Binary]
            .into_iter()
            .flat_map(|kind| {
                [
                    Loss::new(kind),
                    Loss { smoothing: 0.1, ..Loss::new(kind) },
                    Loss { smoothing: 0.1, class_weights: weights.clone(), ..Loss::new(kind) },
                ]
            })
            .collect()
    }

    #[test]
    fn gradients_match_finite_differences() {
        let (logits, targets) = ([0.3, -1.2, 0.7], [0.25, 0.0, 0.75]);
        for loss in losses() {
            let mut gradient = [0.0; 3];
            loss.image(&logits, &targets, &mut gradient);
            for k in 0..3 {
                let at = |step: f64| {
                    let mut moved = logits;
                    moved[k] += step;
                    loss.image(&moved, &targets, &mut [0.0; 3])
                };
                let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!((slope - gradient[k]).abs() < 1e-9, "{loss:?} {k}: {slope} {}", gradient[k]);
            }
        }
    }

    #[test]
    fn huge_logits_stay_finite() {
        for loss in losses() {
            let mut gradient = [0.0; 3];
            let value = loss.image(&[1e30, -1e30, 0.0], &[0.0, 1.0, 0.0], &mut gradient);
            assert!(value.is_finite() && gradient.iter().all(|g| g.is_finite()), "{loss:?}");
        }
    }

    #[test]
    fn cross_entropy_of_equal_logits_is_log_of_classes() {
        let value = Loss::new(LossKind::CrossEntropy).image(&[2.0; 3], &[0.0, 1.0, 0.0], &mut [0.0; 3]);
        assert!((value - 3.0_f64.ln()).abs() < 1e-12);
    }
}
