//! The progress of a run on the terminal.

use super::look::Look;
use super::panel::Panel;
use super::{Ui, note, style};
use crate::interrupt;
use console::Term;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zodarts_nas::observer::{Event, Observer, StageKind, Step};

/// The bar of a stage. The least important part comes last, where a narrow terminal cuts it off.
const STAGE: &str = "{prefix:6} [{bar:10}] {elapsed}, {eta} left, {wide_msg}";
const STAGE_DONE: &str = "{prefix:6} [{bar:10}] {elapsed}, {wide_msg}";

/// A bar for each stage of a run and, if wanted, a panel below it.
#[derive(Debug)]
pub struct RunProgress<'a> {
    ui: &'a Ui,
    detailed: bool,
    shown: Option<Shown>,
}

/// A stage on the screen.
#[derive(Debug)]
struct Shown {
    stage: StageKind,
    bar: ProgressBar,
    panel: SharedPanel,
    step: Option<Step>,
    /// The validation of the epoch before.
    validation: Option<Validation>,
}

/// The validation of an epoch.
#[derive(Clone, Copy, Debug)]
struct Validation {
    loss: f64,
    accuracy: f64,
}

/// The panel that a bar draws below itself. One bar draws all lines at once, so that none flickers.
#[derive(Clone, Debug)]
struct SharedPanel(Arc<Mutex<Panel>>);

impl SharedPanel {
    fn lock(&self) -> MutexGuard<'_, Panel> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the style of `template` with the panel below it, as wide as the terminal is when it is drawn.
    fn below(&self, template: &str) -> ProgressStyle {
        let panel = self.clone();
        let draw = move |_: &ProgressState, out: &mut dyn Write| {
            let (_, width) = Term::stderr().size();
            // What is written goes to memory.
            let _ = out.write_str(&panel.lock().lines(usize::from(width)).join("\n"));
        };
        style(&format!("{template}\n{{panel}}")).with_key("panel", draw)
    }
}

impl Shown {
    fn new(ui: &Ui, stage: StageKind) -> Self {
        let name = match stage {
            StageKind::Search => "search",
            StageKind::Score => "score",
            StageKind::Sample => "sample",
            StageKind::Train => "train",
        };
        let panel = SharedPanel(Arc::new(Mutex::new(Panel::new(Look::of_stderr()))));
        let bar = ui.bar(STAGE).with_style(panel.below(STAGE)).with_prefix(name);
        Self { stage, bar, panel, step: None, validation: None }
    }

    fn step(&mut self, step: Step) {
        self.bar.set_length((step.epochs * step.steps) as u64);
        self.bar.set_position((step.epoch * step.steps + step.step) as u64);
        self.step = Some(step);
        self.tell();
    }

    /// Records the validation loss and accuracy of an epoch.
    fn epoch(&mut self, validation: Validation) {
        self.validation = Some(validation);
        self.tell();
    }

    fn tell(&self) {
        if let Some(step) = &self.step {
            self.bar.set_message(message(step, self.validation));
        }
    }

    /// Leaves the last state on the screen.
    fn done(self) {
        self.bar.set_style(self.panel.below(STAGE_DONE));
        self.bar.abandon();
    }
}

impl<'a> RunProgress<'a> {
    pub(super) fn new(ui: &'a Ui, detailed: bool) -> Self {
        Self { ui, detailed, shown: None }
    }

    fn step(&mut self, step: Step) {
        let shown = self.shown.take().filter(|shown| shown.stage == step.stage);
        self.shown.insert(shown.unwrap_or_else(|| Shown::new(self.ui, step.stage))).step(step);
    }

    /// Records the validation loss and accuracy of an epoch, and what `more` adds to the panel.
    fn epoch(&mut self, validation: Validation, more: impl FnOnce(&mut Panel)) {
        let Some(shown) = &mut self.shown else { return };
        if self.detailed {
            let mut panel = shown.panel.lock();
            panel.accuracy(validation.accuracy);
            more(&mut panel);
        }
        shown.epoch(validation);
    }

    fn note(&self, text: &str) {
        match &self.shown {
            Some(shown) => shown.bar.suspend(|| note(text)),
            None => note(text),
        }
    }
}

/// Returns loss and accuracy as training/validation, with validation from the first epoch on. Short enough
/// for 80 columns.
fn message(step: &Step, validation: Option<Validation>) -> String {
    let epoch = format!("epoch {}/{}", step.epoch + 1, step.epochs);
    let (loss, accuracy) = validation.map_or_else(Default::default, |Validation { loss, accuracy }| {
        (format!("/{loss:.2}"), format!("/{accuracy:.2}"))
    });
    let live = step.live_operations.map_or(String::new(), |live| format!(", {live} live"));
    format!("{epoch}{live}, loss {:.2}{loss}, acc {:.2}{accuracy}", step.loss, step.accuracy)
}

impl Observer for RunProgress<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Step(step) => self.step(step),
            Event::SearchEpoch { record, .. } => {
                let architecture = |panel: &mut Panel| panel.architecture(record.genotype, record.p.clone());
                let validation = Validation { loss: record.val_loss, accuracy: record.val_acc };
                self.epoch(validation, architecture);
            }
            Event::TrainEpoch(record) => {
                let validation = Validation { loss: record.val_loss, accuracy: record.val_acc };
                self.epoch(validation, |_| ());
            }
            Event::StageDone(_) => {
                if let Some(shown) = self.shown.take() {
                    shown.done();
                }
            }
            Event::Evaluated(_) => {}
            Event::Note(text) => self.note(&text),
        }
    }

    fn stop_requested(&self) -> bool {
        interrupt::requested()
    }
}
