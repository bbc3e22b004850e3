//! What to compare.

use crate::shell;
use anyhow::{Result, bail};
use std::path::PathBuf;

/// A part of the comparison, with a file of results of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// The data set it reads.
    pub fn data(self) -> Option<&'static str> {
        match self {
            Part::Search => Some("breastmnist.npz"),
            Part::Memory => Some("pneumoniamnist.npz"),
            Part::Step | Part::Inference | Part::Scaling | Part::Large => None,
        }
    }
}

/// The options of `cargo xtask peers`.
#[derive(Debug, PartialEq)]
pub struct Options {
    /// One part instead of all.
    pub only: Option<Part>,
    /// Tiny sizes, to see whether everything runs; the results do not replace measured ones.
    pub quick: bool,
    /// An interpreter that has the packages already.
    pub python: Option<PathBuf>,
    /// The folder of the MedMNIST files.
    pub data: PathBuf,
}

impl Options {
    /// Reads `[--only PART] [--quick] [--python PATH] [--data FOLDER]`.
    pub fn parse(mut arguments: &[&str]) -> Result<Self> {
        let mut options =
            Self { only: None, quick: false, python: None, data: shell::target().join("peers/data") };
        while !arguments.is_empty() {
            arguments = match arguments {
                ["--only", name, rest @ ..] => {
                    options.only = Some(part(name)?);
                    rest
                }
                ["--quick", rest @ ..] => {
                    options.quick = true;
                    rest
                }
                ["--python", path, rest @ ..] => {
                    options.python = Some(PathBuf::from(path));
                    rest
                }
                ["--data", path, rest @ ..] => {
                    options.data = PathBuf::from(path);
                    rest
                }
                _ => bail!(
                    "peers takes [--only PART] [--quick] [--python PATH] [--data FOLDER], found `{}`",
                    arguments.join(" ")
                ),
            };
        }
        Ok(options)
    }

    pub fn parts(&self) -> Vec<Part> {
        self.only.map_or(Part::ALL.to_vec(), |part| vec![part])
    }

    /// The command that repeats one part.
    pub fn command_line(&self, part: Part) -> String {
        format!("cargo xtask peers --only {}{}", part.name(), if self.quick { " --quick" } else { "" })
    }
}

fn part(name: &str) -> Result<Part> {
    match Part::ALL.into_iter().find(|part| part.name() == name) {
        Some(part) => Ok(part),
        None => bail!("no part is called `{name}`; there are {}", Part::ALL.map(Part::name).join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn options_are_read_in_any_order() {
        let options = Options::parse(&["--quick", "--only", "memory", "--data", "d"]).unwrap();
        assert_eq!(options.parts(), [Part::Memory]);
        assert!(options.quick);
        assert_eq!(options.data, Path::new("d"));
        assert_eq!(options.command_line(Part::Memory), "cargo xtask peers --only memory --quick");
        assert_eq!(Options::parse(&[]).unwrap().parts(), Part::ALL);
    }

    #[test]
    fn what_is_unknown_is_refused() {
        assert!(Options::parse(&["--only", "speed"]).unwrap_err().to_string().contains("step, search"));
        assert!(Options::parse(&["--python"]).is_err());
    }
}
