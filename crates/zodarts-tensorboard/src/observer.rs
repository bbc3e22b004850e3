//! The observer that writes event files.

use crate::error::EventsError;
use crate::file::EventFile;
use crate::images::{confusion, previews};
use crate::layout::layout;
use crate::messages::Value;
use crate::summaries;
use std::path::{Path, PathBuf};
use zodarts_data::Samples;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::observer::{Event, Observer, StageKind};
use zodarts_run::job::Job;
use zodarts_run::settings::{Architecture, Checked, Settings};

/// An observer that writes the events of a run to `tensorboard/` in the run folder and passes them on to the
/// inner observer.
///
/// A step of the event file is an epoch, counted from 1; preview images are at step 0. If the file cannot be
/// written, the inner observer gets one note and the run goes on without event files.
#[derive(Debug)]
pub struct TensorBoard<O> {
    inner: O,
    folder: PathBuf,
    output: Output,
    stage: Option<StageKind>,
    validation: Samples,
    settings: Checked<Settings>,
}

/// The state of the event file.
#[derive(Debug)]
enum Output {
    /// The first event creates the file.
    NotCreated,
    Open(EventFile),
    /// Writing has failed; further events are dropped.
    Failed,
}

impl<O: Observer> TensorBoard<O> {
    /// Returns an observer of `job`. Nothing is written before the first event.
    pub fn new(job: &Job<'_>, inner: O) -> Self {
        Self {
            inner,
            folder: job.folder.path().join("tensorboard"),
            output: Output::NotCreated,
            stage: None,
            validation: job.dataset.val.clone(),
            settings: job.settings.clone(),
        }
    }

    /// Returns the folder of the event files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn write(&mut self, event: &Event<'_>) -> Result<(), EventsError> {
        if matches!(self.output, Output::Failed) {
            return Ok(());
        }
        let (step, values) = match event {
            Event::Step(step) if self.stage != Some(step.stage) => {
                self.stage = Some(step.stage);
                (0, self.images(step.stage))
            }
            Event::SearchEpoch { record, alpha } => (record.epoch + 1, summaries::search(record, alpha)),
            Event::TrainEpoch(record) => (record.epoch + 1, summaries::train(record)),
            Event::Evaluated(metrics) => (metrics.train_epochs.unwrap_or(0), evaluation(metrics)),
            _ => return Ok(()),
        };
        if values.is_empty() { Ok(()) } else { self.add(step, values) }
    }

    fn add(&mut self, step: usize, values: Vec<Value>) -> Result<(), EventsError> {
        if matches!(self.output, Output::NotCreated) {
            let mut file = EventFile::create(&self.folder)?;
            let searched = self.settings.train.architecture == Architecture::Genotype;
            file.write(0, vec![layout(searched.then_some(self.settings.search.space))])?;
            self.output = Output::Open(file);
        }
        if let Output::Open(file) = &mut self.output { file.write(step, values) } else { Ok(()) }
    }

    /// Returns preview images of a stage, as its network sees them.
    fn images(&self, stage: StageKind) -> Vec<Value> {
        let (_, height, _) = self.validation.shape();
        let (section, augmentation) = match stage {
            StageKind::Search => ("search", self.settings.search.images().augmentation(height)),
            StageKind::Train => ("train", self.settings.train.augmentation(height)),
            StageKind::Score | StageKind::Sample => return Vec::new(),
        };
        previews(section, &self.validation, augmentation, self.settings.seed)
    }
}

fn evaluation(metrics: &Metrics) -> Vec<Value> {
    let mut values = summaries::evaluation(metrics);
    values.extend(confusion(metrics));
    values
}

impl<O: Observer> Observer for TensorBoard<O> {
    fn stop_requested(&self) -> bool {
        self.inner.stop_requested()
    }

