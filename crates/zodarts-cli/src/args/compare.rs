//! Arguments of `compare`.

use super::run::{BaseOptions, seed};
use super::{DataOptions, SearchOptions, SourceOptions, TrainOptions};
use crate::resolve::Layer;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::num::NonZero;
use std::path::PathBuf;
use zodarts_lab::compare::Contender;
use zodarts_nas::protocol::Protocol;

/// The word for all contenders.
const ALL: &str = "all";

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Data sets: `phantom`, MedMNIST names, .npz files, or folders of images by class
    #[arg(required = true)]
    pub data: Vec<String>,
    /// What to compare, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = ALL, value_parser = contenders())]
    pub methods: Vec<String>,
    /// Seeds, separated by commas: each contender is tried once with each
    #[arg(long, value_name = "SEEDS", value_delimiter = ',', default_value = "1,2,3", value_parser = seed())]
    pub seeds: Vec<u64>,
    /// How the numbers come about
    #[arg(long, value_name = "NAME", default_value = "official", value_parser = protocols())]
    pub protocol: Protocol,
    /// Folder to write to. Trials that are finished there are not run again, and those that were stopped go on
    #[arg(long, value_name = "DIR", default_value = "runs/compare")]
    pub out: PathBuf,
    /// Trials to run at a time; each gets its share of the threads
    #[arg(long, value_name = "J", default_value = "1")]
    pub jobs: NonZero<usize>,
    /// What the settings start from.
    #[command(flatten)]
    pub base: BaseOptions,
    /// Epochs of search
    #[arg(long, value_name = "N", help_heading = "Run options")]
    pub search_epochs: Option<usize>,
    /// Epochs of training
    #[arg(long, value_name = "N", help_heading = "Run options")]
    pub train_epochs: Option<usize>,
    /// Print the comparison as JSON
    #[arg(long, help_heading = "Run options")]
    pub json: bool,
    /// How the images are brought in.
    #[command(flatten)]
    pub options: DataOptions,
    /// Where they may come from.
    #[command(flatten)]
    pub source: SourceOptions,
}

impl CompareArgs {
    /// The settings given as options.
    pub fn layer(&self) -> Layer {
        Layer {
            data: self.options.clone(),
            search: SearchOptions { epochs: self.search_epochs, ..SearchOptions::default() },
            train: TrainOptions { epochs: self.train_epochs, ..TrainOptions::default() },
            ..Layer::default()
        }
    }

    /// What to compare.
    pub fn contenders(&self) -> Vec<Contender> {
        let named = |name: &String| match name.parse() {
            Ok(contender) => vec![contender],
            // Only `all` is possible beside the names.
            Err(_) => Contender::all().filter(|contender| contender.runs_under(self.protocol)).collect(),
        };
        self.methods.iter().flat_map(named).collect()
    }
}

fn contenders() -> PossibleValuesParser {
    let all = PossibleValue::new(ALL).help("everything below that the protocol allows");
    let each =
        Contender::all().map(|contender| PossibleValue::new(contender.name()).help(contender.description()));
    PossibleValuesParser::new(std::iter::once(all).chain(each))
}

fn protocols() -> impl TypedValueParser<Value = Protocol> {
    let values =
        Protocol::ALL.map(|protocol| PossibleValue::new(protocol.name()).help(protocol.description()));
    PossibleValuesParser::new(values).map(|name| {
        let named = Protocol::ALL.into_iter().find(|protocol| protocol.name() == name);
        named.expect("only names of protocols are possible")
    })
}
