//! What a person sees while waiting, on stderr.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::OnceCell;
use std::io::IsTerminal;
use std::time::Duration;
use zodarts::observer::{Event, Observer, Stage, Step};
use zodarts_data::Progress;

/// Bars of the stages. What matters least comes last: a narrow terminal cuts it off.
const STAGE: &str = "{prefix:6} [{bar:10}] {elapsed}, {eta} left, {wide_msg}";
const STAGE_DONE: &str = "{prefix:6} [{bar:10}] {elapsed}, {wide_msg}";
const WORK: &str = "{prefix:6} [{bar:10}] {elapsed}, {eta} left, {pos} of {len} passes";
const DOWNLOAD: &str = "download [{bar:20}] {msg}  {bytes} of {total_bytes}, {eta} left";
const DECODE: &str = "images [{bar:20}] {pos} of {len} decoded, {eta} left";
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

    /// Watches a run.
    pub fn observer(&self) -> RunProgress<'_> {
        RunProgress { ui: self, stage: None, validation: None }
    }

    /// Watches data being opened.
    pub fn data(&self) -> DataProgress<'_> {
        DataProgress { ui: self, bar: OnceCell::new() }
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

/// A bar for each stage of a run.
#[derive(Debug)]
pub struct RunProgress<'a> {
    ui: &'a Ui,
    stage: Option<(Stage, ProgressBar)>,
    /// Validation loss and accuracy of the epoch before.
    validation: Option<(f64, f64)>,
}

impl RunProgress<'_> {
    fn step(&mut self, step: &Step) {
        let total = (step.epochs * step.steps) as u64;
        let bar = self.bar(step.stage);
        bar.set_length(total);
        bar.set_position((step.epoch * step.steps + step.step) as u64);
        bar.set_message(message(step, self.validation));
    }

    fn bar(&mut self, stage: Stage) -> ProgressBar {
        match &self.stage {
            Some((current, bar)) if *current == stage => bar.clone(),
            _ => {
                let name = match stage {
                    Stage::Search => "search",
                    Stage::Score => "score",
                    Stage::Sample => "sample",
                    Stage::Train => "train",
                };
                let bar = self.ui.bar(STAGE).with_prefix(name);
                self.validation = None;
                self.stage = Some((stage, bar.clone()));
                bar
            }
        }
    }
}

/// Loss and accuracy as training/validation, validation from the first epoch on. Short enough for 80 columns.
fn message(step: &Step, validation: Option<(f64, f64)>) -> String {
    let epoch = format!("epoch {}/{}", step.epoch + 1, step.epochs);
    let (loss, accuracy) = validation
        .map_or_else(Default::default, |(loss, accuracy)| (format!("/{loss:.2}"), format!("/{accuracy:.2}")));
    let live = step.live_operations.map_or(String::new(), |live| format!(", {live} live"));
    format!("{epoch}{live}, loss {:.2}{loss}, acc {:.2}{accuracy}", step.loss, step.accuracy)
}

impl Observer for RunProgress<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Step(step) => self.step(&step),
            Event::SearchEpoch { record, .. } => self.validation = Some((record.val_loss, record.val_acc)),
            Event::TrainEpoch(record) => self.validation = Some((record.val_loss, record.val_acc)),
            Event::StageDone(_) => {
                if let Some((_, bar)) = self.stage.take() {
                    bar.set_style(style(STAGE_DONE));
                    bar.abandon();
                }
            }
            Event::Evaluated(_) => {}
            Event::Note(text) => match &self.stage {
                Some((_, bar)) => bar.suspend(|| note(&text)),
                None => note(&text),
            },
        }
    }
}

/// A bar for downloads and for the decoding of folders.
#[derive(Debug)]
pub struct DataProgress<'a> {
    ui: &'a Ui,
    bar: OnceCell<ProgressBar>,
}

impl DataProgress<'_> {
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
