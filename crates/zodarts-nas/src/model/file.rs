//! The files `model.json` and `model.safetensors`.

use super::{Model, ModelCard};
use crate::files::{FileError, json, read_limited, write_file};
use crate::genotype::GenotypeError;
use crate::tensors;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// Size of the largest weights file that is read, in bytes: four times `ResNet-18`.
const MAX_BYTES: u64 = 256 << 20;

/// A model that cannot be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The description is malformed.
    #[error("{path}: not a model description: {reason}")]
    Card {
        /// The file.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
    /// A size out of range.
    #[error("model description: `{field}` is {found}, expected {low} to {high}")]
    OutOfRange {
        /// The field.
        field: &'static str,
        /// The value found.
        found: usize,
        /// The lowest value.
        low: usize,
        /// The highest value.
        high: usize,
    },
    /// A searched network without a usable genotype.
    #[error("model description: `genotype` is missing")]
    NoGenotype,
    /// A genotype that makes no network.
    #[error(transparent)]
    Genotype(#[from] GenotypeError),
}

impl ModelError {
    /// Returns advice for the user, if there is any.
    pub fn hint(&self) -> Option<String> {
        match self {
            ModelError::File(error) => error.hint(),
            ModelError::Genotype(error) => error.hint(),
            _ => None,
        }
    }
}

impl Model {
    /// Writes `model.json` and `model.safetensors` into a folder, each atomically.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), ModelError> {
        let layouts =
            [(&self.network.weights, &self.weights[..]), (&self.network.statistics, &self.statistics)];
        write_file(&folder.join("model.safetensors"), &tensors::encode(&layouts))?;
        write_file(&folder.join("model.json"), json(&self.card).as_bytes())?;
        Ok(())
    }

    /// Returns an error if a weight or statistic has a value that no training produces.
    fn check_values(&self, path: &Path) -> Result<(), FileError> {
        let refuse = |reason: &str| FileError::Damaged { path: path.into(), reason: reason.into() };
        if self.weights.iter().chain(&self.statistics).any(|value| !value.is_finite()) {
            return Err(refuse("holds a value that is not a finite number"));
        }
        let variances = self.network.statistics.tensors().iter().filter(|t| t.name.ends_with("running_var"));
        let mut values = variances.flat_map(|tensor| &self.statistics[tensor.range.clone()]);
        if values.any(|variance| *variance < 0.0) {
            return Err(refuse("holds a negative running variance"));
        }
        Ok(())
    }

    /// Reads a model that [`Model::save`] wrote.
    ///
    /// # Errors
    /// Returns an error if a file is missing, damaged or too large, or does not fit its description.
    pub fn load(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join("model.json");
        let text = read_limited(&path, 1 << 20)?;
        let card: ModelCard = serde_json::from_slice(&text)
            .map_err(|error| ModelError::Card { path, reason: error.to_string() })?;
        let network = Arc::new(card.network()?);
        let path = folder.join("model.safetensors");
        let bytes = read_limited(&path, MAX_BYTES)?;
        let weights = tensors::decode(&path, &bytes, &network.weights)?;
        let statistics = tensors::decode(&path, &bytes, &network.statistics)?;
        let model = Self { card, network, weights, statistics };
        model.check_values(&path)?;
        Ok(model)
    }
}
