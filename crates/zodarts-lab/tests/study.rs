//! A study end to end, on the phantom and with a supernet small enough to be quick.

use std::sync::atomic::{AtomicUsize, Ordering};
use zodarts_data::{Dataset, OpenOptions};
use zodarts_lab::study::{Study, StudyPlan, StudySettings, study};
use zodarts_nas::memory::Memory;
use zodarts_nas::methods::{AnyMethod, DartsUnrolled, ZoDarts, ZoDartsPlus, ZoDartsWide};
use zodarts_nas::observer::Silent;
use zodarts_nas::search::SearchInput;
use zodarts_nas::stage::Deadline;
use zodarts_run::settings::{Auto, Checked, SearchSettings};

fn tiny() -> SearchSettings {
    SearchSettings {
        epochs: 3,
        channels: 1,
        cells: 1,
        batch_size: Auto::Fixed(12),
        input_size: Auto::Fixed(8),
        ..SearchSettings::default()
    }
}

/// Methods with rounds of one step.
fn methods() -> Vec<AnyMethod> {
    let zo = ZoDarts { steps: 1, ..ZoDarts::default() };
    vec![
        ZoDartsPlus { zo, ..ZoDartsPlus::default() }.into(),
        ZoDartsWide { steps: 1, directions: 1, ..ZoDartsWide::default() }.into(),
        DartsUnrolled { steps: 1, ..DartsUnrolled::default() }.into(),
    ]
}

fn plan() -> StudySettings {
    StudySettings { snapshot_epochs: vec![1], draws: 2, width: 0.4, passes: 8 }
}

/// The study on some threads, and the passes it told of.
fn run(threads: usize) -> (Study, usize) {
    let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
    let development = dataset.train.merged(&dataset.val);
    let (search, methods) = (tiny(), methods());
    let input = SearchInput {
        info: &dataset.info,
        development: &development,
        settings: Checked::of(&search).unwrap(),
        method: Checked::of(&*methods[0]).unwrap(),
        mixing: None,
        seed: 5,
        deadline: Deadline::NONE,
        memory: Memory::available(),
        store: None,
    };
    let told = AtomicUsize::new(0);
    let tick = |passes| {
        told.fetch_add(passes, Ordering::Relaxed);
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut kept = None;
    let mut keep = |study: &Study| {
        kept = Some(study.markdown());
        Ok(())
    };
    let settings = plan();
    let plan = StudyPlan { settings: &settings, methods: &methods };
    let found = pool.install(|| study(input, plan, &mut Silent, &tick, &mut keep).unwrap());
    assert_eq!(kept, Some(found.markdown()), "the last snapshot is kept, too");
    (found, told.into_inner())
}

#[test]
fn a_study_repeats_bit_for_bit_on_any_number_of_threads_and_knows_its_passes() {
    let (study, told) = run(1);
    assert_eq!(told, plan().total_passes(tiny().space, &methods()));
    let [snapshot] = &study.snapshots[..] else { panic!("one snapshot") };
    assert!(snapshot.reference.gradient.iter().any(|g| *g != 0.0));
    assert!(snapshot.rows.iter().all(|(_, agreement)| agreement.cosine.is_finite()));
    let (again, _) = run(3);
    assert_eq!(again.csv(), study.csv());
    assert_eq!(again.markdown(), study.markdown());
    check_files(&study);
}

fn check_files(study: &Study) {
    let out = tempfile::tempdir().unwrap();
    study.write(out.path()).unwrap();
    let read = |name: &str| std::fs::read_to_string(out.path().join(name)).unwrap();
    assert_eq!(read("study.md"), study.markdown());
    assert_eq!(read("study.csv").lines().count(), 1 + study.snapshots[0].rows.len());
    assert!(read("study.json").contains("\"agreement\""));
    assert!(read("estimates-1.svg").contains("K, directions"));
}
