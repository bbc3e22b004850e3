//! Search, training and evaluation end to end, on the phantom and with networks small enough to be quick.

use std::path::Path;
use std::time::{Duration, Instant};
use zodarts_data::{Dataset, OpenOptions};
use zodarts_nas::memory::Memory;
use zodarts_nas::methods::AnyMethod;
use zodarts_nas::observer::{Event, Observer, Silent};
use zodarts_nas::protocol::Protocol;
use zodarts_nas::records::SearchRecord;
use zodarts_nas::search::{SearchInput, SearchOutcome, Stop, search};
use zodarts_nas::stage::Deadline;
use zodarts_nas::train::{TrainInput, train};
use zodarts_run::folder::RunFolder;
use zodarts_run::folder::Split;
use zodarts_run::job::{Fit, Job, check_same_data, evaluate_run};
use zodarts_run::settings::{Architecture, Auto, Checked, Selection, Settings, TrainSettings};
use zodarts_testkit::{Epochs, phantom, short_rounds, tiny};

/// Two epochs of each stage.
const TWO: Epochs = Epochs { search: 2, train: 2 };

fn run_search(dataset: &Dataset, settings: &Settings, observer: &mut dyn Observer) -> SearchOutcome {
    let development = dataset.train.merged(&dataset.val);
    let input = SearchInput {
        info: &dataset.info,
        development: &development,
        settings: Checked::of(&settings.search).unwrap(),
        method: Checked::of(&*settings.method).unwrap(),
        mixing: None,
        seed: settings.seed,
        deadline: Deadline::NONE,
        memory: Memory::available(),
        store: None,
    };
    search(input, observer).unwrap()
}

fn fit(dataset: &Dataset, settings: &Settings, path: &Path) -> (RunFolder, Fit) {
    let folder = RunFolder::create(path).unwrap();
    let settings = settings.clone().check().unwrap();
    let fit = Job::new(dataset, "phantom", &settings, &folder).fit(&mut Silent).unwrap();
    (folder, fit)
}

fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// Bits of everything a search computed, time aside.
fn fingerprint(outcome: &SearchOutcome) -> (String, Vec<u32>, Vec<u32>) {
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect();
    (outcome.genotype.to_string(), bits(&outcome.alpha), bits(&outcome.weights))
}

#[test]
fn every_method_gives_the_same_bits_on_any_number_of_threads() {
    let dataset = phantom();
    for method in AnyMethod::all() {
        let mut settings = tiny(TWO);
        settings.method = method.clone();
        settings.search.epochs = 1;
        let run =
            |threads| with_threads(threads, || fingerprint(&run_search(&dataset, &settings, &mut Silent)));
        let one = run(1);
        assert!(one == run(2), "{method}: two threads differ from one");
        assert!(one == run(3), "{method}: three threads differ from one");
        let mut other = settings.clone();
        other.seed += 1;
        assert!(one.1 != fingerprint(&run_search(&dataset, &other, &mut Silent)).1, "{method}: seed ignored");
    }
}

#[test]
fn training_gives_the_same_bits_on_any_number_of_threads() {
    let dataset = phantom();
    let settings = tiny(TWO);
    let run = |threads| {
        with_threads(threads, || {
            let genotype = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|";
            let input = TrainInput {
                info: &dataset.info,
                train: &dataset.train,
                val: &dataset.val,
                protocol: Protocol::Official,
                genotype: Some(genotype.parse().unwrap()),
                settings: Checked::of(&settings.train).unwrap(),
                seed: 1,
                deadline: Deadline::NONE,
                memory: Memory::available(),
                store: None,
            };
            let model = train(input, &mut Silent).unwrap().model;
            (model.weights, model.statistics)
        })
    };
    let one = run(1);
    assert!(one == run(2) && one == run(3));
}

/// Collects the records of a search.
#[derive(Default)]
struct Records(Vec<SearchRecord>);

impl Observer for Records {
    fn event(&mut self, event: Event<'_>) {
        if let Event::SearchEpoch { record, .. } = event {
            self.0.push(record.clone());
        }
    }
}

