//! Tests that settings of the engine change the time and memory of a search, but not its result.

use zodarts_data::{Dataset, OpenOptions};
use zodarts_nas::Error;
use zodarts_nas::memory::Memory;
use zodarts_nas::methods::{SearchMethod, ZoDarts, ZoDartsPlus};
use zodarts_nas::observer::Silent;
use zodarts_nas::protocol::Protocol;
use zodarts_nas::search::{SearchInput, SearchOutcome, search};
use zodarts_nas::settings::{Auto, Chains, Checked, Convolutions, Extent, SearchSettings, TrainSettings};
use zodarts_nas::stage::Deadline;
use zodarts_nas::train::{TrainInput, train};

fn phantom() -> Dataset {
    Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap()
}

fn tiny() -> SearchSettings {
    SearchSettings {
        epochs: 1,
        channels: 8,
        cells: 1,
        batch_size: Auto::Fixed(48),
        input_size: Auto::Fixed(12),
        ..SearchSettings::default()
    }
}

fn method() -> ZoDartsPlus {
    ZoDartsPlus { zo: ZoDarts { steps: 3, ..ZoDarts::default() }, ..ZoDartsPlus::default() }
}

fn run(settings: &SearchSettings, memory: Memory) -> Result<SearchOutcome, Error> {
    run_by(&method(), settings, memory)
}

fn run_by(method: &ZoDartsPlus, settings: &SearchSettings, memory: Memory) -> Result<SearchOutcome, Error> {
    let dataset = phantom();
    let development = dataset.train.merged(&dataset.val);
    let input = SearchInput {
        info: &dataset.info,
        development: &development,
        settings: Checked::of(settings).unwrap(),
        method: Checked::of(method as &dyn SearchMethod).unwrap(),
        mixing: None,
        seed: 5,
        deadline: Deadline::NONE,
        memory,
        store: None,
    };
    search(input, &mut Silent)
}

/// Returns α and weights of a search.
fn found(settings: &SearchSettings) -> (Vec<f32>, Vec<f32>) {
    let outcome = run(settings, Memory::available()).unwrap();
    (outcome.alpha, outcome.weights)
}

#[test]
fn chains_find_the_same_bits_together_and_in_turn() {
    let with = |chains| found(&SearchSettings { chains, ..tiny() });
    let together = with(Chains::Together);
    assert!(together == with(Chains::InTurn));
    assert!(together == with(Chains::Auto));
}

#[test]
fn operations_without_weight_make_no_difference() {
    // At a low temperature sparsemax keeps few operations.
    let mut method = method();
    method.annealing.temperature = 1e-3;
    let with = |operations| {
        let settings = SearchSettings { operations, ..tiny() };
        let outcome = run_by(&method, &settings, Memory::available()).unwrap();
        (outcome.alpha, outcome.weights)
    };
    assert!(with(Extent::Support) == with(Extent::All));
}

#[test]
fn direct_convolutions_agree_with_fast_ones_up_to_rounding() {
    let loss = |convolutions| {
        let settings = SearchSettings { convolutions, batch_size: Auto::Fixed(500), ..tiny() };
        found(&settings).1
    };
    let (fast, direct) = (loss(Convolutions::Fast), loss(Convolutions::Direct));
    assert!(fast != direct, "the setting is not passed on");
    let difference = fast.iter().zip(&direct).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(difference < 1e-3, "{difference}");
}

#[test]
fn what_does_not_fit_is_refused() {
    let settings = SearchSettings { batch_size: Auto::Fixed(4096), ..tiny() };
    let Err(Error::Memory(error)) = run(&settings, Memory::of(1 << 21)) else { panic!("not refused") };
    assert_eq!((error.section, error.available), ("search", 1 << 21));
    assert!(error.needed > error.available && error.largest < error.batch, "{error:?}");

    let dataset = phantom();
    let settings = TrainSettings::default();
    let input = TrainInput {
        info: &dataset.info,
        train: &dataset.train,
        val: &dataset.val,
        protocol: Protocol::Official,
        genotype: Some("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|".parse().unwrap()),
        settings: Checked::of(&settings).unwrap(),
        seed: 1,
        deadline: Deadline::NONE,
        memory: Memory::of(1 << 20),
        store: None,
    };
    let Err(Error::Memory(error)) = train(input, &mut Silent) else { panic!("not refused") };
    assert_eq!((error.section, error.largest), ("train", 0));
}
