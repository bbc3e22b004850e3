//! The state of a running search or training, as named vectors.

use super::format;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use zodarts_data::hex::hex;
use zodarts_nas::files::{FileError, read_limited};
use zodarts_nas::stage::store::{Checkpoint, Restored};
use zodarts_nas::tensors;

/// Largest checkpoint read: many times that of `ResNet-18`.
const MAX_BYTES: u64 = 2 << 30;

/// The key of the entry in the file's metadata.
const PROGRESS: &str = "progress";

/// The metadata of a checkpoint: everything but its vectors.
#[derive(Debug, Serialize, Deserialize)]
struct Progress {
    #[serde(default = "format::unrecorded")]
    format: u32,
    stage: String,
    epochs_done: usize,
    counts: BTreeMap<String, u64>,
    #[serde(default, rename = "begun", skip_serializing_if = "Option::is_none")]
    partial: Option<String>,
    /// The checksum of all of the above and the vectors.
    sha256: String,
}

/// The field that every version writes.
#[derive(Deserialize)]
struct Version {
    #[serde(default = "format::unrecorded")]
    format: u32,
}

/// Returns the bytes of a checkpoint's file.
pub fn encode(checkpoint: &Checkpoint<'_>) -> Vec<u8> {
    let bytes: BTreeMap<&str, Vec<u8>> =
        checkpoint.vectors.iter().map(|(name, values)| (*name, tensors::le_bytes(values))).collect();
    let views = bytes.iter().map(|(name, bytes)| {
        (*name, TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes).expect("a vector"))
    });
    let mut progress = Progress {
        format: format::FORMAT,
        stage: checkpoint.stage.into(),
        epochs_done: checkpoint.epochs_done,
        counts: checkpoint.counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
        partial: checkpoint.partial.clone(),
        sha256: String::new(),
    };
    progress.sha256 = digest(&progress, bytes.iter().map(|(name, bytes)| (*name, &bytes[..])));
    // One entry only: the map's order is random, and the same run should leave the same bytes.
    let text = serde_json::to_string(&progress).expect("plain values have a form in JSON");
    safetensors::serialize(views, Some(HashMap::from([(PROGRESS.to_owned(), text)])))
        .expect("names are valid")
}

/// Reads a checkpoint and verifies its checksum.
///
/// # Errors
/// Returns an error if the file cannot be read, is damaged, or is of a later version.
pub fn read(path: &Path) -> Result<Restored, FileError> {
    decode(path, &read_limited(path, MAX_BYTES)?)
}

fn decode(path: &Path, bytes: &[u8]) -> Result<Restored, FileError> {
    let damaged = |reason| FileError::Damaged { path: path.into(), reason };
    tensors::check_header(bytes).map_err(damaged)?;
    let progress = progress(bytes).map_err(damaged)?;
    // The version comes first: what a later version writes may not parse here.
    let Version { format } = parsed(&progress).map_err(damaged)?;
    format::check(path, format)?;
    let progress: Progress = parsed(&progress).map_err(damaged)?;
    verified(path, progress, bytes).map_err(damaged)
}

fn verified(path: &Path, progress: Progress, bytes: &[u8]) -> Result<Restored, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let views: BTreeMap<String, TensorView<'_>> = file.tensors().into_iter().collect();
    if views.values().any(|view| view.dtype() != Dtype::F32) {
        return Err("a vector that is not F32".into());
    }
    if digest(&progress, views.iter().map(|(name, view)| (&name[..], view.data()))) != progress.sha256 {
        return Err("its content does not fit its checksum".into());
    }
    let floats = |view: &TensorView<'_>| {
        view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    };
    let vectors = views.iter().map(|(name, view)| (name.clone(), floats(view))).collect();
    let Progress { stage, epochs_done, counts, partial, .. } = progress;
    Ok(Restored { path: path.into(), stage, epochs_done, counts, vectors, partial })
}

/// Returns the metadata of a checkpoint as text.
fn progress(bytes: &[u8]) -> Result<String, String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let progress = header.metadata().as_ref().and_then(|entries| entries.get(PROGRESS));
    progress.cloned().ok_or_else(|| format!("no `{PROGRESS}` in its metadata"))
}

fn parsed<T: DeserializeOwned>(progress: &str) -> Result<T, String> {
    serde_json::from_str(progress).map_err(|error| format!("`{PROGRESS}`: {error}"))
}

/// Returns the SHA-256 of a checkpoint's metadata and vectors.
fn digest<'v>(progress: &Progress, vectors: impl Iterator<Item = (&'v str, &'v [u8])>) -> String {
    let mut hash = Sha256::new();
    // The first format does not record its number.
    if progress.format > 1 {
        hash.update(format!("{} ", progress.format));
    }
    hash.update(format!("{} {} {:?}", progress.stage, progress.epochs_done, progress.counts));
    if let Some(partial) = &progress.partial {
        hash.update(format!(" {partial}"));
    }
    for (name, bytes) in vectors {
        hash.update(format!(" {name} {} ", bytes.len()));
        hash.update(bytes);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Vec<u8> {
        let vectors = vec![("weights", &[1.0, -2.5, f32::MIN_POSITIVE][..]), ("alpha", &[])];
        let (counts, partial) = (vec![("alpha_steps", 14)], Some("[3, 0.1]".into()));
        encode(&Checkpoint { stage: "search", epochs_done: 7, counts, vectors, partial })
    }

    fn decoded(bytes: &[u8]) -> Result<Restored, FileError> {
        decode(Path::new("latest.safetensors"), bytes)
    }

    #[test]
    fn what_is_kept_comes_back() {
        let mut restored = decoded(&example()).unwrap();
        assert_eq!((&restored.stage[..], restored.epochs_done), ("search", 7));
        assert_eq!(restored.count("alpha_steps").unwrap(), 14);
        assert_eq!(restored.partial::<(usize, f64)>().unwrap(), Some((3, 0.1)));
        assert!(restored.partial::<String>().unwrap_err().to_string().contains("the epoch that was begun: "));
        assert!(restored.has("weights") && !restored.has("momentum"));
        assert_eq!(restored.take("weights", 3).unwrap(), [1.0, -2.5, f32::MIN_POSITIVE]);
        assert!(restored.take("alpha", 0).unwrap().is_empty());
    }

    #[test]
    fn what_is_missing_or_of_another_length_is_named() {
        let mut restored = decoded(&example()).unwrap();
        let message = restored.take("weights", 4).unwrap_err().to_string();
        assert_eq!(message, "latest.safetensors: vector `weights` has 3 values, expected 4");
        let message = restored.take("momentum", 4).unwrap_err().to_string();
        assert_eq!(message, "latest.safetensors: vector `momentum` is missing");
        assert!(restored.count("steps").unwrap_err().to_string().ends_with("no count `steps`"));
    }

    #[test]
    fn cut_short_or_with_any_bit_flipped_it_is_refused() {
        let whole = example();
        for end in 0..whole.len() {
            assert!(decoded(&whole[..end]).is_err(), "cut at {end}");
        }
        for byte in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[byte] ^= 1 << bit;
                if let Ok(restored) = decoded(&damaged) {
                    // JSON may be written in more than one way, say with a tab for a space.
                    let original = decoded(&whole).unwrap();
                    assert_eq!(restored.vectors, original.vectors, "byte {byte}, bit {bit}");
                    assert_eq!(restored.counts, original.counts, "byte {byte}, bit {bit}");
                    assert_eq!(restored.epochs_done, original.epochs_done, "byte {byte}, bit {bit}");
                    assert_eq!(restored.partial, original.partial, "byte {byte}, bit {bit}");
                }
            }
        }
    }
}
