//! safetensors: weights and running statistics by name, with what is known of the model as metadata.

use crate::about::About;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use std::collections::HashMap;
use zodarts::model::Model;
use zodarts_nn::parameters::{Layout, Tensor};

/// A model as the bytes of a safetensors file. Tensors have the names and shapes that the `PyTorch` export gives them.
pub fn encode(model: &Model) -> Vec<u8> {
    let bytes: Vec<(&Tensor, Vec<u8>)> = tensors(model)
        .map(|(tensor, values)| (tensor, values.iter().flat_map(|value| value.to_le_bytes()).collect()))
        .collect();
    let views = bytes.iter().map(|(tensor, bytes)| {
        let view = TensorView::new(Dtype::F32, tensor.shape.clone(), bytes).expect("bytes of this shape");
        (&tensor.name, view)
    });
    let about = About::of(model).entries();
    let mut metadata: HashMap<String, String> =
        about.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    metadata.insert("format".into(), "pt".into());
    safetensors::serialize(views, Some(metadata)).expect("names and shapes are valid")
}

/// Holds a file's tensors against the model's, bit by bit.
///
/// # Errors
/// With the first that differs.
pub fn verify(model: &Model, bytes: &[u8]) -> Result<(), String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    for (tensor, values) in tensors(model) {
        let view = file.tensor(&tensor.name).map_err(|error| error.to_string())?;
        let same = values
            .iter()
            .zip(view.data().as_chunks::<4>().0)
            .all(|(value, bytes)| value.to_le_bytes() == *bytes);
        if !same || view.shape() != tensor.shape || view.dtype() != Dtype::F32 {
            return Err(format!("tensor `{}` is not as it was written", tensor.name));
        }
    }
    Ok(())
}

/// Every tensor of a model with its values.
fn tensors(model: &Model) -> impl Iterator<Item = (&Tensor, &[f32])> {
    named(&model.network.weights, &model.weights).chain(named(&model.network.statistics, &model.statistics))
}

fn named<'a>(layout: &'a Layout, values: &'a [f32]) -> impl Iterator<Item = (&'a Tensor, &'a [f32])> {
    layout.tensors().iter().map(|tensor| (tensor, &values[tensor.range.clone()]))
}
