//! The state of a running search or training, as named vectors.

use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::json;
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
        // One entry only: the map's order is random, and the same run should leave the same bytes.
        let progress = json!({ "stage": self.stage, "epochs_done": self.epochs_done });
        let metadata = HashMap::from([("progress".to_owned(), progress.to_string())]);
        safetensors::serialize(views, Some(metadata)).expect("names are valid")
    }
}
