//! Progress bars and notes while data are opened.

use super::notices::words;
use super::{SPINNER, Ui, note};
use indicatif::ProgressBar;
use std::cell::OnceCell;
use zodarts_data::{LoadProgress, OpenEvent};

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
            OpenEvent::Notice(notice) => words(&notice).iter().for_each(|words| note(words)),
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

impl Drop for DataProgress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
