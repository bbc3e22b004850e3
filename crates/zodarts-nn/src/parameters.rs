//! Named ranges of one flat vector.

use std::ops::Range;

/// A tensor inside a flat vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Unique name, such as `stages.0.cells.1.edges.3.conv3x3.weight`.
    pub name: String,
    /// Sizes, outermost first.
    pub shape: Vec<usize>,
    /// Range of its values in the flat vector.
    pub range: Range<usize>,
    /// Distribution of its initial values.
    pub initial: Initial,
}

/// Distribution of a tensor's initial values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// A constant: scales of normalisations start at 1, their shifts at 0.
    Constant(f64),
    /// Uniform within ±1/√`fan_in`, the default of `PyTorch`'s convolutions and linear layers.
    Uniform {
        /// Inputs of one output.
        fan_in: usize,
    },
}

/// Tensors in the order of the flat vector they share, without gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TensorLayout {
    tensors: Vec<Tensor>,
    len: usize,
}

impl TensorLayout {
    /// Appends a tensor and returns its range.
    pub fn push(&mut self, name: String, shape: &[usize], initial: Initial) -> Range<usize> {
        let range = self.len..self.len + shape.iter().product::<usize>();
        self.len = range.end;
        self.tensors.push(Tensor { name, shape: shape.to_vec(), range: range.clone(), initial });
        range
    }

    /// Returns the length of the flat vector.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns true if there are no tensors.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the tensors in order.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }
}
