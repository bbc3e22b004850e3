//! Progress bars and notes while data are opened.

use super::{SPINNER, Ui, note};
use indicatif::ProgressBar;
use std::cell::OnceCell;
use zodarts_data::{LoadProgress, Notice, OpenEvent};

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

    /// Shows an event of opening a data set.
    pub fn show(&self, event: OpenEvent) {
        match event {
            OpenEvent::Progress(progress) => self.advance(progress),
            OpenEvent::Notice(notice) => print(&notice),
            _ => {}
        }
    }

    fn advance(&self, progress: LoadProgress) {
        match progress {
            LoadProgress::Download { name, done, total } => {
                let bar = self.bar(if total.is_some() { DOWNLOAD } else { SPINNER });
                bar.set_message(name);
                bar.set_length(total.unwrap_or(done));
                bar.set_position(done);
            }
            LoadProgress::Decode { done, total } => {
                let bar = self.bar(DECODE);
                bar.set_length(total as u64);
                bar.set_position(done as u64);
            }
            _ => {}
        }
    }

    fn bar(&self, template: &str) -> &ProgressBar {
        self.bar.get_or_init(|| self.ui.bar(template))
    }
}

/// Prints a notice as a note.
fn print(notice: &Notice) {
    match notice {
        Notice::LeaksDropped { images: 0 } => {
            note("`data.drop_leaks`: no training image is in another split");
        }
        Notice::LeaksDropped { images } => {
            let noun = if *images == 1 { "image that is" } else { "images that are" };
            note(&format!("`data.drop_leaks`: left out {images} training {noun} also in validation or test"));
        }
        Notice::SplitByPatient { patients: [train, val, test] } => {
            let all = train + val + test;
            note(&format!("split by patient: {all} patients, {train}/{val}/{test} in train/val/test"));
        }
        Notice::UnusedColumns { names } => {
            note(&format!("--labels: ignored the column(s) {}", names.join(", ")));
        }
        Notice::OwnRange { files } => note(&format!(
            "grey DICOM files without a window: {files}; each is scaled from its own smallest value to its \
             largest; --window C,W makes values comparable where they mean the same in every file, as in CT"
        )),
        Notice::FilesSkipped { files } => {
            note(&format!("left out {files} files that are hidden or not images by their extension"));
        }
        _ => {}
    }
}

impl Drop for DataProgress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
