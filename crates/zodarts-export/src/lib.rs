//! Trained networks as files that other tools read: ONNX, `PyTorch`, safetensors.
//!
//! Every file is held against the engine before it takes its place; one that says something else is not written.
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
mod specimens;

pub use error::ExportError;

use pytorch::Check;
use specimens::Specimens;
use std::path::{Path, PathBuf};
use zodarts_nas::files::write_file;
use zodarts_nas::model::Model;

/// Largest difference of a probability that rounding explains.
pub const TOLERANCE: f32 = 1e-5;

/// A kind of file.
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

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Onnx => "onnx",
            Format::Pytorch => "pytorch",
            Format::Safetensors => "safetensors",
        }
    }

    /// The end of its file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Onnx => "onnx",
            Format::Pytorch => "py",
            Format::Safetensors => "safetensors",
        }
    }
}

/// What an export wrote, and how it was held against the engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The files.
    pub files: Vec<PathBuf>,
    /// How they were checked.
    pub check: Checked,
}

/// How an exported file was held against the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Checked {
    /// Run on sample images: the largest difference of a probability.
    Differs(f32),
    /// Read back: every bit is as it was.
    SameBits,
    /// The weights were read back, but there is nothing here to run the file with, and why.
    NotRun(String),
}

/// Writes a model to `path`. The `PyTorch` export has its weights in a file of the same name that ends in `.safetensors`, and is run by
/// `python`.
///
/// # Errors
/// If the path is no file name for the format, a file cannot be written, or what it holds says something else than the engine.
pub fn export(model: &Model, format: Format, path: &Path, python: &Path) -> Result<Exported, ExportError> {
    let specimens = Specimens::for_model(model);
    match format {
        Format::Onnx => onnx(model, path, &specimens),
        Format::Pytorch => pytorch(model, path, python, &specimens),
        Format::Safetensors => weights(model, path),
    }
}

fn onnx(model: &Model, path: &Path, specimens: &Specimens) -> Result<Exported, ExportError> {
    let bytes = onnx::encode(model);
    let difference =
        onnx::verify(model, &bytes, specimens).map_err(|reason| ExportError::unusable(path, reason))?;
    let check = within(path, difference)?;
    write_file(path, &bytes)?;
    Ok(Exported { files: vec![path.into()], check })
}

fn pytorch(
    model: &Model,
    path: &Path,
    python: &Path,
    specimens: &Specimens,
) -> Result<Exported, ExportError> {
    let stem = module_name(path)?;
    let (source, weights) = (pytorch::source(model, stem), safetensors::encode(model));
    safetensors::verify(model, path, &weights).map_err(|reason| ExportError::unusable(path, reason))?;
    let trial = tempfile::tempdir().map_err(|source| ExportError::temporary(path, source))?;
    let in_trial = [("py", source.as_bytes()), ("safetensors", &weights)];
    for (extension, bytes) in in_trial {
        write_file(&trial.path().join(stem).with_extension(extension), bytes)?;
    }
    let file = trial.path().join(stem).with_extension("py");
    let check = pytorch::verify(model, &file, python, specimens)
        .map_err(|reason| ExportError::unusable(path, reason))?;
    let check = match check {
        Check::Differs(difference) => within(path, difference)?,
        Check::NotRun(reason) => Checked::NotRun(reason),
    };
    let beside = path.with_extension("safetensors");
    write_file(&beside, &weights)?;
    write_file(path, source.as_bytes())?;
    Ok(Exported { files: vec![path.into(), beside], check })
}

fn weights(model: &Model, path: &Path) -> Result<Exported, ExportError> {
    let bytes = safetensors::encode(model);
    safetensors::verify(model, path, &bytes).map_err(|reason| ExportError::unusable(path, reason))?;
    write_file(path, &bytes)?;
    Ok(Exported { files: vec![path.into()], check: Checked::SameBits })
}

fn within(path: &Path, difference: f32) -> Result<Checked, ExportError> {
    // A NaN is not within anything.
    if difference <= TOLERANCE {
        return Ok(Checked::Differs(difference));
    }
    Err(ExportError::Differs { path: path.into(), difference })
}

/// The name by which Python imports a file.
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
