//! Golden files and reference predictions for the tests of this crate.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod reference;

use safetensors::SafeTensors;
use serde_json::Value;
use zodarts_kernels::Real;
use zodarts_nn::graph::Shape;
use zodarts_nn::parameters::TensorLayout;
use zodarts_nn::space::{Choice, NAS_BENCH_201, Operation};

/// One case of a golden file.
pub struct Case<'a> {
    tensors: SafeTensors<'a>,
    name: String,
    /// Its sizes.
    pub sizes: Value,
}

impl<'a> Case<'a> {
    /// Opens a case of a file's bytes.
    pub fn open(bytes: &'a [u8], name: &str) -> Self {
        let (_, metadata) = SafeTensors::read_metadata(bytes).unwrap();
        let cases = metadata.metadata().as_ref().unwrap()["cases"].clone();
        let cases: Value = serde_json::from_str(&cases).unwrap();
        let tensors = SafeTensors::deserialize(bytes).unwrap();
        Self { tensors, name: name.into(), sizes: cases[name].clone() }
    }

    /// A size.
    pub fn size(&self, field: &str) -> usize {
        usize::try_from(self.sizes[field].as_u64().unwrap()).unwrap()
    }

    /// The input's shape.
    pub fn input(&self) -> Shape {
        Shape { channels: self.size("c_in"), height: self.size("height"), width: self.size("width") }
    }

    /// A tensor's values, if the file has it.
    pub fn find(&self, tensor: &str) -> Option<Vec<f64>> {
        let view = self.tensors.tensor(&format!("{}/{tensor}", self.name)).ok()?;
        Some(match view.dtype() {
            safetensors::Dtype::F32 => {
                view.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b).into()).collect()
            }
            safetensors::Dtype::F64 => {
                view.data().as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect()
            }
            other => panic!("{tensor} is {other:?}"),
        })
    }

    /// A tensor's values.
    pub fn values<T: Real>(&self, tensor: &str) -> Vec<T> {
        let values = self.find(tensor).unwrap_or_else(|| panic!("{tensor} is missing"));
        values.into_iter().map(T::from_f64).collect()
    }

    /// All tensors of a layout under a prefix, as one flat vector; missing ones are zero.
    pub fn flat<T: Real>(&self, layout: &TensorLayout, prefix: &str) -> Vec<T> {
        let mut flat = vec![T::ZERO; layout.len()];
        for tensor in layout.tensors() {
            if let Some(values) = self.find(&format!("{prefix}/{}", tensor.name)) {
                assert_eq!(values.len(), tensor.range.len(), "{}", tensor.name);
                for (slot, value) in flat[tensor.range.clone()].iter_mut().zip(values) {
                    *slot = T::from_f64(value);
                }
            }
        }
        flat
    }

    /// Names of the weights in the file's order.
    pub fn order(&self) -> Vec<String> {
        self.sizes["order"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().into()).collect()
    }
}

/// Asserts that a layout has the file's tensors in the file's order.
pub fn same_order(layout: &TensorLayout, case: &Case<'_>) {
    let names: Vec<_> = layout.tensors().iter().map(|tensor| tensor.name.clone()).collect();
    assert_eq!(names, case.order());
}

/// Asserts that each tensor of two flat vectors agrees: largest error relative to the tensor's largest value.
///
/// A tensor that is zero but for rounding (the bias before a normalisation, say) is measured against `floor`.
pub fn close<T: Real>(layout: &TensorLayout, found: &[T], expected: &[T], tolerance: f64, floor: f64) {
    for tensor in layout.tensors() {
        let (found, expected) = (&found[tensor.range.clone()], &expected[tensor.range.clone()]);
        near(&tensor.name, found, expected, tolerance, floor);
    }
}

/// Asserts that two vectors agree: largest error relative to the largest value, at least `floor`.
pub fn near<T: Real>(name: &str, found: &[T], expected: &[T], tolerance: f64, floor: f64) {
    assert_eq!(found.len(), expected.len(), "{name}");
    let scale = expected.iter().map(|v| v.to_f64().abs()).fold(floor, f64::max);
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        let error = (a.to_f64() - b.to_f64()).abs() / scale;
        assert!(error <= tolerance, "{name}[{i}]: found {a:?}, expected {b:?}, error {error:e}");
    }
}

/// Operations of an architecture string.
pub fn choice(genotype: &str) -> Choice {
    let names = genotype.split(['|', '+']).filter(|part| !part.is_empty());
    let operations: Vec<Operation> = names
        .map(|part| {
            let name = part.split('~').next().unwrap();
            *Operation::ALL.iter().find(|op| op.name() == name).unwrap()
        })
        .collect();
    Choice::new(&NAS_BENCH_201, &operations)
}
