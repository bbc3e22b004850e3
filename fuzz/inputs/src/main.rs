//! `zodarts-fuzz-inputs FUZZ`: writes what fuzzing begins with.

use anyhow::{Context, Result};
use clap::Parser;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use zodarts_fuzz_inputs::Target;

/// Writes `corpus/TARGET/` and `dictionaries/TARGET.dict` of every target.
#[derive(Debug, Parser)]
struct Args {
    /// The folder of the fuzz targets
    fuzz: PathBuf,
    /// Folder of the measurements' data, whose files are among the whole ones
    #[arg(long, default_value = "../shared/data", env = "ZODARTS_DATA")]
    data: PathBuf,
}

fn main() -> Result<()> {
    let args = Args::parse();
    for target in Target::ALL {
        write(target, &args).with_context(|| format!("in {}", args.fuzz.display()))?;
    }
    Ok(())
}

fn write(target: Target, args: &Args) -> Result<()> {
    let (corpus, words) = (args.fuzz.join("corpus").join(target.name()), args.fuzz.join("dictionaries"));
    for folder in [&corpus, &words] {
        fs::create_dir_all(folder)?;
    }
    for (number, seed) in target.seeds(&args.data).iter().enumerate() {
        fs::write(corpus.join(format!("seed-{number}")), seed)?;
    }
    Ok(fs::write(words.join(Path::new(target.name()).with_extension("dict")), dictionary(target.words()))?)
}

/// Words in the form that libFuzzer reads, in which bytes may be written as numbers.
fn dictionary(words: &[&str]) -> String {
    let mut text = String::new();
    for word in words {
        let bytes = word.bytes().fold(String::new(), |mut text, byte| {
            write!(text, "\\x{byte:02x}").expect("strings can be written");
            text
        });
        writeln!(text, "\"{bytes}\"").expect("strings can be written");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_line_of_numbers() {
        assert_eq!(dictionary(&["a\"", "\u{fe}"]), "\"\\x61\\x22\"\n\"\\xc3\\xbe\"\n");
        assert_eq!(dictionary(&[]), "");
    }
}