#[test]
fn a_search_stops_when_every_edge_has_settled() {
    let dataset = phantom();
    let mut settings = tiny(TWO);
    settings.search.epochs = 9;
    // A cold, fast annealing: one-hot from the second epoch on.
    let mut method = short_rounds();
    (method.annealing.anneal_every, method.annealing.anneal_factor, method.zo.mu) = (1, 1e-3, 1e-6);
    settings.method = method.into();
    let mut records = Records::default();
    let outcome = run_search(&dataset, &settings, &mut records);
    assert_eq!(outcome.stop, Stop::Settled);
    assert!(outcome.epochs < 9);
    let last = records.0.last().unwrap();
    assert!(last.p.rows().all(|row| row.iter().filter(|p| **p == 1.0).count() == 1), "{:?}", last.p);
    assert_eq!(last.hypergradient_norm, 0.0, "nothing is left to learn");
    settings.search.early_stop = false;
    assert_eq!(run_search(&dataset, &settings, &mut Silent).stop, Stop::Finished);
}

#[test]
fn live_operations_are_the_support_of_the_mixture() {
    let dataset = phantom();
    let mut settings = tiny(TWO);
    settings.search.epochs = 4;
    let mut method = short_rounds();
    (method.annealing.anneal_every, method.annealing.anneal_factor) = (1, 0.02);
    settings.method = method.into();
    let mut records = Records::default();
    run_search(&dataset, &settings, &mut records);
    let live: Vec<_> = records.0.iter().map(|record| record.live_operations).collect();
    // `none` is never computed, so at most 24 of the 30.
    assert_eq!(live[0], 24);
    assert!(live.last().unwrap() < &24, "{live:?}");
    let taus: Vec<_> = records.0.iter().map(|record| record.temperature).collect();
    assert!(taus.windows(2).all(|pair| (pair[1] / pair[0] - 0.02).abs() < 1e-9), "{taus:?}");
}

#[test]
fn a_run_folder_holds_everything_and_the_test_split_is_read_once() {
    let dataset = phantom();
    let place = tempfile::tempdir().unwrap();
    let (folder, fit) = fit(&dataset, &tiny(TWO), &place.path().join("run"));
    for name in [
        "config.toml",
        "genotype.txt",
        "search.jsonl",
        "train.jsonl",
        "metrics.json",
        "model.safetensors",
        "model.json",
        "predictions.csv",
        "checkpoint/latest.safetensors",
        "checkpoint/previous.safetensors",
    ] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    assert_eq!(dataset.test.times_unsealed(), 1);
    assert_eq!((fit.metrics.test_reads, fit.metrics.report.n), (1, 120));
    assert_eq!(folder.metrics("test").unwrap().unwrap(), fit.metrics);
    assert_eq!(folder.genotype().unwrap(), fit.search.unwrap().genotype);
    let (info, settings) = folder.config().unwrap();
    assert_eq!(settings, tiny(TWO));
    assert_eq!(info.unwrap().fingerprint, dataset.info.fingerprint);

    // A stored model gives the same numbers, and a second look is counted.
    let model = zodarts_nas::model::Model::load(folder.path()).unwrap();
    let again = evaluate_run(&folder, &model, &dataset, Split::Test).unwrap();
    assert_eq!(again.report, fit.metrics.report);
    assert_eq!(again.test_reads, 2);
    let val = evaluate_run(&folder, &model, &dataset, Split::Val).unwrap();
    assert_eq!(Some(val.report.auc), Some(fit.train.val_auc), "validation AUC of the kept epoch");
    assert_eq!(val.test_reads, 2);
}

#[test]
fn the_same_run_leaves_the_same_bytes() {
    let dataset = phantom();
    let place = tempfile::tempdir().unwrap();
    let folders = ["a", "b"].map(|name| fit(&dataset, &tiny(TWO), &place.path().join(name)).0);
    for name in ["model.safetensors", "genotype.txt", "predictions.csv", "checkpoint/latest.safetensors"] {
        let [a, b] =
            [&folders[0], &folders[1]].map(|folder| std::fs::read(folder.path().join(name)).unwrap());
        assert!(a == b, "{name} differs");
    }
}

