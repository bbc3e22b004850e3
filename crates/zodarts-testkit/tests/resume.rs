//! A stage that was cut short after any epoch, with any leftovers of a killed process, ends with the same
//! bits as one that was not.

use safetensors::SafeTensors;
use std::fs;
use std::path::{Path, PathBuf};
use zodarts_data::Dataset;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::methods::DartsV2;
use zodarts_nas::observer::{Event, Observer, Silent, StageKind};
use zodarts_nas::stage::store::{Checkpoint, Store};
use zodarts_run::Error;
use zodarts_run::folder::RunFolder;
use zodarts_run::job::Job;
use zodarts_run::settings::{Auto, Selection, Settings};
use zodarts_testkit::{Epochs, copy_folder, phantom, short_rounds, tiny};

const GENOTYPE: &str = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|";

/// Four epochs of each stage.
const FOUR: Epochs = Epochs { search: 4, train: 4 };

/// Copies the folder as it is after each epoch, and notes what is said.
struct Copies<'a> {
    folder: &'a Path,
    made: Vec<PathBuf>,
    notes: Vec<String>,
}

impl Copies<'_> {
    fn copy(&mut self) {
        let copy = self.folder.with_extension(format!("after-{}", self.made.len() + 1));
        copy_folder(self.folder, &copy);
        self.made.push(copy);
    }

    /// Returns the epochs of shared weights that are kept.
    fn shared_epochs(&self) -> usize {
        fs::read_to_string(self.folder.join("random-ws.jsonl")).map_or(0, |text| text.lines().count())
    }
}

impl Observer for Copies<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::SearchEpoch { .. } | Event::TrainEpoch(_) => self.copy(),
            // An epoch of shared weights has no event: it is found kept at the next step, of whatever stage.
            Event::Step(_) if self.shared_epochs() > self.made.len() => self.copy(),
            Event::Note(note) => self.notes.push(note),
            _ => {}
        }
    }
}

/// A stage and what it leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Search,
    RandomWs,
    Train,
}

impl Stage {
    const ALL: [Self; 3] = [Self::Search, Self::RandomWs, Self::Train];
}

impl Stage {
    fn run(self, dataset: &Dataset, settings: &Settings, folder: &RunFolder, observer: &mut dyn Observer) {
        self.try_run(dataset, settings, folder, observer).unwrap();
    }

    fn try_run(
        self,
        dataset: &Dataset,
        settings: &Settings,
        folder: &RunFolder,
        observer: &mut dyn Observer,
    ) -> Result<(), Error> {
        let settings = settings.clone().check().unwrap();
        let job = Job::new(dataset, "phantom", &settings, folder);
        match self {
            Stage::Search => job.search(None, observer).map(drop),
            Stage::RandomWs => job.random_search(observer).map(drop),
            Stage::Train => job.train(Some(GENOTYPE.parse::<Genotype>().unwrap()), observer).map(drop),
        }
    }

    fn records(self) -> &'static str {
        match self {
            Stage::Search => "search.jsonl",
            Stage::RandomWs => "random-ws.jsonl",
            Stage::Train => "train.jsonl",
        }
    }

    /// All it leaves, times aside.
    fn left(self, folder: &Path) -> (Vec<Vec<u8>>, Vec<String>) {
        let files = match self {
            Stage::Search => &["checkpoint/latest.safetensors", "genotype.txt"][..],
            Stage::RandomWs => &["checkpoint/latest.safetensors", "genotype.txt", "random-ws.json"],
            Stage::Train => &["model.safetensors", "model.json"],
        };
        let files = files.iter().map(|file| fs::read(folder.join(file)).unwrap());
        let lines = fs::read_to_string(folder.join(self.records())).unwrap();
        let timeless = |line: &str| line.split("\"seconds\"").next().unwrap().to_owned();
        (files.collect(), lines.lines().map(timeless).collect())
    }

    /// Runs it once whole, keeping a copy after each epoch, and again from each copy.
    fn check(self, settings: &Settings, spoil: impl Fn(&Path)) -> Vec<Vec<String>> {
        let (dataset, root) = (phantom(), tempfile::tempdir().unwrap());
        let path = root.path().join("whole");
        let folder = RunFolder::create(&path).unwrap();
        let mut whole = Copies { folder: &path, made: Vec::new(), notes: Vec::new() };
        self.run(&dataset, settings, &folder, &mut whole);
        assert!(whole.made.len() > 1);
        let expected = self.left(&path);
        let resume = |copy: &PathBuf| {
            spoil(copy);
            fs::write(copy.join("config.toml"), "").unwrap();
            let folder = RunFolder::open(copy).unwrap().resuming().unwrap();
            let mut rest =
                Copies { folder: &root.path().join("unused"), made: Vec::new(), notes: Vec::new() };
            fs::create_dir_all(rest.folder).unwrap();
            self.run(&dataset, settings, &folder, &mut rest);
            assert!(self.left(copy) == expected, "{} differs", copy.display());
            rest.notes
        };
        whole.made.iter().map(resume).collect()
    }
}

