//! Flat vectors as named tensors in safetensors files.

use crate::files::FileError;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use zodarts_nn::parameters::TensorLayout;

/// Length of the longest header that is read, in bytes: many times that of the largest network. Each name in
/// a header takes several times its bytes in memory.
const MAX_HEADER: u64 = 4 << 20;

/// Encodes vectors with their layouts into one file. The order of tensors, and so the bytes, are fixed.
///
/// # Panics
/// Panics if a vector does not have its layout's length.
pub fn encode(vectors: &[(&TensorLayout, &[f32])]) -> Vec<u8> {
    serialized(vectors, None)
}

/// Encodes as [`encode`] does, with text metadata. The metadata are in the order of their names, so that the
/// bytes are fixed.
///
/// # Panics
/// See [`encode`].
pub fn encode_with(vectors: &[(&TensorLayout, &[f32])], metadata: BTreeMap<String, String>) -> Vec<u8> {
    sorted(&serialized(vectors, Some(metadata.into_iter().collect())))
}

/// Returns a file with the entries of its header in the order of their names. The library writes metadata in
/// no fixed order.
fn sorted(file: &[u8]) -> Vec<u8> {
    #[derive(Serialize, Deserialize)]
    struct Header {
        #[serde(rename = "__metadata__")]
        metadata: BTreeMap<String, String>,
        #[serde(flatten)]
        tensors: BTreeMap<String, serde_json::Value>,
    }
    let (size, rest) = file.split_first_chunk::<8>().expect("a size");
    let (header, values) = rest.split_at(u64::from_le_bytes(*size) as usize);
    let header: Header = serde_json::from_slice(header).expect("a header");
    let mut header = serde_json::to_vec(&header).expect("a header has a form in JSON");
    // Values begin at a multiple of 8.
    header.resize(header.len().next_multiple_of(8), b' ');
    [&(header.len() as u64).to_le_bytes(), &header[..], values].concat()
}

fn serialized(vectors: &[(&TensorLayout, &[f32])], metadata: Option<HashMap<String, String>>) -> Vec<u8> {
    let mut named: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    for (layout, values) in vectors {
        assert_eq!(layout.len(), values.len(), "a vector and its layout");
        for tensor in layout.tensors() {
            let bytes = le_bytes(&values[tensor.range.clone()]);
            named.push((tensor.name.clone(), tensor.shape.clone(), bytes));
        }
    }
    let views = named.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes).expect("bytes of this shape");
        (name, view)
    });
    safetensors::serialize(views, metadata).expect("names and shapes are valid")
}

/// Returns the bytes of values in a file.
pub fn le_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Reads the tensors of a layout from a file's bytes.
///
/// # Errors
/// Returns an error if the file is damaged, or a tensor is missing or has another shape or type.
pub fn decode(path: &Path, bytes: &[u8], layout: &TensorLayout) -> Result<Vec<f32>, FileError> {
    let refuse = |reason: String| FileError::Damaged { path: path.into(), reason };
    check_header(bytes).map_err(refuse)?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| refuse(error.to_string()))?;
    if bytes.len() / 4 < layout.len() {
        return Err(refuse(format!("{} bytes cannot hold {} weights", bytes.len(), layout.len())));
    }
    let mut values = Vec::with_capacity(layout.len());
    for tensor in layout.tensors() {
        let name = &tensor.name;
        let view = file.tensor(name).map_err(|_| refuse(format!("tensor `{name}` is missing")))?;
        if view.dtype() != Dtype::F32 || view.shape() != tensor.shape {
            return Err(refuse(format!(
                "tensor `{name}` is {:?} {:?}, expected F32 {:?}",
                view.dtype(),
                view.shape(),
                tensor.shape
            )));
        }
        values.extend(view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)));
    }
    Ok(values)
}

/// Checks that a file's header is not longer than any that this crate writes.
///
/// # Errors
/// Returns a message with the length that the header claims.
pub fn check_header(bytes: &[u8]) -> Result<(), String> {
    let claimed = bytes.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    if claimed <= MAX_HEADER {
        return Ok(());
    }
    Err(format!("its header claims {claimed} bytes, at most {MAX_HEADER} are read"))
}
