//! safetensors: weights and running statistics by name, with facts about the model as metadata.

use crate::CheckFault;
use crate::about::About;
use std::path::Path;
use zodarts_nas::model::Model;
use zodarts_nas::tensors;
use zodarts_nn::parameters::TensorLayout;

/// Returns a model as the bytes of a safetensors file. Tensors have the names and shapes that the `PyTorch`
/// export gives them.
pub fn encode(model: &Model) -> Vec<u8> {
    let about = About::of(model).entries().into_iter().chain([("format", "pt".to_owned())]);
    tensors::encode_with(&vectors(model), about.map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Compares the tensors of a file, which are to be written to `path`, with the model's, bit by bit.
///
/// # Errors
/// With the first that cannot be read or differs.
pub fn verify(model: &Model, path: &Path, bytes: &[u8]) -> Result<(), CheckFault> {
    for (layout, values) in vectors(model) {
        let found = tensors::decode(path, bytes, layout)?;
        if !found.iter().zip(values).all(|(found, value)| found.to_bits() == value.to_bits()) {
            return Err(CheckFault::Bits);
        }
    }
    Ok(())
}

/// Returns all of a model's numbers with their names.
fn vectors(model: &Model) -> [(&TensorLayout, &[f32]); 2] {
    [(&model.network.weights, &model.weights), (&model.network.statistics, &model.statistics)]
}
