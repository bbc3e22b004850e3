//! A comparison end to end, on the phantom and with networks small enough to be quick.

use std::collections::HashSet;
use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use zodarts_lab::Error;
use zodarts_lab::compare::{
    Candidate, Comparison, End, NamedDataset, Plan, Runner, Sampled, Trial, TrialPosition, TrialResult,
    Watcher,
};
use zodarts_nas::methods::AnyMethod;
use zodarts_nas::observer::{Observer, Silent};
use zodarts_nas::protocol::Protocol;
use zodarts_nas::records::TrainRecord;
use zodarts_nas::search::{SCORED, ScoredGenotype};
use zodarts_run::folder::RunFolder;
use zodarts_run::lock::Lock;
use zodarts_run::settings::Settings;
use zodarts_testkit::{Epochs, short_rounds, tiny};

const CANDIDATES: [Candidate; 3] =
    [Candidate::Search("zo-darts-plus"), Candidate::Search("darts-v1"), Candidate::Random];

fn phantom() -> Vec<NamedDataset> {
    vec![NamedDataset { data: "phantom".into(), dataset: zodarts_testkit::phantom() }]
}

fn plus() -> AnyMethod {
    short_rounds().into()
}

/// Every method, with rounds of three steps where the settings of the comparison have them.
fn methods() -> Vec<AnyMethod> {
    let short = |method: AnyMethod| if method.name() == plus().name() { plus() } else { method };
    AnyMethod::all().into_iter().map(short).collect()
}

/// Two epochs of each stage.
const TWO: Epochs = Epochs { search: 2, train: 2 };

/// Counts what is run and what had been finished.
#[derive(Default)]
struct Count {
    begun: AtomicUsize,
    found: AtomicUsize,
}

impl Watcher for Count {
    fn begins(&self, _: &Trial<'_>, _: TrialPosition) -> Box<dyn Observer + '_> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Box::new(Silent)
    }

    fn ends(&self, _: &Trial<'_>, _: TrialPosition, _: &Result<TrialResult, Error>, found: bool) {
        self.found.fetch_add(usize::from(found), Ordering::Relaxed);
    }
}

fn compare(
    datasets: &[NamedDataset],
    what: (&[Candidate], &[u64], usize),
    settings: &Settings,
    out: &Path,
) -> (Result<Comparison, Error>, usize, usize) {
    compare_under(Protocol::Official, datasets, what, settings, out)
}

fn compare_under(
    protocol: Protocol,
    datasets: &[NamedDataset],
    (candidates, seeds, jobs): (&[Candidate], &[u64], usize),
    settings: &Settings,
    out: &Path,
) -> (Result<Comparison, Error>, usize, usize) {
    let count = Count::default();
    let methods = &methods();
    let plan = Plan { datasets, candidates, seeds, protocol, settings, methods, out };
    let jobs = NonZero::new(jobs).unwrap();
    let comparison = plan
        .trials()
        .and_then(|trials| Runner { trials: &trials, settings, protocol, jobs, out }.run(&count));
    (comparison, count.begun.into_inner(), count.found.into_inner())
}

/// Everything but times.
fn lasting(comparison: &Comparison) -> Vec<String> {
    let rows = comparison.rows.iter();
    rows.map(|row| {
        format!("{} {:?} {:?} {:?} {:?}", row.candidate, row.seeds, row.acc, row.auc, row.genotypes)
    })
    .collect()
}

