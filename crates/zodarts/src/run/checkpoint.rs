//! The state of a running search or training, as named vectors.

use super::{RunError, format, tensors};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use zodarts_data::hex::hex;

/// Largest checkpoint read: many times that of `ResNet-18`.
const MAX_BYTES: u64 = 2 << 30;

/// The entry of the file's metadata.
const PROGRESS: &str = "progress";

/// Named vectors and the epoch they belong to.
#[derive(Clone, Debug)]
pub struct Checkpoint<'a> {
    /// The stage, which is the name of its records without `.jsonl`: `search`, `random-ws` or `train`.
    pub stage: &'static str,
    /// Epochs done.
    pub epochs_done: usize,
    /// Numbers that are no vectors.
    pub counts: Vec<(&'static str, u64)>,
    /// The vectors.
    pub vectors: Vec<(&'static str, &'a [f32])>,
    /// What the epoch that was left half done says of itself, in JSON; none between two epochs.
    pub begun: Option<String>,
}

/// What a checkpoint says besides its vectors.
#[derive(Debug, Serialize, Deserialize)]
struct Progress {
    #[serde(default = "format::unsaid")]
    format: u32,
    stage: String,
    epochs_done: usize,
    counts: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begun: Option<String>,
    /// Over all of the above and the vectors.
    sha256: String,
}

/// What every version says.
#[derive(Deserialize)]
struct Version {
    #[serde(default = "format::unsaid")]
    format: u32,
}

/// A checkpoint that was read back whole.
#[derive(Debug)]
pub struct Restored {
    path: PathBuf,
    progress: Progress,
    vectors: BTreeMap<String, Vec<f32>>,
}

impl Checkpoint<'_> {
    /// The file's bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let bytes: BTreeMap<&str, Vec<u8>> =
            self.vectors.iter().map(|(name, values)| (*name, tensors::le_bytes(values))).collect();
        let views = bytes.iter().map(|(name, bytes)| {
            (*name, TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes).expect("a vector"))
        });
        let mut progress = Progress {
            format: format::FORMAT,
            stage: self.stage.into(),
            epochs_done: self.epochs_done,
            counts: self.counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
            begun: self.begun.clone(),
            sha256: String::new(),
        };
        progress.sha256 = digest(&progress, bytes.iter().map(|(name, bytes)| (*name, &bytes[..])));
        // One entry only: the map's order is random, and the same run should leave the same bytes.
        let text = serde_json::to_string(&progress).expect("plain values have a form in JSON");
        safetensors::serialize(views, Some(HashMap::from([(PROGRESS.to_owned(), text)])))
            .expect("names are valid")
    }
}

impl Restored {
    /// Reads a checkpoint and holds it to its checksum.
    pub(super) fn read(path: &Path) -> Result<Self, RunError> {
        Self::decode(path, &tensors::read_limited(path, MAX_BYTES)?)
    }

    fn decode(path: &Path, bytes: &[u8]) -> Result<Self, RunError> {
        let damaged = |reason| RunError::Damaged { path: path.into(), reason };
        tensors::check_header(bytes).map_err(damaged)?;
        let progress = progress(bytes).map_err(damaged)?;
        // First: what a later version writes need not make sense here.
        let Version { format } = parsed(&progress).map_err(damaged)?;
        format::check(path, format)?;
        let progress: Progress = parsed(&progress).map_err(damaged)?;
        Self::whole(path, progress, bytes).map_err(damaged)
    }

    fn whole(path: &Path, progress: Progress, bytes: &[u8]) -> Result<Self, String> {
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
        Ok(Self { path: path.into(), progress, vectors })
    }

    /// The stage it is of.
    pub fn stage(&self) -> &str {
        &self.progress.stage
    }

    /// Epochs done.
    pub fn epochs_done(&self) -> usize {
        self.progress.epochs_done
    }

    /// A number.
    ///
    /// # Errors
    /// If it is missing.
    pub fn count(&self, name: &str) -> Result<u64, RunError> {
        self.progress.counts.get(name).copied().ok_or_else(|| self.refuse(format!("no count `{name}`")))
    }

    /// A number, or another where it is missing.
    pub fn count_or(&self, name: &str, otherwise: u64) -> u64 {
        self.progress.counts.get(name).copied().unwrap_or(otherwise)
    }

    /// The epoch that was left half done, if one was.
    ///
    /// # Errors
    /// If it does not describe one.
    pub fn begun<B: DeserializeOwned>(&self) -> Result<Option<B>, RunError> {
        let parse = |text: &String| serde_json::from_str(text);
        let begun = self.progress.begun.as_ref().map(parse).transpose();
        begun.map_err(|error| self.refuse(format!("the epoch that was begun: {error}")))
    }

