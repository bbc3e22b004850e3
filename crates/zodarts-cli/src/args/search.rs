//! Arguments of `search`.

use super::{DataOptions, RunOptions, SourceOptions};
use crate::resolve::Layer;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use serde::Serialize;
use zodarts_nas::methods::MethodKind;
use zodarts_run::settings::Auto;

/// Arguments of `search`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct SearchArgs {
    /// `phantom`, a MedMNIST name, an .npz file, or a folder of images by class
    pub data: String,
    /// The run.
    #[command(flatten)]
    pub run: RunOptions,
    /// How the images are brought in.
    #[command(flatten)]
    pub options: DataOptions,
    /// Where they may come from.
    #[command(flatten)]
    pub source: SourceOptions,
    /// The search.
    #[command(flatten)]
    pub search: SearchOptions,
}

impl SearchArgs {
    /// The settings given as options.
    pub fn layer(&self) -> Layer {
        Layer {
            seed: self.run.seed,
            data: self.options.clone(),
            search: self.search.clone(),
            ..Layer::default()
        }
    }
}

/// The settings of section `search`, where given.
#[derive(Clone, Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Search options")]
pub struct SearchOptions {
    /// Search method
    #[arg(long, value_parser = methods())]
    pub method: Option<String>,
    /// Passes over the images of the weights
    #[arg(long, value_name = "N")]
    pub epochs: Option<usize>,
    /// Images of a batch; auto follows the data set
    #[arg(long, value_name = "N|auto")]
    pub batch_size: Option<Auto>,
    /// Channels of the first stage
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
    /// Learning rate of the weights at the start
    #[arg(long, value_name = "X")]
    pub learning_rate: Option<f64>,
    /// Learning rate of the weights at the end of the cosine
    #[arg(long, value_name = "X")]
    pub learning_rate_end: Option<f64>,
    /// Momentum of the weights
    #[arg(long, value_name = "X")]
    pub momentum: Option<f64>,
    /// Nesterov's momentum
    #[arg(long, value_name = "BOOL")]
    pub nesterov: Option<bool>,
    /// Weight decay of the weights
    #[arg(long, value_name = "X")]
    pub weight_decay: Option<f64>,
    /// Largest gradient norm of the weights; 0 does not clip
    #[arg(long, value_name = "X")]
    pub clip: Option<f64>,
    /// Learning rate of the architecture parameters α
    #[arg(long, value_name = "X")]
    pub alpha_learning_rate: Option<f64>,
    /// β₁ of α's Adam
    #[arg(long, value_name = "X")]
    pub alpha_beta1: Option<f64>,
    /// β₂ of α's Adam
    #[arg(long, value_name = "X")]
    pub alpha_beta2: Option<f64>,
    /// Weight decay of α
    #[arg(long, value_name = "X")]
    pub alpha_weight_decay: Option<f64>,
    /// Standard deviation of α's first values
    #[arg(long, value_name = "X")]
    pub alpha_init: Option<f64>,
    /// First temperature τ₀ of zo-darts-plus, zo-darts-wide and darts-unrolled; other methods stay at 1
    #[arg(long, value_name = "X")]
    pub temperature: Option<f64>,
    /// Factor of each annealing step
    #[arg(long, value_name = "X")]
    pub anneal_factor: Option<f64>,
    /// Epochs between annealing steps
    #[arg(long, value_name = "N")]
    pub anneal_every: Option<usize>,
    /// Weight steps a round of zo-darts and zo-darts-plus
    #[arg(long, value_name = "N")]
    pub zo_steps: Option<usize>,
    /// Length μ of their perturbation of α
    #[arg(long, value_name = "X")]
    pub mu: Option<f64>,
    /// What μ is measured in: units of α, or ‖α‖ as in the paper's code (with --mu 0.005)
    #[arg(long, value_parser = ["absolute", "relative"])]
    pub mu_scale: Option<String>,
    /// Their finite difference
    #[arg(long, value_parser = ["forward", "central", "forward-loss", "central-loss"])]
    pub difference: Option<String>,
    /// How their perturbed chain starts: an exact copy, or as in the authors' code
    #[arg(long, value_parser = ["exact", "fresh"])]
    pub perturbed_chain: Option<String>,
    /// Weight steps a round of zo-darts-wide
    #[arg(long, value_name = "N")]
    pub wide_steps: Option<usize>,
    /// Validation batches that a round of zo-darts-wide is judged by
    #[arg(long, value_name = "M")]
    pub wide_batches: Option<usize>,
    /// Directions a round of zo-darts-wide, each with chains of its own
    #[arg(long, value_name = "K")]
    pub directions: Option<usize>,
    /// Let zo-darts-wide perturb α to both sides of a direction
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub antithetic: Option<bool>,
    /// Length μ of its perturbation of α, in units of the temperature
    #[arg(long, value_name = "MU")]
    pub smoothing: Option<f64>,
    /// Weight steps a round of darts-unrolled
    #[arg(long, value_name = "N")]
    pub unrolled_steps: Option<usize>,
    /// Validation batches that a round of darts-unrolled is judged by
    #[arg(long, value_name = "M")]
    pub unrolled_batches: Option<usize>,
    /// Radius of its probes of the curvature
    #[arg(long, value_name = "X")]
    pub unrolled_radius: Option<f64>,
    /// λ of milenas
    #[arg(long, value_name = "X")]
    pub milenas_lambda: Option<f64>,
    /// Radius of the second-order probe of darts-v2
    #[arg(long, value_name = "X")]
    pub darts_radius: Option<f64>,
    /// Stop when every edge has settled on one operation
    #[arg(long, value_name = "BOOL")]
    pub early_stop: Option<bool>,
    /// How 3×3 convolutions are computed: by Winograd where it is faster, or exactly as defined
    #[arg(long, value_parser = ["fast", "direct"], help_heading = "Engine")]
    pub convolutions: Option<String>,
    /// Compute what can make a difference, or all operations even where p = 0: slower, for comparisons
    #[arg(long, value_parser = ["support", "all"], help_heading = "Engine")]
    pub operations: Option<String>,
    /// Run the chains of a zeroth-order round together, or in turn for half the memory; auto goes by the
    /// batch. Results are the same
    #[arg(long, value_parser = ["auto", "together", "in-turn"], help_heading = "Engine")]
    pub chains: Option<String>,
}

/// Accepts the names of the methods.
pub fn methods() -> PossibleValuesParser {
    let cards = MethodKind::ALL.iter().map(|kind| kind.card());
    PossibleValuesParser::new(cards.map(|card| PossibleValue::new(card.name).help(card.description)))
}
