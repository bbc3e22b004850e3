//! Heat maps lie on what decides: on the phantom that is the lesion, whose place is known.

use std::sync::{Arc, LazyLock};
use zodarts_data::rng::stream;
use zodarts_data::source::phantom;
use zodarts_data::{Dataset, OpenOptions};
use zodarts_nas::explain::{Explainer, Heat};
use zodarts_nas::memory::Memory;
use zodarts_nas::model::{Model, network_input};
use zodarts_nas::observer::Silent;
use zodarts_nas::protocol::Protocol;
use zodarts_nas::stage::Deadline;
use zodarts_nas::train::{TrainInput, train};
use zodarts_nn::init::initial_values;
use zodarts_run::settings::{Checked, Preset};

/// The genotype that `zodarts fit` finds on the phantom.
const GENOTYPE: &str =
    "|avg_pool_3x3~0|+|none~0|nor_conv_3x3~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|";

static DATASET: LazyLock<Dataset> =
    LazyLock::new(|| Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap());

/// That network, trained as `zodarts fit` trains it.
static TRAINED: LazyLock<Model> = LazyLock::new(|| {
    let settings = Preset::Quick.settings();
    let input = TrainInput {
        info: &DATASET.info,
        train: &DATASET.train,
        val: &DATASET.val,
        protocol: Protocol::Official,
        genotype: Some(GENOTYPE.parse().unwrap()),
        settings: Checked::of(&settings.train).unwrap(),
        seed: 0,
        deadline: Deadline::NONE,
        memory: Memory::available(),
        store: None,
    };
    let trained = train(input, &mut Silent).unwrap();
    assert!(trained.val_acc > 0.85, "the network learned nothing: validation ACC {}", trained.val_acc);
    trained.model
});

/// The same network with the weights it began with, or others.
fn randomised(seed: u64) -> Model {
    let network = Arc::new(TRAINED.card.network().unwrap());
    let weights = initial_values(&network.weights, &mut stream(seed, "weights", 0));
    let statistics = initial_values(&network.statistics, &mut stream(seed, "statistics", 0));
    Model { card: TRAINED.card.clone(), network, weights, statistics }
}

/// Heat of a validation image.
fn heat(explainer: &mut Explainer, model: &Model, position: usize, class: Option<usize>) -> Heat {
    explainer.explain(&network_input(&model.card, &DATASET.val.image(position)), class)
}

/// Returns how much more of the heat for the decision lies on the lesion than would by chance, and how strong
/// it is at its maximum, as means over the validation images.
fn concentration(model: &Model) -> (f64, f64) {
    let mut explainer = Explainer::new(model);
    let (mut times, mut strongest, mut counted) = (0.0, 0.0, 0);
    for position in 0..DATASET.val.len() {
        let found = heat(&mut explainer, model, position, None);
        let values = found.resized(28, 28);
        let lesion = phantom::lesion(0, DATASET.train.len() + position);
        let speaking = |value: &f32| f64::from(value.max(0.0));
        let total: f64 = values.iter().map(speaking).sum();
        let on: f64 =
            values.iter().zip(&lesion).filter(|(_, inside)| **inside).map(|(value, _)| speaking(value)).sum();
        let area = lesion.iter().filter(|inside| **inside).count() as f64 / lesion.len() as f64;
        if total > 0.0 {
            times += on / total / area;
            counted += 1;
        }
        strongest += found.values.iter().fold(0.0, |most: f64, value| most.max(f64::from(value.abs())));
    }
    (times / f64::from(counted), strongest / DATASET.val.len() as f64)
}

/// One test, because nextest runs each in a process of its own, which would train the network again.
#[test]
fn heat_is_the_evidence_of_a_trained_network() {
    heat_lies_on_the_lesion_and_vanishes_for_a_network_that_knows_nothing();
    evidence_for_one_class_is_evidence_against_the_other();
    heat_has_the_score_of_the_evaluation();
}

fn heat_lies_on_the_lesion_and_vanishes_for_a_network_that_knows_nothing() {
    let (trained, strong) = concentration(&TRAINED);
    let random: Vec<(f64, f64)> = (0..3).map(|seed| concentration(&randomised(seed))).collect();
    eprintln!("times chance, strongest log-odds: trained {trained:.2}, {strong:.1}; random {random:.2?}");
    assert!(trained > 1.5, "heat on the lesion is {trained} times chance");
    for (times, weak) in random {
        assert!(times < 1.0 + (trained - 1.0) / 3.0, "a random network's heat is {times} times chance");
        assert!(weak < strong / 5.0, "a random network's log-odds are {weak}, a trained one's {strong}");
    }
}

fn evidence_for_one_class_is_evidence_against_the_other() {
    let mut explainer = Explainer::new(&TRAINED);
    let [smooth, spiculated] = [0, 1].map(|class| heat(&mut explainer, &TRAINED, 5, Some(class)));
    assert_eq!((smooth.class, spiculated.class), (0, 1));
    assert!((smooth.score + spiculated.score - 1.0).abs() < 1e-6);
    assert!(smooth.values.iter().zip(&spiculated.values).all(|(a, b)| (a + b).abs() < 1e-5));
}

fn heat_has_the_score_of_the_evaluation() {
    let mut explainer = Explainer::new(&TRAINED);
    let scores = TRAINED.scores(&DATASET.val).unwrap();
    for (position, row) in scores.rows().enumerate().take(10) {
        let found = heat(&mut explainer, &TRAINED, position, Some(1));
        assert!((found.score - row[1]).abs() < 1e-6, "{position}: {} for {}", found.score, row[1]);
    }
}
