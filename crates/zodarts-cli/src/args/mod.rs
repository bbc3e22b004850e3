//! The command line: what can be typed, and nothing about what it does.

mod compare;
mod cross_validate;
mod data;
mod fit;
mod given;
mod gone;
mod lists;
mod model;
mod run;
mod search;
mod settings;
mod study;
mod train;

pub use compare::CompareArgs;
pub use cross_validate::CrossValidateArgs;
pub use data::{CheckArgs, DataCommand, InfoArgs, SourceOptions};
pub use fit::FitArgs;
pub use model::{EvaluateArgs, ExplainArgs, ExportArgs, PredictArgs, ReportArgs};
pub use run::RunOptions;
pub use search::SearchArgs;
pub use settings::SettingsArgs;
pub use study::{HypergradientArgs, StudyCommand};
pub use train::TrainArgs;

use clap::builder::TypedValueParser;
use clap::{Args, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use std::ffi::OsString;
use std::path::PathBuf;

/// Searches, trains and evaluates small classifiers of medical images, on a CPU.
#[derive(Debug, Parser)]
#[command(name = "zodarts", version, max_term_width = 100)]
#[command(after_help = "Start with `zodarts fit`: without DATA it runs on built-in phantom images.")]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Common {
    /// Threads to use; results do not depend on their number [default: 0, which is all cores]
    #[arg(long, global = true, value_name = "T", default_value_t = 0, hide_default_value = true)]
    #[arg(value_parser = threads())]
    pub threads: u16,
    /// Show no progress bars
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// Accepts more threads than any machine of today has cores, but not more than it could start.
fn threads() -> impl TypedValueParser<Value = u16> {
    clap::value_parser!(u16).range(..=1024)
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Search for an architecture, train it, and evaluate it once on the test images
    Fit(Box<FitArgs>),
    /// Search for an architecture
    Search(Box<SearchArgs>),
    /// Train the network of a genotype, or ResNet-18
    Train(Box<TrainArgs>),
    /// Evaluate a trained run
    Evaluate(EvaluateArgs),
    /// Classify image files with a trained run
    Predict(PredictArgs),
    /// Draw heat maps of the image regions behind each prediction
    Explain(ExplainArgs),
    /// Write the page of a run, or one page that compares several runs
    Report(ReportArgs),
    /// Write a trained network as ONNX, PyTorch or safetensors, checked against the engine
    Export(ExportArgs),
    /// Run search methods and baselines side by side, over data sets and seeds, and print their tables
    Compare(Box<CompareArgs>),
    /// Train a network once for each fold of the training and validation images, and score each image by the
    /// network that did not see it
    CrossValidate(Box<CrossValidateArgs>),
    /// Study the search methods
    #[command(subcommand)]
    Study(StudyCommand),
    /// Describe or check a data set
    #[command(subcommand)]
    Data(DataCommand),
    /// List the presets
    Presets {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the settings, or explain one
    Settings(SettingsArgs),
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or write one for each command
    Man {
        /// Folder to write zodarts.1, zodarts-fit.1 and the others to
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Print the reference of all commands as Markdown
    #[command(hide = true)]
    Reference,
}

/// The command with all its help.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Parses arguments, the first of which is the program's name.
pub fn from<T: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = T>) -> Result<Cli, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let mut command = command();
    let words: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let matches = command.try_get_matches_from_mut(arguments);
    Cli::from_arg_matches(&matches.map_err(|error| gone::explained(error, &mut command, &words))?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
