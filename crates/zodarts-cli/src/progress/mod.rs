//! Progress bars and notes on stderr.

mod data;
mod edges;
mod look;
mod notices;
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

/// The output to the person at the terminal, if there is one.
#[derive(Debug)]
pub struct Ui {
    bars: bool,
}

impl Ui {
    /// Returns an output without bars if `quiet` is set or stderr is not a terminal.
    pub fn new(quiet: bool) -> Self {
        Self { bars: !quiet && std::io::stderr().is_terminal() }
    }

    /// Returns an observer of a run: a bar for each stage, with its results below.
    pub fn observer(&self) -> RunProgress<'_> {
        RunProgress::new(self, true)
    }

    /// Returns an observer of one of many runs: a bar for each stage.
    pub fn brief_observer(&self) -> RunProgress<'_> {
        RunProgress::new(self, false)
    }

    /// Returns the progress of opening data.
    pub fn data(&self) -> DataProgress<'_> {
        DataProgress::new(self)
    }

    /// Shows a spinner until the returned bar is finished.
    pub fn spinner(&self, message: &'static str) -> ProgressBar {
        let bar = self.bar(SPINNER).with_message(message);
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }

    /// Returns a bar for work of `steps` steps, which several threads may advance.
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

/// Prints a note.
pub fn note(text: &str) {
    eprintln!("note: {text}");
}
