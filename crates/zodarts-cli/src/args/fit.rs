//! Arguments of `fit`.

use super::{DataOptions, PredictOptions, RunOptions, SearchOptions, SourceOptions, TrainOptions};
use crate::args::search::methods;
use crate::resolve::Layer;
use clap::Args;

/// Arguments of `fit`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct FitArgs {
    /// `phantom`, a MedMNIST name, an .npz file, or a folder of images by class [default: phantom]
    pub data: Option<String>,
    /// Search method
    #[arg(long, value_parser = methods())]
    pub method: Option<String>,
    /// Kind of network; resnet18 skips the search
    #[arg(long, value_parser = ["genotype", "resnet18"])]
    pub architecture: Option<String>,
    /// Epochs of search
    #[arg(long, value_name = "N")]
    pub search_epochs: Option<usize>,
    /// Epochs of training
    #[arg(long, value_name = "N")]
    pub train_epochs: Option<usize>,
    /// Weights of the classes in the training loss
    #[arg(long, value_parser = ["none", "balanced"])]
    pub class_weights: Option<String>,
    /// Stop training after N epochs without a better validation result; 0 never stops early
    #[arg(long, value_name = "N")]
    pub patience: Option<usize>,
    /// How 3×3 convolutions are computed: by Winograd where it is faster, or exactly as defined
    #[arg(long, value_parser = ["fast", "direct"], help_heading = "Engine")]
    pub convolutions: Option<String>,
    /// The run.
    #[command(flatten)]
    pub run: RunOptions,
    /// What becomes of the predictions.
    #[command(flatten)]
    pub predict: PredictOptions,
    /// How the images are brought in.
    #[command(flatten)]
    pub options: DataOptions,
    /// Where they may come from.
    #[command(flatten)]
    pub source: SourceOptions,
}

impl FitArgs {
    /// The settings given as options.
    pub fn layer(&self) -> Layer {
        Layer {
            seed: self.run.seed,
            data: self.options.clone(),
            search: SearchOptions {
                method: self.method.clone(),
                epochs: self.search_epochs,
                convolutions: self.convolutions.clone(),
                ..SearchOptions::default()
            },
            train: TrainOptions {
                architecture: self.architecture.clone(),
                epochs: self.train_epochs,
                class_weights: self.class_weights.clone(),
                patience: self.patience,
                convolutions: self.convolutions.clone(),
                ..TrainOptions::default()
            },
            predict: self.predict.clone(),
        }
    }
}
