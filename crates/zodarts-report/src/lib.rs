//! Report pages and pictures of runs.
//!
//! A page is one HTML file without external resources: figures are SVG, images are data URIs, and a short
//! script lets the mouse and the arrow keys read values off the charts. All text that comes from files, such
//! as names of classes and files, is escaped.

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
use run::ReportedRun;
use sections::{BatchImages, MistakeImages, PageImages};
use std::path::{Path, PathBuf};
use zodarts_data::Dataset;
use zodarts_nas::files::write_file;
use zodarts_run::folder::{External, RunFolder};

/// Name of a run's page in its folder.
pub const FILE: &str = "report.html";

/// Returns the page of a run, finished or not, as HTML. If `data` is the reason why there are no data, the
/// page shows it in place of the images.
///
/// # Errors
/// If a file of the run is damaged, or `data` is another data set than the run's.
pub fn page(folder: &RunFolder, data: Result<&Dataset, String>) -> Result<String, ReportError> {
    let run = ReportedRun::read(folder)?;
    let images = match data {
        Ok(dataset) => {
            // First: it refuses data that are not the run's.
            let mistakes = MistakeImages::of(folder, &run, dataset)?;
            PageImages { batch: BatchImages::of(&run, dataset), mistakes }
        }
        Err(reason) => PageImages { batch: BatchImages::default(), mistakes: MistakeImages::absent(reason) },
    };
    let title = format!("{} · {} · seed {}", run.dataset(), run.method(), run.settings.seed);
    Ok(Page::new(title, sections::of(&run, &images)).html())
}

/// Writes the page of a run into its folder and returns its path.
///
/// # Errors
/// As [`page`], or if the file cannot be written.
pub fn write(folder: &RunFolder, data: Result<&Dataset, String>) -> Result<PathBuf, ReportError> {
    let path = folder.path().join(FILE);
    write_file(&path, page(folder, data)?.as_bytes())?;
    Ok(path)
}

/// Writes the page of an evaluation on other data into its folder and returns its path.
///
/// # Errors
/// If the page cannot be written.
pub fn write_external(external: &External) -> Result<PathBuf, ReportError> {
    let metrics = &external.record.metrics;
    let title = format!("{} · evaluated on {}", run_name(external), metrics.dataset);
    let path = external.folder.join(FILE);
    write_file(&path, Page::new(title, sections::of_external(external)).html().as_bytes())?;
    Ok(path)
}

/// Returns the name of the folder of an evaluation's run.
fn run_name(external: &External) -> String {
    let run = external.folder.ancestors().nth(2).and_then(Path::file_name);
    run.map_or_else(|| "run".into(), |name| name.to_string_lossy().into_owned())
}

/// Writes a page that compares runs side by side to `path`.
///
/// # Errors
/// If a file of a run is damaged, or the page cannot be written.
pub fn write_comparison(folders: &[RunFolder], path: &Path) -> Result<(), ReportError> {
    let runs: Vec<ReportedRun> = folders.iter().map(ReportedRun::read).collect::<Result<_, _>>()?;
    let title = format!("{} runs side by side", runs.len());
    Ok(write_file(path, Page::new(title, comparison::sections(&runs)).html().as_bytes())?)
}