#[test]
fn finished_trials_are_not_run_again_and_jobs_change_nothing() {
    let (datasets, settings) = (phantom(), tiny(TWO));
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));

    let (first, begun, found) = compare(&datasets, (&CANDIDATES, &[1, 2], 1), &settings, &one);
    let first = first.unwrap();
    assert_eq!((begun, found, first.rows.len()), (6, 0, 3));
    assert!(first.failures.is_empty());
    assert!(first.rows.iter().all(|row| row.seeds == [1, 2] && row.acc.sd.is_some()));
    assert!(first.rows[2].search.is_none() && first.rows[2].genotypes.len() == 2);

    let (again, begun, found) = compare(&datasets, (&CANDIDATES, &[1, 2, 3], 1), &settings, &one);
    assert_eq!((begun, found), (3, 6));
    assert!(again.unwrap().rows.iter().all(|row| row.seeds == [1, 2, 3]));

    let (parallel, begun, _) = compare(&datasets, (&CANDIDATES, &[1, 2], 3), &settings, &two);
    assert_eq!((begun, lasting(&parallel.unwrap())), (6, lasting(&first)));

    let text = fs::read_to_string(one.join("tables.md")).unwrap();
    assert!(text.contains("phantom: test accuracy") && text.contains("| zo-darts-plus | 3 |"), "{text}");
    assert!(
        text.contains("phantom: live operations") && text.contains("| darts-v1 | 24.0 | 24.0 |"),
        "{text}"
    );
    assert!(first.rows[0].search.as_ref().unwrap().live_operations.unwrap()[4] <= 24.0);
    let csv = fs::read_to_string(one.join("trials.csv")).unwrap();
    assert_eq!(csv.lines().count(), 10, "{csv}");
}

#[test]
fn a_stage_that_was_cut_short_goes_on_and_a_finished_one_is_kept() {
    let (datasets, settings) = (phantom(), tiny(TWO));
    let folder = tempfile::tempdir().unwrap();
    let only = (&CANDIDATES[..1], &[4][..], 1);
    let (whole, ..) = compare(&datasets, only, &settings, folder.path());
    let trial = folder.path().join("trials/official/phantom/zo-darts-plus/seed-4");
    let (searched, trained) = (fs::read(trial.join("search.jsonl")), fs::read(trial.join("train.jsonl")));
    let weights = fs::read(trial.join("model.safetensors")).unwrap();

    // As if killed after the last epoch of training: all is taken from its checkpoint.
    for file in ["metrics.json", "metrics-val.json", "model.json", "model.safetensors"] {
        fs::remove_file(trial.join(file)).unwrap();
    }
    let (resumed, begun, found) = compare(&datasets, only, &settings, folder.path());
    assert_eq!((begun, found), (1, 0));
    assert_eq!(lasting(&resumed.unwrap()), lasting(&whole.unwrap()));
    assert_eq!(fs::read(trial.join("search.jsonl")).unwrap(), searched.unwrap());
    assert_eq!(fs::read(trial.join("train.jsonl")).unwrap(), trained.unwrap());
    assert_eq!(fs::read(trial.join("model.safetensors")).unwrap(), weights);

    // Without a checkpoint it begins again, and the old records are kept.
    fs::remove_dir_all(trial.join("checkpoint")).unwrap();
    for file in ["metrics.json", "model.json", "model.safetensors"] {
        fs::remove_file(trial.join(file)).unwrap();
    }
    compare(&datasets, only, &settings, folder.path()).0.unwrap();
    assert_eq!(fs::read(trial.join("model.safetensors")).unwrap(), weights);
    assert!(trial.join("train-interrupted.jsonl").is_file());
}

#[test]
fn an_evaluation_that_was_cut_short_is_completed_and_counted_once() {
    let (datasets, settings) = (phantom(), tiny(TWO));
    let folder = tempfile::tempdir().unwrap();
    let only = (&CANDIDATES[..1], &[4][..], 1);
    compare(&datasets, only, &settings, folder.path()).0.unwrap();
    let trial = folder.path().join("trials/official/phantom/zo-darts-plus/seed-4");
    let read =
        || ["metrics.json", "truth.csv", "predictions.csv"].map(|file| fs::read(trial.join(file)).unwrap());
    let whole = read();
    // As if killed after its figures, and after its labels.
    for gone in [&["truth.csv", "predictions.csv"][..], &["predictions.csv"]] {
        for file in gone {
            fs::remove_file(trial.join(file)).unwrap();
        }
        let (_, begun, found) = compare(&datasets, only, &settings, folder.path());
        assert_eq!((begun, found), (1, 0));
        assert!(read() == whole);
    }
}