/// Asks for an end after some steps.
struct Impatient {
    steps: usize,
    left: usize,
}

impl Observer for Impatient {
    fn event(&mut self, event: Event<'_>) {
        // Genotypes are scored from the first again, so a stop after every one of them has no end.
        if matches!(event, Event::Step(step) if step.stage != StageKind::Score) {
            self.left = self.left.saturating_sub(1);
            self.steps += 1;
        }
    }

    fn stop_requested(&self) -> bool {
        self.left == 0
    }
}

/// Runs a stage some steps at a time; returns how often it was stopped, and the steps it took.
fn in_pieces(stage: Stage, settings: &Settings, path: &Path, steps: usize) -> (usize, usize) {
    let dataset = phantom();
    RunFolder::create(path).unwrap();
    fs::write(path.join("config.toml"), "").unwrap();
    let mut taken = 0;
    for stops in 0..1000 {
        let folder = RunFolder::open(path).unwrap().resuming().unwrap();
        let mut observer = Impatient { steps: 0, left: steps };
        let result = stage.try_run(&dataset, settings, &folder, &mut observer);
        taken += observer.steps;
        match result {
            Ok(()) => return (stops, taken),
            Err(Error::Stage(zodarts_nas::Error::Interrupted)) => assert_eq!(observer.left, 0),
            Err(error) => panic!("{error}"),
        }
    }
    panic!("it does not come to its end")
}

#[test]
fn stopped_after_any_step_it_goes_on_with_the_next() {
    let mut zo = tiny(FOUR);
    (zo.search.batch_size, zo.search.epochs) = (Auto::Fixed(16), 3);
    let mut unrolled = zo.clone();
    unrolled.method = DartsV2::default().into();
    let mut best = tiny(FOUR);
    (best.train.selection, best.train.batch_size) = (Selection::Best, Auto::Fixed(48));
    let shared = zo.clone();
    let stages =
        [(Stage::Search, zo), (Stage::Search, unrolled), (Stage::RandomWs, shared), (Stage::Train, best)];
    for (stage, settings) in stages {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("whole");
        let mut whole = Impatient { steps: 0, left: usize::MAX };
        stage.run(&phantom(), &settings, &RunFolder::create(&path).unwrap(), &mut whole);
        let expected = stage.left(&path);
        for steps in [1, 3] {
            let path = root.path().join(steps.to_string());
            let (stops, taken) = in_pieces(stage, &settings, &path, steps);
            // No step is done twice.
            assert_eq!((stops, taken), (whole.steps / steps, whole.steps));
            assert!(stage.left(&path) == expected, "after every {steps} steps");
        }
    }
}

fn said(notes: &[Vec<String>], what: &str) -> Vec<bool> {
    notes.iter().map(|notes| notes.iter().any(|note| note.contains(what))).collect()
}

#[test]
fn a_search_goes_on_after_any_epoch_with_any_kind_of_method() {
    for method in [short_rounds().into(), DartsV2::default().into()] {
        let mut settings = tiny(FOUR);
        settings.method = method;
        let notes = Stage::Search.check(&settings, |_| ());
        assert_eq!(said(&notes, "search resumes"), [true; 4]);
        assert!(notes[1].iter().any(|note| note == "search resumes after epoch 2"), "{notes:?}");
    }
}

