//! Arguments and results of a pass.

use crate::space::Mixture;

/// The parameters at which a network is evaluated.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a, T> {
    /// The flat weights, in the order of [`Network::weights`](crate::graph::Network::weights).
    pub weights: &'a [T],
    /// The mixture of a supernet; `None` for other networks.
    pub mixture: Option<&'a Mixture<T>>,
}

/// A batch of images and their targets.
#[derive(Clone, Copy, Debug)]
pub struct BatchView<'a> {
    /// The images, `(count, channels, height, width)`.
    pub images: &'a [f32],
    /// The targets, `(count, classes)`.
    pub targets: &'a [f32],
    /// Number of images.
    pub count: usize,
}

/// Buffers for the gradients that a pass computes. A gradient without a buffer is not computed.
#[derive(Debug, Default)]
pub struct GradientTargets<'a, T> {
    /// ∂L/∂w, of the weights' length, overwritten.
    pub weights: Option<&'a mut [T]>,
    /// ∂L/∂p, overwritten. Entries of operations that were not computed are 0.
    pub mixture: Option<&'a mut Mixture<T>>,
}

impl<T> GradientTargets<'_, T> {
    /// Returns the gradients that have a buffer.
    pub(super) fn selection(&self) -> GradientSelection {
        GradientSelection { weights: self.weights.is_some(), mixture: self.mixture.is_some() }
    }
}

/// The gradients that a pass computes.
#[derive(Clone, Copy)]
pub struct GradientSelection {
    /// True if ∂L/∂w is computed.
    pub weights: bool,
    /// True if ∂L/∂p is computed.
    pub mixture: bool,
}

impl GradientSelection {
    /// Returns true if the pass has to go backward.
    pub fn any(self) -> bool {
        self.weights || self.mixture
    }
}

/// The result of a pass.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PassOutcome {
    /// Mean loss of the batch.
    pub loss: f64,
    /// Number of images classified correctly.
    pub correct: f64,
    /// Number of images in the batch.
    pub images: usize,
}