#[test]
fn a_damaged_trial_fails_alone_and_stays_as_it_is() {
    let (datasets, settings) = (phantom(), tiny(TWO));
    let folder = tempfile::tempdir().unwrap();
    let both = (&CANDIDATES[1..], &[1][..], 1);
    compare(&datasets, both, &settings, folder.path()).0.unwrap();
    let metrics = folder.path().join("trials/official/phantom/random/seed-1/metrics.json");
    fs::write(&metrics, "{ \"acc\": 1.0").unwrap();
    let (comparison, begun, found) = compare(&datasets, both, &settings, folder.path());
    let comparison = comparison.unwrap();
    assert_eq!((begun, found), (0, 1));
    assert_eq!((comparison.rows.len(), comparison.failures.len()), (1, 1));
    assert!(comparison.failures[0].reason.contains("metrics.json"), "{:?}", comparison.failures);
    assert_eq!(fs::read_to_string(&metrics).unwrap(), "{ \"acc\": 1.0");
    assert!(comparison.markdown().contains("## Failed trials"));
}

#[test]
fn a_trial_that_another_process_runs_is_left_to_it() {
    let (datasets, settings) = (phantom(), tiny(TWO));
    let folder = tempfile::tempdir().unwrap();
    let both = (&CANDIDATES[1..], &[1][..], 1);
    let trials = folder.path().join("trials/official/phantom/random");
    fs::create_dir_all(&trials).unwrap();
    let lock = Lock::beside(&trials.join("seed-1")).unwrap();
    let comparison = compare(&datasets, both, &settings, folder.path()).0.unwrap();
    assert_eq!((comparison.rows.len(), comparison.failures.len()), (1, 1));
    let reason = &comparison.failures[0].reason;
    assert!(reason.contains("seed-1: another zodarts (process "), "{reason}");
    assert!(!trials.join("seed-1").exists());
    drop(lock);
    assert_eq!(compare(&datasets, both, &settings, folder.path()).0.unwrap().rows.len(), 2);
}

#[test]
fn trials_of_another_configuration_and_repetitions_are_refused() {
    let (datasets, settings) = (phantom(), tiny(TWO));
    let folder = tempfile::tempdir().unwrap();
    let only = (&CANDIDATES[2..], &[1][..], 1);
    compare(&datasets, only, &settings, folder.path()).0.unwrap();

    let mut longer = settings.clone();
    longer.train.epochs = 3;
    let (refused, begun, _) = compare(&datasets, only, &longer, folder.path());
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("`train.epochs` = 2, not 3") && begun == 0, "{message}");

    let (refused, ..) = compare(&datasets, (&CANDIDATES[2..], &[1, 1], 1), &settings, folder.path());
    assert!(refused.unwrap_err().to_string().contains("seed 1 is given twice"));
    let twice = [phantom(), phantom()].concat();
    let (refused, ..) = compare(&twice, only, &settings, folder.path());
    assert!(refused.unwrap_err().to_string().contains("data set phantom is given twice"));
}

#[test]
fn protocol_paper_takes_the_best_epoch_on_the_test_images() {
    let (datasets, mut settings) = (phantom(), tiny(TWO));
    settings.train.epochs = 4;
    let folder = tempfile::tempdir().unwrap();
    let only = (&CANDIDATES[2..], &[1][..], 1);
    let (comparison, ..) = compare_under(Protocol::Paper, &datasets, only, &settings, folder.path());
    let comparison = comparison.unwrap();
    let row = &comparison.rows[0];
    assert!(row.val_acc.is_none(), "its training saw the validation images");
    let last = row.last_epoch_acc.unwrap();
    assert!(last.mean <= row.acc.mean && last.n == 3, "the best epoch is no worse than the last");
    assert!(comparison.markdown().contains("| published ACC | last epoch |"));
    assert!(comparison.markdown().contains("Protocol `paper`: the authors' way"));

    let trial = folder.path().join("trials/paper/phantom/random/seed-1");
    let bests: Vec<f64> = (1..=3)
        .map(|retrain| {
            let run = RunFolder::open(&trial.join(format!("retrain-{retrain}"))).unwrap();
            let records: Vec<TrainRecord> = run.records("train.jsonl").unwrap();
            let best = records.iter().map(|record| record.val_acc).fold(0.0, f64::max);
            let metrics = run.metrics("test").unwrap().unwrap();
            assert_eq!((metrics.protocol, metrics.test_reads), (Protocol::Paper, 5));
            assert_eq!(metrics.report.acc, best);
            assert_eq!(records[metrics.selected_epoch.unwrap()].val_acc, best);
            assert_eq!(metrics.report.n, datasets[0].dataset.test.unseal().len());
            best
        })
        .collect();
    assert_eq!((row.acc.n, row.genotypes.len()), (3, 1));
    assert!((row.acc.mean - bests.iter().sum::<f64>() / 3.0).abs() < 1e-12, "{bests:?}");
}

