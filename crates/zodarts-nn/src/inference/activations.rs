//! Activations of one image.

use super::program::Program;
use crate::graph::NodeId;
use zodarts_kernels::{Pixel, Real};

/// The values of the nodes of an image, and their copies, in shared buffers.
#[derive(Debug)]
pub struct Activations<T> {
    /// The buffers of [`Program::buffers`].
    pub buffers: Vec<Vec<Pixel<T>>>,
}

impl<T: Real> Activations<T> {
    /// Returns a node's value.
    pub fn value(&self, program: &Program<T>, node: NodeId) -> &[Pixel<T>] {
        &self.buffers[program.nodes[node].value]
    }

    /// Returns a node's copy with a margin, or an empty slice if it has none.
    pub fn copy(&self, program: &Program<T>, node: NodeId) -> &[Pixel<T>] {
        program.nodes[node].copy.map_or(&[], |copy| &self.buffers[copy.buffer])
    }
}