    /// Whether an epoch was left half done.
    pub fn is_within_epoch(&self) -> bool {
        self.progress.begun.is_some()
    }

    /// Whether there is such a vector.
    pub fn has(&self, name: &str) -> bool {
        self.vectors.contains_key(name)
    }

    /// Takes a vector out.
    ///
    /// # Errors
    /// If it is missing or has another length.
    pub fn take(&mut self, name: &str, len: usize) -> Result<Vec<f32>, RunError> {
        match self.vectors.remove(name) {
            Some(vector) if vector.len() == len => Ok(vector),
            Some(vector) => {
                Err(self.refuse(format!("vector `{name}` has {} values, expected {len}", vector.len())))
            }
            None => Err(self.refuse(format!("vector `{name}` is missing"))),
        }
    }

    /// Takes a vector out that nothing can go on from unless all of it are numbers.
    ///
    /// # Errors
    /// As [`Restored::take`], or if a value is not finite.
    pub fn take_finite(&mut self, name: &str, len: usize) -> Result<Vec<f32>, RunError> {
        let vector = self.take(name, len)?;
        if vector.iter().all(|value| value.is_finite()) {
            return Ok(vector);
        }
        Err(self.refuse(format!("vector `{name}` holds a value that is not a finite number")))
    }

    fn refuse(&self, reason: String) -> RunError {
        RunError::Damaged { path: self.path.clone(), reason }
    }
}

/// What a checkpoint says besides its vectors, as text.
fn progress(bytes: &[u8]) -> Result<String, String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let progress = header.metadata().as_ref().and_then(|entries| entries.get(PROGRESS));
    progress.cloned().ok_or_else(|| format!("no `{PROGRESS}` in its metadata"))
}

fn parsed<T: DeserializeOwned>(progress: &str) -> Result<T, String> {
    serde_json::from_str(progress).map_err(|error| format!("`{PROGRESS}`: {error}"))
}

/// SHA-256 over what a checkpoint says.
fn digest<'v>(progress: &Progress, vectors: impl Iterator<Item = (&'v str, &'v [u8])>) -> String {
    let mut hash = Sha256::new();
    // The first format said nothing of itself.
    if progress.format > 1 {
        hash.update(format!("{} ", progress.format));
    }
    hash.update(format!("{} {} {:?}", progress.stage, progress.epochs_done, progress.counts));
    if let Some(begun) = &progress.begun {
        hash.update(format!(" {begun}"));
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
        let (counts, begun) = (vec![("alpha_steps", 14)], Some("[3, 0.1]".into()));
        Checkpoint { stage: "search", epochs_done: 7, counts, vectors, begun }.encode()
    }

    fn decode(bytes: &[u8]) -> Result<Restored, RunError> {
        Restored::decode(Path::new("latest.safetensors"), bytes)
    }

    #[test]
    fn what_is_kept_comes_back() {
        let mut restored = decode(&example()).unwrap();
        assert_eq!((restored.stage(), restored.epochs_done()), ("search", 7));
        assert_eq!(restored.count("alpha_steps").unwrap(), 14);
        assert_eq!(restored.begun::<(usize, f64)>().unwrap(), Some((3, 0.1)));
        assert!(restored.begun::<String>().unwrap_err().to_string().contains("the epoch that was begun: "));
        assert!(restored.has("weights") && !restored.has("momentum"));
        assert_eq!(restored.take("weights", 3).unwrap(), [1.0, -2.5, f32::MIN_POSITIVE]);
        assert!(restored.take("alpha", 0).unwrap().is_empty());
    }

    #[test]
    fn what_is_missing_or_of_another_length_is_named() {
        let mut restored = decode(&example()).unwrap();
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
            assert!(decode(&whole[..end]).is_err(), "cut at {end}");
        }
        for byte in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[byte] ^= 1 << bit;
                if let Ok(restored) = decode(&damaged) {
                    // JSON may be written in more than one way, say with a tab for a space.
                    let original = decode(&whole).unwrap();
                    assert_eq!(restored.vectors, original.vectors, "byte {byte}, bit {bit}");
                    assert_eq!(restored.progress.counts, original.progress.counts, "byte {byte}, bit {bit}");
                    assert_eq!(restored.epochs_done(), original.epochs_done(), "byte {byte}, bit {bit}");
                    assert_eq!(restored.progress.begun, original.progress.begun, "byte {byte}, bit {bit}");
                }
            }
        }
    }
}
