//! Arrays that the operators of a graph read and return.

use super::fault::OnnxFault;
use crate::onnx::messages::{FLOAT, TensorProto};

/// An array in row-major order; one of images is `(batch, channels, height, width)`.
#[derive(Clone, Debug)]
pub struct Array {
    /// True if the type of the values is `uint8`, false if it is `float`. An `f32` holds both.
    pub bytes: bool,
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Array {
    /// Returns an array of type `float`.
    ///
    /// # Panics
    /// If there are not as many values as the shape says.
    pub fn new(shape: Vec<usize>, values: Vec<f32>) -> Self {
        assert_eq!(shape.iter().product::<usize>(), values.len(), "values for shape {shape:?}");
        Self { bytes: false, shape, values }
    }

    /// Reads a constant tensor.
    ///
    /// # Errors
    /// If its type is not `float`, or it has no values or another number of them than its shape says.
    pub fn read(tensor: &TensorProto) -> Result<Self, OnnxFault> {
        let fault = || OnnxFault::Tensor(tensor.name.clone());
        let shape: Result<Vec<usize>, _> = tensor.dims.iter().map(|&size| usize::try_from(size)).collect();
        let shape = shape.map_err(|_| fault())?;
        let (numbers, rest) = tensor.raw_data.as_chunks::<4>();
        let fits = product(&shape) == Some(numbers.len()) && rest.is_empty() && !numbers.is_empty();
        if tensor.data_type != FLOAT || !fits {
            return Err(fault());
        }
        Ok(Self::new(shape, numbers.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()))
    }

    /// Returns the only value, or `None` if there are others.
    pub fn scalar(&self) -> Option<f32> {
        let [value] = self.values[..] else { return None };
        Some(value)
    }

    /// Returns an array of type `float` and the same shape, with `change` applied to each value.
    pub fn map(&self, change: impl Fn(f32) -> f32) -> Self {
        Self::new(self.shape.clone(), self.values.iter().map(|&value| change(value)).collect())
    }
}

/// Returns the product of sizes, or `None` if it is too large.
pub fn product(sizes: &[usize]) -> Option<usize> {
    sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))
}
