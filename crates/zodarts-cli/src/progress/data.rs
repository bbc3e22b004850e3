//! What a person sees while data are opened.

use super::{SPINNER, Ui, note};
use indicatif::ProgressBar;
use std::cell::OnceCell;
use zodarts_data::Progress;

const DOWNLOAD: &str = "download [{bar:20}] {msg}  {bytes} of {total_bytes}, {eta} left";
const DECODE: &str = "images [{bar:20}] {pos} of {len} decoded, {eta} left";

/// A bar for downloads and for the decoding of folders.
#[derive(Debug)]
pub struct DataProgress<'a> {
    ui: &'a Ui,
    bar: OnceCell<ProgressBar>,
}

impl<'a> DataProgress<'a> {
    pub(super) fn new(ui: &'a Ui) -> Self {
        Self { ui, bar: OnceCell::new() }
    }

    /// Shows what opening is busy with.
    pub fn show(&self, progress: Progress) {
        match progress {
            Progress::Download { name, done, total } => {
                let bar = self.bar(if total.is_some() { DOWNLOAD } else { SPINNER });
                bar.set_message(name);
                bar.set_length(total.unwrap_or(done));
                bar.set_position(done);
            }
            Progress::Decode { done, total } => {
                let bar = self.bar(DECODE);
                bar.set_length(total as u64);
                bar.set_position(done as u64);
            }
            Progress::Leaks { images: 0 } => note("--drop-leaks: no training image is in another split"),
            Progress::Leaks { images } => {
                let noun = if images == 1 { "image that is" } else { "images that are" };
                note(&format!("--drop-leaks: left out {images} training {noun} also in validation or test"));
            }
            Progress::ByPatient { patients: [train, val, test] } => {
                let all = train + val + test;
                note(&format!("split by patient: {all} patients, {train}/{val}/{test} in train/val/test"));
            }
            Progress::UnusedColumns { names } => {
                note(&format!("--labels: left out the column(s) {}", names.join(", ")));
            }
            Progress::OwnRange { files } => note(&format!(
                "grey DICOM files without a window: {files}; each goes from its own smallest value to its largest; --window C,W \
                 makes values comparable where they mean the same in every file, as in CT"
            )),
            Progress::Skipped { files } => {
                note(&format!("left out {files} files that are hidden or no images by their extension"));
            }
            _ => {}
        }
    }

    fn bar(&self, template: &str) -> &ProgressBar {
        self.bar.get_or_init(|| self.ui.bar(template))
    }
}

impl Drop for DataProgress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