#[test]
fn a_search_that_had_settled_is_over() {
    let mut settings = tiny(FOUR);
    settings.search.epochs = 9;
    // A cold, fast annealing: one-hot from the second epoch on.
    let mut method = short_rounds();
    (method.annealing.anneal_every, method.annealing.anneal_factor, method.zo.mu) = (1, 1e-3, 1e-6);
    settings.method = method.into();
    let notes = Stage::Search.check(&settings, |_| ());
    assert!(notes.len() < 9, "it does not settle");
}

#[test]
fn shared_weights_go_on_after_any_epoch() {
    let notes = Stage::RandomWs.check(&tiny(FOUR), |_| ());
    assert_eq!(said(&notes, "search resumes"), [true; 4]);
}

#[test]
fn a_checkpoint_of_shared_weights_without_the_count_of_divergence_is_read() {
    let settings = tiny(FOUR);
    let notes = Stage::RandomWs.check(&settings, |folder| {
        let records = fs::read_to_string(folder.join("random-ws.jsonl")).unwrap();
        let epochs_done = records.lines().count();
        // Once all epochs are done no other checkpoint is written, and the last would differ from that of the
        // whole run.
        if epochs_done == settings.search.epochs {
            return;
        }
        let bytes = fs::read(folder.join("checkpoint/latest.safetensors")).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let floats = |name: &str| -> Vec<f32> {
            let values = file.tensor(name).unwrap().data().as_chunks::<4>().0.to_vec();
            values.into_iter().map(f32::from_le_bytes).collect()
        };
        let (weights, momentum) = (floats("weights"), floats("momentum"));
        let vectors = vec![("weights", &weights[..]), ("momentum", &momentum)];
        let old = Checkpoint { stage: "random-ws", epochs_done, counts: vec![], vectors, partial: None };
        // Only a folder with a configuration is opened, and these runs have none.
        let config = folder.join("config.toml");
        fs::write(&config, "").unwrap();
        RunFolder::open(folder).unwrap().save_checkpoint(&old).unwrap();
        fs::remove_file(config).unwrap();
    });
    assert_eq!(said(&notes, "search resumes"), [true; 4]);
}

/// Asks for a stop once an epoch has no step left.
#[derive(Default)]
struct StopsAtTheLastStep {
    asks: bool,
}

impl Observer for StopsAtTheLastStep {
    fn event(&mut self, event: Event<'_>) {
        self.asks |= matches!(event, Event::Step(step) if step.step == step.steps);
    }

    fn stop_requested(&self) -> bool {
        self.asks
    }
}

#[test]
fn a_stop_after_the_last_step_of_an_epoch_keeps_the_epoch() {
    for stage in Stage::ALL {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("run");
        let folder = RunFolder::create(&path).unwrap();
        let mut observer = StopsAtTheLastStep::default();
        let error = stage.try_run(&phantom(), &tiny(FOUR), &folder, &mut observer).unwrap_err();
        assert!(matches!(error, Error::Stage(zodarts_nas::Error::Interrupted)), "{error}");
        let records = fs::read_to_string(path.join(stage.records())).unwrap();
        assert_eq!(records.lines().count(), 1, "{records}");
    }
}

#[test]
fn a_training_goes_on_whichever_epoch_is_kept() {
    for (selection, patience) in [(Selection::Last, 0), (Selection::Best, 0), (Selection::Best, 1)] {
        let mut settings = tiny(FOUR);
        (settings.train.selection, settings.train.patience) = (selection, patience);
        let notes = Stage::Train.check(&settings, |_| ());
        assert!(said(&notes, "training resumes").iter().all(|said| *said));
    }
}

#[test]
fn what_a_killed_process_leaves_does_not_matter() {
    // A record without its checkpoint, and half a record.
    let notes = Stage::Train.check(&tiny(FOUR), |folder| {
        let path = folder.join("train.jsonl");
        let text = fs::read_to_string(&path).unwrap();
        let last = text.lines().last().unwrap();
        fs::write(&path, format!("{text}{last}\n{}", &last[..20])).unwrap();
    });
    assert_eq!(said(&notes, "training resumes"), [true; 4]);
}

