//! The state of a running search or training, as named vectors.

use safetensors::Dtype;
use safetensors::tensor::TensorView;
use std::collections::HashMap;

/// Named vectors and the epoch they belong to.
#[derive(Clone, Debug)]
pub struct Checkpoint<'a> {
    /// `search` or `train`.
    pub stage: &'static str,
    /// Epochs done.
    pub epochs_done: usize,
    /// The vectors.
    pub vectors: Vec<(&'static str, &'a [f32])>,
}

impl Checkpoint<'_> {
    /// The file's bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let bytes: Vec<(&str, Vec<u8>)> = self
            .vectors
            .iter()
            .map(|(name, values)| (*name, values.iter().flat_map(|value| value.to_le_bytes()).collect()))
            .collect();
        let views = bytes.iter().map(|(name, bytes)| {
            (*name, TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes).expect("a vector"))
        });
        let metadata = HashMap::from([
            ("stage".to_owned(), self.stage.to_owned()),
            ("epochs_done".to_owned(), self.epochs_done.to_string()),
        ]);
        safetensors::serialize(views, Some(metadata)).expect("names are valid")
    }
}
