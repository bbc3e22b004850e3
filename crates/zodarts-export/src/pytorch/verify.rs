//! Comparison of a Python file with the engine, where there is a Python with `PyTorch`.

use crate::{CheckFault, SampleInputs};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use zodarts_nas::model::Model;

/// Loads the file given as first argument, reads the bytes of images from stdin and prints their
/// probabilities.
const SCRIPT: &str = "
import importlib.util, json, sys
import torch
spec = importlib.util.spec_from_file_location('exported', sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
images = torch.frombuffer(bytearray(sys.stdin.buffer.read()), dtype=torch.uint8).reshape(-1, *module.IMAGE)
network = module.load()
with torch.inference_mode():
    print(json.dumps([p for image in images for p in network(image[None])[0].tolist()]))
";

/// The result of comparing a file with the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// The largest difference of a probability.
    Differs(f32),
    /// The file was not run, for this reason.
    NotRun(String),
}

/// Runs a Python file, which has its weights beside it, by `python` and compares its probabilities with the
/// engine's.
///
/// # Errors
/// If the file cannot be run or does not give probabilities.
pub fn verify(model: &Model, file: &Path, python: &Path, inputs: &SampleInputs) -> Result<Check, CheckFault> {
    let probe = Command::new(python).args(["-c", "import torch, safetensors"]).output();
    match probe {
        Err(error) => return Ok(Check::NotRun(format!("{}: {error}", python.display()))),
        Ok(Output { status, stderr, .. }) if !status.success() => {
            return Ok(Check::NotRun(last_line(&stderr)));
        }
        Ok(_) => (),
    }
    let output = run(python, file, inputs.bytes())
        .map_err(|error| CheckFault::Python(format!("{}: {error}", python.display())))?;
    if !output.status.success() {
        return Err(CheckFault::Python(last_line(&output.stderr)));
    }
    let found: Vec<f32> =
        serde_json::from_slice(&output.stdout).map_err(|error| CheckFault::Python(error.to_string()))?;
    inputs.largest_difference(model, &found).map(Check::Differs)
}

fn run(python: &Path, file: &Path, images: &[u8]) -> std::io::Result<Output> {
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // The script reads all of it before it prints anything. One that fails before leaves a pipe that is
    // closed.
    let sent = child.stdin.take().expect("a pipe").write_all(images);
    let output = child.wait_with_output()?;
    if output.status.success() { sent.map(|()| output) } else { Ok(output) }
}

fn last_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no message").trim().to_owned()
}
