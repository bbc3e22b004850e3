//! Arguments of `train`.

use super::{DataOptions, PredictOptions, RunOptions, SourceOptions};
use crate::resolve::Layer;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;
use zodarts_run::settings::Auto;

/// Arguments of `train`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct TrainArgs {
    /// `phantom`, a MedMNIST name, an .npz file, or a folder of images by class [default: the data of --run]
    #[arg(required_unless_present = "from")]
    pub data: Option<String>,
    /// Architecture in NAS-Bench-201's form, as `zodarts search` prints it
    #[arg(long, value_name = "STRING", conflicts_with_all = ["from", "architecture"])]
    pub genotype: Option<String>,
    /// Folder of a search: take its genotype, settings and data, and write the model there
    #[arg(id = "from", long = "run", value_name = "DIR", conflicts_with_all = ["architecture", "preset"])]
    pub from: Option<PathBuf>,
    /// The run.
    #[command(flatten)]
    pub run: RunOptions,
    /// How the images are brought in.
    #[command(flatten)]
    pub options: DataOptions,
    /// Where they may come from.
    #[command(flatten)]
    pub source: SourceOptions,
    /// The training.
    #[command(flatten)]
    pub train: TrainOptions,
    /// What becomes of the predictions.
    #[command(flatten)]
    pub predict: PredictOptions,
}

impl TrainArgs {
    /// The settings given as options; a genotype asks for its own network.
    pub fn layer(&self) -> Layer {
        let given = self.genotype.is_some() || self.from.is_some();
        let architecture = self.train.architecture.clone().or(given.then(|| "genotype".into()));
        Layer {
            seed: self.run.seed,
            data: self.options.clone(),
            train: TrainOptions { architecture, ..self.train.clone() },
            predict: self.predict.clone(),
            ..Layer::default()
        }
    }
}

/// The settings of section `train`, where given.
#[derive(Clone, Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Training options")]
pub struct TrainOptions {
    /// Kind of network
    #[arg(long, value_parser = ["genotype", "resnet18"])]
    pub architecture: Option<String>,
    /// Passes over the training images
    #[arg(long, value_name = "N")]
    pub epochs: Option<usize>,
    /// Images of a batch; auto follows the data set
    #[arg(long, value_name = "N|auto")]
    pub batch_size: Option<Auto>,
    /// Channels of the first stage (ResNet-18 has 64 of its own)
    #[arg(long, value_name = "N")]
    pub channels: Option<usize>,
    /// Cells of each stage
    #[arg(long, value_name = "N")]
    pub cells: Option<usize>,
    /// Side of the network's input; auto is 32 for 28×28 images, else the images' own
    #[arg(long, value_name = "N|auto")]
    pub input_size: Option<Auto>,
    /// Mirror images at random
    #[arg(long, value_name = "BOOL")]
    pub flip: Option<bool>,
    /// Zero padding before a random crop; auto is an eighth of the input's side
    #[arg(long, value_name = "N|auto")]
    pub crop_padding: Option<Auto>,
    /// Blending of images in pairs
    #[arg(long, value_parser = ["none", "mixup", "cutmix"])]
    pub mix: Option<String>,
    /// α of the Beta(α, α) from which the share of a blend is drawn
    #[arg(long, value_name = "X")]
    pub mix_alpha: Option<f64>,
    /// Label smoothing
    #[arg(long, value_name = "X")]
    pub label_smoothing: Option<f64>,
    /// Weights of the classes in the loss
    #[arg(long, value_parser = ["none", "balanced"])]
    pub class_weights: Option<String>,
    /// Highest learning rate
    #[arg(long, value_name = "X")]
    pub learning_rate: Option<f64>,
    /// Epochs of linear warm-up, at most a tenth of all
    #[arg(long, value_name = "N")]
    pub warmup_epochs: Option<usize>,
    /// Share of the learning rate the warm-up starts from
    #[arg(long, value_name = "X")]
    pub warmup_start: Option<f64>,
    /// Momentum
    #[arg(long, value_name = "X")]
    pub momentum: Option<f64>,
    /// Nesterov's momentum
    #[arg(long, value_name = "BOOL")]
    pub nesterov: Option<bool>,
    /// Weight decay
    #[arg(long, value_name = "X")]
    pub weight_decay: Option<f64>,
    /// Largest gradient norm; 0 does not clip
    #[arg(long, value_name = "X")]
    pub clip: Option<f64>,
    /// Stop after N epochs without a better validation result; 0 never stops early
    #[arg(long, value_name = "N")]
    pub patience: Option<usize>,
    /// Which epoch's weights are kept: best by validation AUC, or last
    #[arg(long, value_parser = ["best", "last"])]
    pub selection: Option<String>,
    /// How 3×3 convolutions are computed: by Winograd where it is faster, or exactly as defined
    #[arg(long, value_parser = ["fast", "direct"], help_heading = "Engine")]
    pub convolutions: Option<String>,
}
