//! `zodarts export`.

use crate::args::ExportArgs;
use crate::output;
use crate::progress::{Ui, note};
use anyhow::{Error, Result, anyhow};
use zodarts::Classifier;
use zodarts_export::{CheckResult, ExportError, TOLERANCE, export};

/// Name of the exported file, before its format's extension.
const STEM: &str = "network";

/// Writes a trained run's network in another tool's format and prints the files.
pub fn run(args: &ExportArgs, ui: &Ui) -> Result<()> {
    let classifier = Classifier::load(&args.run)?;
    let path = args.out.clone().unwrap_or_else(|| args.run.join(STEM).with_extension(args.to.extension()));
    let spinner = ui.spinner("exporting and checking");
    let exported = export(classifier.model(), args.to, &path, &args.python).map_err(with_hint)?;
    spinner.finish_and_clear();
    note(&match exported.check {
        CheckResult::Differs(difference) => {
            format!(
                "checked on sample images: probabilities differ from the engine's by {difference:.1e} at most"
            )
        }
        CheckResult::SameBits => "checked: every value reads back unchanged".into(),
        CheckResult::NotRun(reason) => format!(
            "not run here, so not checked to {TOLERANCE:e}: {reason}; --python names a Python with torch and \
             safetensors"
        ),
        _ => "checked".into(),
    });
    let files: Vec<String> = exported.files.iter().map(|file| format!("{}\n", file.display())).collect();
    output::print(&files.concat())
}

fn with_hint(error: ExportError) -> Error {
    match error.hint() {
        Some(hint) => anyhow!("{error}; {hint}"),
        None => error.into(),
    }
}