    fn event(&mut self, event: Event<'_>) {
        let written = self.write(&event);
        self.inner.event(event);
        if let Err(error) = written {
            self.output = Output::Failed;
            let hint = error.hint().map_or_else(String::new, |hint| format!("; {hint}"));
            self.inner.event(Event::Note(format!("{error}{hint}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::events;
    use crate::messages;

    use zodarts_data::{Dataset, OpenOptions};
    use zodarts_nas::genotype::Genotype;
    use zodarts_nas::observer::Step;

    use zodarts_nas::records::{SearchRecord, TrainRecord};
    use zodarts_nn::space::{NAS_BENCH_201, Operation};
    use zodarts_run::folder::RunFolder;

    /// Keeps notes and counts all other events.
    #[derive(Default)]
    struct Inner {
        notes: Vec<String>,
        others: usize,
    }

    impl Observer for Inner {
        fn event(&mut self, event: Event<'_>) {
            match event {
                Event::Note(text) => self.notes.push(text),
                _ => self.others += 1,
            }
        }
    }

    fn watcher(run: &Path) -> TensorBoard<Inner> {
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        let settings = Settings::default().check().unwrap();
        let folder = RunFolder::create(run).unwrap();
        TensorBoard::new(&Job::new(&dataset, "phantom", &settings, &folder), Inner::default())
    }

    fn step(stage: StageKind) -> Event<'static> {
        let (epoch, epochs, step, steps) = (0, 2, 1, 5);
        Event::Step(Step {
            stage,
            epoch,
            epochs,
            step,
            steps,
            loss: 1.0,
            accuracy: 0.5,
            live_operations: None,
        })
    }

    fn search_record(epoch: usize) -> SearchRecord {
        SearchRecord {
            epoch,
            epochs: 2,
            temperature: 1.0,
            learning_rate: 0.1,
            train_loss: 0.7,
            train_acc: 0.5,
            val_loss: 0.6,
            val_acc: 0.75,
            p: [[0.1, 0.4, 0.2, 0.2, 0.1]; 6].into(),
            live_operations: 24,
            hypergradient_norm: 0.1,
            passes: 4,
            genotype: Genotype::new(&NAS_BENCH_201, &[Operation::SkipConnect; 6]),
            seconds: 1.0,
            seconds_waiting: 0.0,
        }
    }

    fn values(event: &messages::Event) -> &[Value] {
        &event.summary.as_ref().unwrap().value
    }

    /// Returns the step of the last event and the number of a tag in it.
    fn last(folder: &Path, tag: &str) -> (i64, Option<f32>) {
        let events = events(folder);
        let event = events.last().unwrap();
        let value = values(event).iter().find(|value| value.tag == tag);
        (event.step, value.and_then(|value| value.number))
    }

    #[test]
    fn each_epoch_is_in_the_file_when_its_event_is_over() {
        let place = tempfile::tempdir().unwrap();
        let mut watcher = watcher(&place.path().join("run"));
        let folder = watcher.folder().to_owned();
        assert!(!folder.exists());
        watcher.event(step(StageKind::Search));
        watcher.event(step(StageKind::Search));
        // After the version of the file come the layout of the charts and two previews.
        let counts: Vec<usize> = events(&folder)[1..].iter().map(|event| values(event).len()).collect();
        assert_eq!(counts, [1, 2]);
        for epoch in 0..2 {
            watcher.event(Event::SearchEpoch { record: &search_record(epoch), alpha: &[0.5; 30] });
            assert_eq!(last(&folder, "search/val_acc"), (epoch as i64 + 1, Some(0.75)));
            assert_eq!(last(&folder, "p_edge_1-2/skip_connect").1, Some(0.4));
        }
        watcher.event(step(StageKind::Train));
        let record = TrainRecord { epoch: 0, val_auc: Some(0.875), ..TrainRecord::default() };
        watcher.event(Event::TrainEpoch(&record));
        assert_eq!(last(&folder, "train/val_auc"), (1, Some(0.875)));
        watcher.event(Event::TrainEpoch(&TrainRecord { epoch: 1, val_auc: None, ..record }));
        assert_eq!(last(&folder, "train/val_auc"), (2, None));
        assert_eq!((watcher.inner.others, watcher.inner.notes.len()), (7, 0));
    }

    #[test]
    fn a_baseline_has_no_charts_of_a_search() {
        let size =
            |searched: bool| layout(searched.then_some(&NAS_BENCH_201)).tensor.unwrap().string_val[0].len();
        assert!(size(false) < size(true) / 3);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_noted_once() {
        let place = tempfile::tempdir().unwrap();
        let mut watcher = watcher(&place.path().join("run"));
        watcher.output = Output::Open(EventFile::full());
        for epoch in 0..2 {
            watcher.event(Event::TrainEpoch(&TrainRecord { epoch, ..TrainRecord::default() }));
        }
        let Inner { notes, others } = watcher.inner;
        assert_eq!((notes.len(), others), (1, 2));
        assert!(notes[0].starts_with("/dev/full: cannot be written: No space left"), "{notes:?}");
    }
}
