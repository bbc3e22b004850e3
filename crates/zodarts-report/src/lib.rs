//! Pages and pictures of runs: what people look at.
//!
//! A page is one HTML file that needs nothing else: figures are SVG, images data URIs, and a short script adds what hovering and
//! typing can do. Whatever comes from a file, names of classes and files above all, is escaped.

mod cell;
mod chart;
mod comparison;
mod error;
mod markup;
mod page;
pub mod picture;
mod run;
mod sections;

pub use error::ReportError;

use page::Page;
use run::Run;
use sections::Pictures;
use std::path::{Path, PathBuf};
use zodarts_data::Dataset;
use zodarts_nas::files::write_file;
use zodarts_run::folder::RunFolder;

/// A run's page in its folder.
pub const FILE: &str = "report.html";

/// The page of a run, as far as it got. Without its `data`, the page gives the reason in the images' stead.
///
/// # Errors
/// If a file of the run is damaged, or the data are not those of the run.
pub fn page(folder: &RunFolder, data: Result<&Dataset, String>) -> Result<String, ReportError> {
    let run = Run::read(folder)?;
    let pictures = match data {
        Ok(dataset) => Pictures::of(folder, &run, dataset)?,
        Err(reason) => Pictures::absent(reason),
    };
    let title = format!("{} · {} · seed {}", run.dataset(), run.method(), run.settings.seed);
    Ok(Page::new(title, sections::of(&run, &pictures)).html())
}

/// Writes the page of a run into its folder; returns the file.
///
/// # Errors
/// As [`page`], or if it cannot be written.
pub fn write(folder: &RunFolder, data: Result<&Dataset, String>) -> Result<PathBuf, ReportError> {
    let path = folder.path().join(FILE);
    write_file(&path, page(folder, data)?.as_bytes())?;
    Ok(path)
}

/// Writes a page that sets runs side by side.
///
/// # Errors
/// If a file of a run is damaged, or the page cannot be written.
pub fn write_comparison(folders: &[RunFolder], path: &Path) -> Result<(), ReportError> {
    let runs: Vec<Run> = folders.iter().map(Run::read).collect::<Result<_, _>>()?;
    let title = format!("{} runs side by side", runs.len());
    Ok(write_file(path, Page::new(title, comparison::sections(&runs)).html().as_bytes())?)
}
