//! Trained networks as files that other tools read: ONNX, `PyTorch`, safetensors.
//!
//! Every file is compared with the engine before it takes its place; one that gives other probabilities is
//! not written.
//!
//! ```no_run
//! use std::path::Path;
//! use zodarts_nas::model::Model;
//! use zodarts_export::{Format, export};
//!
//! let model = Model::load(Path::new("runs/phantom-zo-darts-plus-seed0"))?;
//! let exported = export(&model, Format::Onnx, Path::new("model.onnx"), Path::new("python3"))?;
//! println!("{:?}: {:?}", exported.files, exported.check);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod about;
mod error;
mod onnx;
mod pytorch;
mod safetensors;
mod sample_inputs;
mod tolerance;

pub use error::{CheckFault, ExportError};
pub use onnx::OnnxFault;
pub use sample_inputs::SampleInputs;
pub use tolerance::TOLERANCE;

use pytorch::Check;
use std::path::{Path, PathBuf};
use zodarts_nas::files::write_file;
use zodarts_nas::model::Model;

/// A kind of file.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The network with its preprocessing: bytes in, probabilities out.
    Onnx,
    /// A Python file with the network, and its weights as safetensors.
    Pytorch,
    /// Weights and running statistics by name.
    Safetensors,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 3] = [Format::Onnx, Format::Pytorch, Format::Safetensors];

    /// Returns its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Onnx => "onnx",
            Format::Pytorch => "pytorch",
            Format::Safetensors => "safetensors",
        }
    }

    /// Returns the extension of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Onnx => "onnx",
            Format::Pytorch => "py",
            Format::Safetensors => "safetensors",
        }
    }
}

/// The files of an export, with the result of their check.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The files.
    pub files: Vec<PathBuf>,
    /// The result of their check.
    pub check: CheckResult,
}

/// The result of comparing an exported file with the engine.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub enum CheckResult {
    /// The file was run on sample images; the largest difference of a probability, at most [`TOLERANCE`].
    Differs(f32),
    /// The weights were read back, and every bit is as it was.
    SameBits,
    /// The weights were read back, but the file was not run, for this reason.
    NotRun(String),
}

/// Writes a model to `path`. The `PyTorch` export has its weights in a file of the same name that ends in
/// `.safetensors`, and is run by `python`.
///
/// # Errors
/// If the path is no file name for the format, a file cannot be written, or a file's probabilities or weights
/// are not the engine's.
pub fn export(model: &Model, format: Format, path: &Path, python: &Path) -> Result<Exported, ExportError> {
    match format {
        Format::Onnx => onnx(model, path),
        Format::Pytorch => pytorch(model, path, python),
        Format::Safetensors => weights(model, path),
    }
}

/// Returns the largest difference between the probabilities of an ONNX file's bytes and the engine's, over
/// [`SampleInputs`].
///
/// The bytes are run by an evaluator that knows the operators of exported networks and refuses everything
/// else.
///
/// # Errors
/// If the bytes cannot be read or run, or give another number of probabilities.
pub fn check_onnx(model: &Model, bytes: &[u8]) -> Result<f32, CheckFault> {
    onnx::verify(model, bytes, &SampleInputs::for_model(model))
}

fn onnx(model: &Model, path: &Path) -> Result<Exported, ExportError> {
    let bytes = onnx::encode(model);
    let difference = check_onnx(model, &bytes).map_err(|fault| ExportError::unusable(path, fault))?;
    let check = within(path, difference)?;
    write_file(path, &bytes)?;
    Ok(Exported { files: vec![path.into()], check })
}

fn pytorch(model: &Model, path: &Path, python: &Path) -> Result<Exported, ExportError> {
    let stem = module_name(path)?;
    let (source, weights) = (pytorch::source(model, stem), safetensors::encode(model));
    safetensors::verify(model, path, &weights).map_err(|fault| ExportError::unusable(path, fault))?;
    let trial = tempfile::tempdir().map_err(|source| ExportError::temporary(path, source))?;
    let in_trial = [("py", source.as_bytes()), ("safetensors", &weights)];
    for (extension, bytes) in in_trial {
        write_file(&trial.path().join(stem).with_extension(extension), bytes)?;
    }
    let file = trial.path().join(stem).with_extension("py");
    let check = pytorch::verify(model, &file, python, &SampleInputs::for_model(model))
        .map_err(|fault| ExportError::unusable(path, fault))?;
    let check = match check {
        Check::Differs(difference) => within(path, difference)?,
        Check::NotRun(reason) => CheckResult::NotRun(reason),
    };
    let beside = path.with_extension("safetensors");
    write_file(&beside, &weights)?;
    write_file(path, source.as_bytes())?;
    Ok(Exported { files: vec![path.into(), beside], check })
}

fn weights(model: &Model, path: &Path) -> Result<Exported, ExportError> {
    let bytes = safetensors::encode(model);
    safetensors::verify(model, path, &bytes).map_err(|fault| ExportError::unusable(path, fault))?;
    write_file(path, &bytes)?;
    Ok(Exported { files: vec![path.into()], check: CheckResult::SameBits })
}

fn within(path: &Path, difference: f32) -> Result<CheckResult, ExportError> {
    // A NaN is not within anything.
    if difference <= TOLERANCE {
        return Ok(CheckResult::Differs(difference));
    }
    Err(ExportError::Differs { path: path.into(), difference })
}

/// Returns the name by which Python imports a file.
fn module_name(path: &Path) -> Result<&str, ExportError> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let named =
        stem.chars().all(letter) && !stem.starts_with(|c: char| c.is_ascii_digit()) && !stem.is_empty();
    if named && path.extension().is_some_and(|extension| extension == "py") {
        return Ok(stem);
    }
    Err(ExportError::NoModule { path: path.into() })
}
