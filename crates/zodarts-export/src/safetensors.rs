//! safetensors: weights and running statistics by name, with what is known of the model as metadata.

use crate::about::About;
use std::path::Path;
use zodarts_nas::model::Model;
use zodarts_nas::tensors;
use zodarts_nn::parameters::TensorLayout;

/// A model as the bytes of a safetensors file. Tensors have the names and shapes that the `PyTorch` export gives them.
pub fn encode(model: &Model) -> Vec<u8> {
    let about = About::of(model).entries().into_iter().chain([("format", "pt".to_owned())]);
    tensors::encode_with(&vectors(model), about.map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Holds a file's tensors, which are to be written to `path`, against the model's, bit by bit.
///
/// # Errors
/// With the first that cannot be read, or that one differs.
pub fn verify(model: &Model, path: &Path, bytes: &[u8]) -> Result<(), String> {
    for (layout, values) in vectors(model) {
        let found = tensors::decode(path, bytes, layout).map_err(|error| error.to_string())?;
        if !found.iter().zip(values).all(|(found, value)| found.to_bits() == value.to_bits()) {
            return Err("a value does not read back as it was written".into());
        }
    }
    Ok(())
}

/// All of a model's numbers with their names.
fn vectors(model: &Model) -> [(&TensorLayout, &[f32]); 2] {
    [(&model.network.weights, &model.weights), (&model.network.statistics, &model.statistics)]
}
