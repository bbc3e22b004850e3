//! The parts of the comparison and its options.

use crate::shell;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// A part of the comparison; each has its own file of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    Step,
    Search,
    Memory,
    Inference,
    Scaling,
    Large,
}

impl Part {
    pub const ALL: [Part; 6] =
        [Part::Step, Part::Search, Part::Memory, Part::Inference, Part::Scaling, Part::Large];

    pub fn name(self) -> &'static str {
        match self {
            Part::Step => "step",
            Part::Search => "search",
            Part::Memory => "memory",
            Part::Inference => "inference",
            Part::Scaling => "scaling",
            Part::Large => "large",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Part::Step => "One training step of the supernet",
            Part::Search => "A whole search on BreastMNIST",
            Part::Memory => "Peak memory",
            Part::Inference => "Predictions of a trained network",
            Part::Scaling => "How cost grows",
            Part::Large => "Large data sets",
        }
    }

    /// Returns the name of the data file that the part reads.
    pub fn data(self) -> Option<&'static str> {
        match self {
            Part::Search => Some("breastmnist.npz"),
            Part::Memory => Some("pneumoniamnist.npz"),
            Part::Step | Part::Inference | Part::Scaling | Part::Large => None,
        }
    }
}

/// The options of `cargo xtask peers`.
#[derive(Args, Debug)]
pub struct Options {
    /// Measure one part instead of all
    #[arg(long, value_name = "PART")]
    pub only: Option<Part>,
    /// Use tiny sizes, to see that everything runs; measured results are not replaced
    #[arg(long)]
    pub quick: bool,
    /// An interpreter with the packages of bench/peers/requirements.txt [default: a virtual environment]
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,
    /// The folder of the MedMNIST files [default: target/peers/data]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

impl Options {
    /// Returns the parts to measure.
    pub fn parts(&self) -> Vec<Part> {
        self.only.map_or(Part::ALL.to_vec(), |part| vec![part])
    }

    /// Returns the folder of the MedMNIST files.
    pub fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| shell::target().join("peers/data"))
    }

    /// Returns the command that repeats one part.
    pub fn command_line(&self, part: Part) -> String {
        format!("cargo xtask peers --only {}{}", part.name(), if self.quick { " --quick" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_or_all_are_measured() {
        let mut options = Options { only: Some(Part::Memory), quick: true, python: None, data: None };
        assert_eq!(options.parts(), [Part::Memory]);
        assert_eq!(options.command_line(Part::Memory), "cargo xtask peers --only memory --quick");
        options.only = None;
        assert_eq!(options.parts(), Part::ALL);
    }

    #[test]
    fn a_part_is_called_on_the_command_line_as_in_files() {
        for part in Part::ALL {
            assert_eq!(Part::from_str(part.name(), false), Ok(part));
        }
    }
}
