//! What a person sees while waiting, on stderr.

mod data;
mod edges;
mod look;
mod panel;
mod run;
mod sparkline;

pub use data::DataProgress;
pub use run::RunProgress;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

const WORK: &str = "{prefix:6} [{bar:10}] {elapsed}, {eta} left, {pos} of {len} passes";
const SPINNER: &str = "{spinner} {msg}";

/// Talks to the person at the terminal, if there is one.
#[derive(Debug)]
pub struct Ui {
    bars: bool,
}

impl Ui {
    /// Without bars when asked to be quiet, or when nobody watches.
    pub fn new(quiet: bool) -> Self {
        Self { bars: !quiet && std::io::stderr().is_terminal() }
    }

    /// Watches a run: a bar for each stage, and below it how it does.
    pub fn observer(&self) -> RunProgress<'_> {
        RunProgress::new(self, true)
    }

    /// Watches one of many runs: a bar for each stage.
    pub fn brief_observer(&self) -> RunProgress<'_> {
        RunProgress::new(self, false)
    }

    /// Watches data being opened.
    pub fn data(&self) -> DataProgress<'_> {
        DataProgress::new(self)
    }

    /// Shows that something goes on until the returned bar is finished.
    pub fn spinner(&self, message: &'static str) -> ProgressBar {
        let bar = self.bar(SPINNER).with_message(message);
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }

    /// Watches work that several threads do, step by step.
    pub fn work(&self, name: &'static str, steps: u64) -> ProgressBar {
        let bar = self.bar(WORK).with_prefix(name);
        bar.set_length(steps);
        bar
    }

    fn bar(&self, template: &str) -> ProgressBar {
        let target = if self.bars { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(style(template));
        bar
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("templates are valid").progress_chars("=> ")
}

/// Prints something a person should know.
pub fn note(text: &str) {
    eprintln!("note: {text}");
}