#[test]
fn a_damaged_checkpoint_gives_way_to_the_one_before_and_says_so() {
    let flip = |folder: &Path| {
        let path = folder.join("checkpoint/latest.safetensors");
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 4;
        fs::write(&path, bytes).unwrap();
    };
    for stage in Stage::ALL {
        let notes = stage.check(&tiny(FOUR), flip);
        assert_eq!(said(&notes, "does not fit its checksum; it is not used"), [true; 4]);
        // The first has none before it and begins again.
        assert_eq!(said(&notes, "resumes"), [false, true, true, true]);
    }
}

#[test]
fn lost_records_make_a_stage_begin_again() {
    let notes =
        Stage::Search.check(&tiny(FOUR), |folder| fs::write(folder.join("search.jsonl"), "").unwrap());
    assert_eq!(said(&notes, "0 records, but"), [true; 4]);
    assert_eq!(said(&notes, "resumes"), [false; 4]);
}

/// Reports whether a diagnosis names a layer or an architecture parameter.
fn names_a_place(text: &str) -> bool {
    text.contains('`') || text.contains(", α of ")
}

/// Returns the settings of a stage with a learning rate so large that numbers overflow, while half of it does
/// not: the lowest such power of two. Gradients are not clipped, or none would be large.
fn too_fast(stage: Stage) -> Settings {
    let dataset = phantom();
    for power in 0..120 {
        let mut settings = tiny(FOUR);
        let rate = 2f64.powi(power);
        (settings.search.clip, settings.search.learning_rate, settings.search.batch_size) =
            (0.0, rate, Auto::Fixed(24));
        (settings.train.clip, settings.train.learning_rate, settings.train.warmup_epochs) = (0.0, rate, 0);
        let root = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(&root.path().join("run")).unwrap();
        let mut watcher = Copies { folder: folder.path(), made: Vec::new(), notes: Vec::new() };
        stage.try_run(&dataset, &settings, &folder, &mut watcher).unwrap();
        if let Some(note) = watcher.notes.iter().find(|note| note.contains("at half the learning rate")) {
            assert!(note.contains("diverged in epoch ") && names_a_place(note), "{note}");
            return settings;
        }
    }
    panic!("no rate is too fast");
}

#[test]
fn numbers_that_go_wrong_are_taken_back_once_at_half_the_rate_and_stopping_changes_nothing() {
    // No power of two is too fast for shared weights while half of it is not: the unit tests of random search
    // break a weight instead.
    for stage in [Stage::Search, Stage::Train] {
        let settings = too_fast(stage);
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("whole");
        stage.run(&phantom(), &settings, &RunFolder::create(&path).unwrap(), &mut Silent);
        let path_in_pieces = root.path().join("pieces");
        in_pieces(stage, &settings, &path_in_pieces, 1);
        assert!(stage.left(&path_in_pieces) == stage.left(&path));
    }
}

#[test]
fn numbers_that_go_wrong_again_end_the_run_and_say_where() {
    for (stage, name) in [(Stage::Search, "search"), (Stage::RandomWs, "search"), (Stage::Train, "training")]
    {
        let mut settings = tiny(FOUR);
        (settings.search.clip, settings.search.learning_rate) = (0.0, 1e30);
        (settings.train.clip, settings.train.learning_rate, settings.train.warmup_epochs) = (0.0, 1e30, 0);
        let root = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(&root.path().join("run")).unwrap();
        let mut watcher = Copies { folder: folder.path(), made: Vec::new(), notes: Vec::new() };
        let error = stage.try_run(&phantom(), &settings, &folder, &mut watcher).unwrap_err();
        assert_eq!(error.hint().unwrap(), "a lower learning rate may help");
        let error = error.to_string();
        assert!(error.starts_with(&format!("{name} diverged in epoch 1: the loss is ")), "{error}");
        assert!(names_a_place(&error), "{error}");
        assert_eq!(said(&[watcher.notes.clone()], "is repeated at half the learning rate"), [true]);
    }
}
