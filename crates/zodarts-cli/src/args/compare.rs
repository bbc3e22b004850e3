//! Arguments of `compare`.

use super::SourceOptions;
use super::given::Given;
use super::lists::CompareList;
use super::run::{BaseOptions, PAPER, seed};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::num::NonZero;
use std::path::PathBuf;
use zodarts_lab::compare::Candidate;
use zodarts_nas::protocol::Protocol;

/// The word for all candidates.
const ALL: &str = "all";

/// Arguments of `compare`.
#[derive(Debug, Args)]
#[command(mut_arg("preset", |arg| arg.help(PAPER)))]
pub struct CompareArgs {
    /// Data sets: `phantom`, MedMNIST names, .npz files, or folders of images by class
    #[arg(required = true)]
    pub data: Vec<String>,
    /// The candidates, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = ALL)]
    #[arg(value_parser = candidates())]
    pub methods: Vec<String>,
    /// Seeds, separated by commas: each candidate is run once with each
    #[arg(long, value_name = "SEEDS", value_delimiter = ',', default_value = "1,2,3", value_parser = seed())]
    pub seeds: Vec<u64>,
    /// The protocol of training and test
    #[arg(long, value_name = "NAME", default_value = "official", value_parser = protocols())]
    pub protocol: Protocol,
    /// Folder to write to; finished trials in it are kept, and unfinished ones are resumed
    #[arg(long, value_name = "DIR", default_value = "runs/compare")]
    pub out: PathBuf,
    /// Run this many trials at a time; each gets its share of the threads
    #[arg(long, value_name = "J", default_value = "1")]
    pub jobs: NonZero<usize>,
    /// The base of the settings.
    #[command(flatten)]
    pub base: BaseOptions,
    /// Settings.
    #[command(flatten)]
    pub given: Given<CompareList>,
    /// Print the comparison as JSON
    #[arg(long, help_heading = "Run options")]
    pub json: bool,
    /// The access to the data.
    #[command(flatten)]
    pub source: SourceOptions,
}

impl CompareArgs {
    /// The candidates.
    pub fn candidates(&self) -> Vec<Candidate> {
        let named = |name: &String| match name.parse() {
            Ok(candidate) => vec![candidate],
            // Only `all` is possible beside the names.
            Err(_) => Candidate::all().filter(|candidate| candidate.runs_under(self.protocol)).collect(),
        };
        self.methods.iter().flat_map(named).collect()
    }
}

fn candidates() -> PossibleValuesParser {
    let all = PossibleValue::new(ALL).help("everything below that the protocol allows");
    let each =
        Candidate::all().map(|candidate| PossibleValue::new(candidate.name()).help(candidate.description()));
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
