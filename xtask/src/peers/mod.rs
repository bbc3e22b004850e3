//! The comparison with `PyTorch` and onnxruntime on this machine: runs both sides in turn and writes
//! what it measured to `bench/results`.

mod bench;
mod inference;
mod large;
mod memory;
mod options;
mod report;
mod scaling;
mod search;
mod series;
mod step;

pub use options::Options;

use crate::python;
use anyhow::{Context, Result};
use bench::Bench;
use options::Part;
use report::{Report, Setting};

/// Measures the parts that `options` name, and writes each as soon as it is done.
pub fn run(options: &Options) -> Result<()> {
    let requirements = "bench/peers/requirements.txt";
    let python = python::interpreter(options.python.as_deref(), "peers-venv", requirements)?;
    let bench = Bench::prepare(options, python)?;
    for part in options.parts() {
        println!("==> {}", part.name());
        if let Some(reason) = missing(part, &bench) {
            eprintln!("SKIPPED {}: {reason}", part.name());
            continue;
        }
        let setting = Setting::here(&bench, &options.command_line(part))?;
        let (tables, series) = measure(part, &bench).with_context(|| format!("{} failed", part.name()))?;
        let report = Report { part: part.name().into(), title: part.title().into(), setting, tables, series };
        report.write(&bench.results)?;
    }
    report::write_page(&bench.results)
}

fn measure(part: Part, bench: &Bench) -> Result<report::Measured> {
    match part {
        Part::Step => step::measure(bench),
        Part::Search => search::measure(bench),
        Part::Memory => memory::measure(bench),
        Part::Inference => inference::measure(bench),
        Part::Scaling => scaling::measure(bench),
        Part::Large => large::measure(bench),
    }
}

/// Returns the reason for which a part cannot be measured here, or `None`.
fn missing(part: Part, bench: &Bench) -> Option<String> {
    if part != Part::Scaling && !bench.has_python() {
        return Some("python3 is not installed, so there is nothing to compare with".into());
    }
    let file = bench.data_file(part.data()?);
    (!file.is_file()).then(|| format!("{} is missing; --data names the folder it is in", file.display()))
}
