//! Arguments of the commands that use a trained run.

use super::SourceOptions;
use super::given::Given;
use super::lists::TableList;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;
use zodarts_data::Window;
use zodarts_export::Format;
use zodarts_run::folder::Split;

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// Folder of a trained run
    pub run: PathBuf,
    /// The data set of the run, or other data of the same classes, such as another hospital's images
    /// [default: where the run found its data]
    pub data: Option<String>,
    /// The images to evaluate [default: test, whose reads are counted; all of other data]
    #[arg(long, value_parser = splits())]
    pub split: Option<Split>,
    /// Also write the predictions to this folder, named as MedMNIST's Evaluator wants them
    #[arg(long, value_name = "DIR")]
    pub predictions: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// The table of labels.
    #[command(flatten)]
    pub table: Given<TableList>,
    /// The access to the data.
    #[command(flatten)]
    pub source: SourceOptions,
}

/// Arguments of `predict`.
#[derive(Debug, Args)]
pub struct PredictArgs {
    /// Folder of a trained run
    pub run: PathBuf,
    /// Image files, such as PNG, JPEG, TIFF or DICOM, or folders, of which all images below are taken. Each
    /// frame of a DICOM file and each page of a TIFF file is an image
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Look at grey DICOM files through this window, such as 40,400 [default: as in the run]
    #[arg(long, value_name = "C,W", allow_hyphen_values = true)]
    pub window: Option<Window>,
    /// Also print the set of classes that holds the true one with this probability, such as 0.95 [default:
    /// as in the run]
    #[arg(long, value_name = "SHARE", value_parser = coverage)]
    pub coverage: Option<f64>,
    /// Give no class for an image that is unlike those the network was trained on
    #[arg(long)]
    pub abstain: bool,
    /// Print a line of JSON for each file instead of CSV
    #[arg(long)]
    pub json: bool,
    /// Fail if a file cannot be read, and print nothing
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Folder of a trained run
    pub run: PathBuf,
    /// Image files, such as PNG, JPEG, TIFF or DICOM, or folders, of which all images below are taken. Each
    /// frame of a DICOM file and each page of a TIFF file is an image
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Folder to write the pictures to, each named after its file, and its label if an image may have
    /// several, with -heat.png at the end; older ones are replaced
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Show the evidence for this class instead of the predicted one, or for this label instead of each
    /// that is predicted
    #[arg(long, value_name = "CLASS")]
    pub class: Option<String>,
    /// Look at grey DICOM files through this window, such as 40,400 [default: as in the run]
    #[arg(long, value_name = "C,W", allow_hyphen_values = true)]
    pub window: Option<Window>,
    /// Print a line of JSON for each file instead of CSV
    #[arg(long)]
    pub json: bool,
    /// Fail if a file cannot be read, and print nothing
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Folders of runs, finished or not; several are compared side by side
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// The page to write [default: RUN/report.html; comparison.html for several runs]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The data set of a run, for the pictures of its mistakes [default: where the run found it]
    #[arg(long)]
    pub data: Option<String>,
    /// The access to the data.
    #[command(flatten)]
    pub source: SourceOptions,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Folder of a trained run
    pub run: PathBuf,
    /// The format: onnx includes the preprocessing, from bytes to probabilities; pytorch is a readable .py
    /// file and its weights
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    pub to: Format,
    /// The file to write [default: RUN/network.onnx, .py or .safetensors]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The Python that a pytorch export is checked with
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    pub python: PathBuf,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    let format = |name: String| {
        Format::ALL.into_iter().find(|format| format.name() == name).expect("a possible value")
    };
    PossibleValuesParser::new(Format::ALL.map(Format::name)).map(format)
}

fn coverage(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| *share > 0.0 && *share <= 0.999);
    share.ok_or_else(|| "expected a share above 0 and at most 0.999, such as 0.95".into())
}

fn splits() -> impl TypedValueParser<Value = Split> {
    PossibleValuesParser::new(["test", "val", "train"]).map(|name| match name.as_str() {
        "train" => Split::Train,
        "val" => Split::Val,
        _ => Split::Test,
    })
}
