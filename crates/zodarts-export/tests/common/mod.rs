//! Networks of every kind.

use zodarts_data::rng::stream;
use zodarts_data::{DatasetInfo, ImageFit, Standardise, Task};
use zodarts_nas::genotype::Genotype;
use zodarts_nas::model::{Model, ModelCard};
use zodarts_nas::settings::Architecture;
use zodarts_nn::init::initial_values;

/// The properties of a network that show in an exported file.
#[derive(Clone)]
pub struct Kind {
    pub architecture: Architecture,
    pub genotype: &'static str,
    pub task: Task,
    pub classes: usize,
    pub channels: usize,
    /// Height and width of an image.
    pub image: (usize, usize),
    /// Side of the network's input.
    pub side: usize,
    pub standardise: Standardise,
}

pub const PLAIN: Kind = Kind {
    architecture: Architecture::Genotype,
    genotype: "|nor_conv_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_3x3~2|",
    task: Task::BinaryClass,
    classes: 2,
    channels: 1,
    image: (28, 28),
    side: 28,
    standardise: Standardise::None,
};

/// Returns a network of a kind, with weights and statistics that are drawn.
pub fn model(kind: &Kind) -> Model {
    let classes: Vec<String> =
        (0..kind.classes).map(|class| format!("class \"{class}\" of\\{{{{ äß\n")).collect();
    let card = ModelCard {
        format: ModelCard::FORMAT,
        architecture: kind.architecture,
        genotype: (kind.architecture == Architecture::Genotype)
            .then(|| kind.genotype.parse::<Genotype>().unwrap()),
        channels: 6,
        cells: 2,
        input_size: kind.side,
        standardise: kind.standardise,
        dataset: DatasetInfo {
            slices: None,
            name: "a \"\"\" of \\ strange\nname".into(),
            size_flag: String::new(),
            task: kind.task,
            classes,
            channels: kind.channels,
            height: kind.image.0,
            width: kind.image.1,
            fit: ImageFit::Squeeze,
            fingerprint: "0".repeat(64),
        },
        threshold: None,
        label_thresholds: None,
        sets: None,
    };
    let network = card.network().unwrap();
    let mut weights = initial_values(&network.weights, &mut stream(1, "weights", 0));
    // Normalisations that do something, with variances above 0.
    for tensor in network.weights.tensors().iter().filter(|tensor| tensor.name.contains("bn")) {
        for (at, weight) in weights[tensor.range.clone()].iter_mut().enumerate() {
            *weight += 0.3 * (at as f32 * 1.7).sin();
        }
    }
    let mut statistics: Vec<f32> =
        (0..network.statistics.len()).map(|at| 0.6 + 0.4 * (at as f32 * 0.9).cos()).collect();
    // Means around 0, or all values behind a ReLU would be 0.
    for tensor in network.statistics.tensors().iter().filter(|tensor| tensor.name.ends_with("running_mean")) {
        statistics[tensor.range.clone()].iter_mut().for_each(|mean| *mean -= 0.6);
    }
    Model { card, network: network.into(), weights, statistics }
}