#[test]
fn a_model_refuses_other_data() {
    let dataset = phantom();
    let place = tempfile::tempdir().unwrap();
    let (folder, fit) = fit(&dataset, &tiny(TWO), &place.path().join("run"));
    let other = Dataset::open("phantom:9", &OpenOptions::default(), &|_| ()).unwrap();
    let error = check_same_data(folder.path(), &fit.train.model, &other).unwrap_err().to_string();
    assert!(error.contains("phantom") && error.contains("fingerprint"), "{error}");
    assert_eq!(other.test.times_unsealed(), 0);
}

#[test]
fn damaged_models_are_refused() {
    let dataset = phantom();
    let place = tempfile::tempdir().unwrap();
    let (folder, _) = fit(&dataset, &tiny(TWO), &place.path().join("run"));
    let (weights, card) = (folder.path().join("model.safetensors"), folder.path().join("model.json"));
    let (weight_bytes, card_text) =
        (std::fs::read(&weights).unwrap(), std::fs::read_to_string(&card).unwrap());
    let load = || zodarts_nas::model::Model::load(folder.path()).unwrap_err().to_string();
    std::fs::write(&weights, &weight_bytes[..weight_bytes.len() / 2]).unwrap();
    assert!(load().contains("model.safetensors"));
    std::fs::write(&weights, &weight_bytes).unwrap();
    std::fs::write(&card, card_text.replace("\"channels\": 2", "\"channels\": 4000000")).unwrap();
    assert!(load().contains("`channels` is 4000000"));
    std::fs::write(&card, card_text.replace("\"channels\": 2", "\"channels\": 4")).unwrap();
    assert!(load().contains("tensor"), "{}", load());
    std::fs::write(&card, "{").unwrap();
    assert!(load().contains("model.json"));
}

#[test]
fn resnet_runs_through_the_same_loop() {
    let dataset = phantom();
    let mut settings = tiny(TWO);
    settings.train.architecture = Architecture::Resnet18;
    settings.train.epochs = 1;
    settings.train.input_size = Auto::Fixed(4);
    let place = tempfile::tempdir().unwrap();
    let (_, fit) = fit(&dataset, &settings, &place.path().join("run"));
    assert!(fit.search.is_none() && fit.metrics.genotype.is_none());
    assert_eq!((fit.metrics.architecture.as_str(), fit.metrics.params), ("resnet18", 11_168_706));
}

#[test]
fn patience_and_selection_choose_the_epoch() {
    let dataset = phantom();
    let mut settings = tiny(TWO).train;
    settings.epochs = 12;
    settings.patience = 2;
    let genotype = "|skip_connect~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|".parse().unwrap();
    let run = |settings: &TrainSettings| {
        let input = TrainInput {
            info: &dataset.info,
            train: &dataset.train,
            val: &dataset.val,
            protocol: Protocol::Official,
            genotype: Some(genotype),
            settings: Checked::of(settings).unwrap(),
            seed: 1,
            deadline: Deadline::NONE,
            memory: Memory::available(),
            store: None,
        };
        train(input, &mut Silent).unwrap()
    };
    let impatient = run(&settings);
    assert!(impatient.epochs == 12 || impatient.epochs == impatient.selected_epoch + 3);
    settings.patience = 0;
    assert_eq!(run(&settings).selected_epoch, 11, "the last of a completed schedule");
    settings.selection = Selection::Best;
    let best = run(&settings);
    assert!(best.val_auc >= run(&TrainSettings { selection: Selection::Last, ..settings }).val_auc);
}

#[test]
fn a_time_limit_delivers_what_there_is() {
    let dataset = phantom();
    let mut settings = tiny(TWO);
    (settings.search.epochs, settings.train.epochs) = (100_000, 100_000);
    let place = tempfile::tempdir().unwrap();
    let folder = RunFolder::create(&place.path().join("run")).unwrap();
    let settings = settings.check().unwrap();
    let job = Job::new(&dataset, "phantom", &settings, &folder);
    let fit = job.with_limit(Some(Duration::from_secs(4)), Instant::now()).fit(&mut Silent).unwrap();
    // Without the limit, this many epochs would take days.
    assert!(fit.search.unwrap().epochs < 100_000 && fit.train.epochs < 100_000);
}