#[test]
fn a_training_of_protocol_paper_that_was_cut_short_is_the_only_one_to_go_on() {
    let (datasets, settings) = (phantom(), tiny(TWO));
    let folder = tempfile::tempdir().unwrap();
    let only = (&CANDIDATES[..1], &[1][..], 1);
    let compare = || compare_under(Protocol::Paper, &datasets, only, &settings, folder.path());
    let whole = lasting(&compare().0.unwrap());
    let trial = folder.path().join("trials/paper/phantom/zo-darts-plus/seed-1");
    assert!(!trial.join("train.jsonl").exists() && trial.join("search.json").is_file());
    let weights =
        |retrain: usize| fs::read(trial.join(format!("retrain-{retrain}/model.safetensors"))).unwrap();
    let (first, second) = (weights(1), weights(2));
    assert_ne!(first, second, "trainings differ");

    for file in ["metrics.json", "model.json", "model.safetensors", "checkpoint/latest.safetensors"] {
        fs::remove_file(trial.join("retrain-2").join(file)).unwrap();
    }
    let old = fs::read(trial.join("retrain-3/train.jsonl")).unwrap();
    let (resumed, begun, found) = compare();
    assert_eq!((begun, found), (1, 0));
    assert_eq!(lasting(&resumed.unwrap()), whole);
    assert_eq!((weights(1), weights(2)), (first, second));
    assert_eq!(fs::read(trial.join("retrain-3/train.jsonl")).unwrap(), old);

    // A training of other settings is found out, too.
    let config = trial.join("retrain-3/config.toml");
    let other = fs::read_to_string(&config).unwrap().replace("cutmix", "none").replace("mixup", "none");
    fs::write(&config, other).unwrap();
    let message = compare().0.unwrap_err().to_string();
    assert!(message.contains("retrain-3") && message.contains("`train.mix`"), "{message}");
}

#[test]
fn random_search_with_shared_weights_is_trained_like_any_other_and_draws_no_mixture() {
    let (datasets, settings) = (phantom(), tiny(TWO));
    let folder = tempfile::tempdir().unwrap();
    let only = (&[Candidate::RandomWs][..], &[1][..], 1);
    let (comparison, ..) = compare(&datasets, only, &settings, folder.path());
    let row = comparison.unwrap().rows.remove(0);
    let search = row.search.unwrap();
    assert!(search.mixed_acc.is_none() && search.live_operations.is_none());

    let trial = folder.path().join("trials/official/phantom/random-ws/seed-1");
    let run = RunFolder::open(&trial).unwrap();
    let sample: Vec<ScoredGenotype> = run.record("random-ws.json").unwrap().unwrap();
    let best = sample.iter().map(|scored| scored.acc).fold(0.0, f64::max);
    let chosen = sample.iter().find(|scored| scored.genotype == row.genotypes[0]).unwrap();
    assert_eq!((sample.len(), chosen.acc, search.discrete_acc.unwrap().mean), (SCORED, best, best));
    assert_eq!(run.metrics("test").unwrap().unwrap().genotype, Some(chosen.genotype));
    assert!(!folder.path().join("figure-1-phantom.svg").exists());

    // As if killed while it trained the weights.
    for file in ["search.json", "metrics.json", "model.json"] {
        fs::remove_file(trial.join(file)).unwrap();
    }
    let (resumed, ..) = compare(&datasets, only, &settings, folder.path());
    assert_eq!(resumed.unwrap().rows[0].genotypes, row.genotypes);
    assert_eq!(fs::read_to_string(trial.join("random-ws.jsonl")).unwrap().lines().count(), 2);
}

const ENDS: [Candidate; 2] = [Candidate::OfSample(End::Best), Candidate::OfSample(End::Worst)];

#[test]
fn best_and_worst_share_a_sample_that_two_jobs_make_once() {
    let (datasets, mut settings) = (phantom(), tiny(TWO));
    settings.train.epochs = 3;
    let folder = tempfile::tempdir().unwrap();
    let compare = |jobs| compare(&datasets, (&ENDS, &[1], jobs), &settings, folder.path()).0.unwrap();
    let comparison = compare(2);
    assert!(comparison.failures.is_empty(), "{:?}", comparison.failures);

    let place = folder.path().join("trials/official/phantom/sample-32");
    let run = RunFolder::open(&place.join("seed-1")).unwrap();
    let sample: Vec<Sampled> = run.records("sample.jsonl").unwrap();
    let genotypes: HashSet<_> = sample.iter().map(|sampled| sampled.genotype).collect();
    assert_eq!((sample.len(), genotypes.len()), (32, 32));
    assert!(sample.iter().all(|sampled| sampled.epochs == 1));
    let acc_of = |row: usize| {
        let genotype = comparison.rows[row].genotypes[0];
        sample.iter().find(|sampled| sampled.genotype == genotype).unwrap().val_acc
    };
    assert_eq!((acc_of(0), acc_of(1)), extremes(&sample));
    let passes: usize = sample.iter().map(|sampled| sampled.passes).sum();
    for row in &comparison.rows {
        let search = row.search.as_ref().unwrap();
        assert_eq!((search.passes.mean, search.discrete_acc), (passes as f64, None));
    }
    let row = &comparison.samples[0];
    assert_eq!((row.smallest.mean, row.largest.mean), (acc_of(1), acc_of(0)));
    assert!(row.params_correlation.is_some() && comparison.markdown().contains("phantom: the sample of 32"));

    // As if killed while it wrote the fourth line of the sample.
    let text = fs::read_to_string(run.path().join("sample.jsonl")).unwrap();
    let third_ends = text.match_indices('\n').nth(2).unwrap().0;
    fs::write(run.path().join("sample.jsonl"), &text[..third_ends + 20]).unwrap();
    fs::remove_dir_all(folder.path().join("trials/official/phantom/best-of-32")).unwrap();
    assert_eq!(lasting(&compare(1)), lasting(&comparison));
    let resumed: Vec<Sampled> = run.records("sample.jsonl").unwrap();
    assert_eq!(resumed[..3], sample[..3]);
    let merits = |sample: &[Sampled]| -> Vec<_> {
        sample.iter().map(|one| (one.genotype, one.val_acc, one.val_auc)).collect()
    };
    assert_eq!(merits(&resumed), merits(&sample));

    // The sample alone is refused as well if it is another one.
    fs::remove_dir_all(folder.path().join("trials/official/phantom/worst-of-32")).unwrap();
    fs::remove_dir_all(folder.path().join("trials/official/phantom/best-of-32")).unwrap();
    let mut other = settings.clone();
    other.train.label_smoothing = 0.2;
    let only = (&ENDS[..1], &[1][..], 1);
    let (refused, ..) = compare_under(Protocol::Official, &datasets, only, &other, folder.path());
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("sample-32") && message.contains("`train.label_smoothing`"), "{message}");
}

/// Largest and smallest validation ACC.
fn extremes(sample: &[Sampled]) -> (f64, f64) {
    let accs = || sample.iter().map(|sampled| sampled.val_acc);
    (accs().fold(0.0, f64::max), accs().fold(1.0, f64::min))
}

#[test]
fn what_is_chosen_on_validation_images_is_refused_where_training_sees_them() {
    let (datasets, settings) = (phantom(), tiny(TWO));
    let folder = tempfile::tempdir().unwrap();
    let (refused, ..) =
        compare_under(Protocol::Paper, &datasets, (&ENDS[1..], &[1], 1), &settings, folder.path());
    let message = refused.unwrap_err().to_string();
    assert!(message.starts_with("worst-of-32 is chosen on the validation images"), "{message}");
    assert!(
        Candidate::all()
            .filter(|candidate| candidate.runs_under(Protocol::Paper))
            .all(|one| !ENDS.contains(&one))
    );
}
