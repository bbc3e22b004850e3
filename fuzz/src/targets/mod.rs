//! What is read: each kind of file, with whole ones to damage.

mod dicom;
mod image;
mod npz;
mod run;
mod table;
mod text;

use clap::ValueEnum;
use std::path::Path;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// Archives in `MedMNIST`'s layout.
    Npz,
    /// Arrays within such an archive, their headers above all.
    Npy,
    /// PNG, JPEG, BMP and TIFF.
    Image,
    /// DICOM files.
    Dicom,
    /// Tables of labels.
    Labels,
    /// Configuration files.
    Config,
    /// Architecture strings, windows and names of data.
    Text,
    /// Descriptions and weights of networks.
    Model,
    /// Checkpoints, records and results of a run.
    Run,
}

impl Target {
    /// Its name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Whole files, real ones among them if they lie in `data`.
    pub fn corpus(self, data: &Path) -> Vec<Vec<u8>> {
        match self {
            Target::Npz => npz::archives(data),
            Target::Npy => npz::arrays(),
            Target::Image => image::corpus(),
            Target::Dicom => dicom::corpus(data),
            Target::Labels => table::corpus(),
            Target::Config => text::configs(),
            Target::Text => text::texts(),
            Target::Model => run::models(),
            Target::Run => run::files(),
        }
    }

    /// Words that mean something in its files.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Target::Npz | Target::Npy => npz::WORDS,
            Target::Image | Target::Dicom => &[],
            Target::Labels => table::WORDS,
            Target::Config => text::CONFIG_WORDS,
            Target::Text => text::WORDS,
            Target::Model | Target::Run => run::WORDS,
        }
    }

    /// Reads an input as a file of this kind; whether it was taken for one.
    pub fn read(self, bytes: &[u8], place: &Path) -> bool {
        match self {
            Target::Npz => npz::read(bytes, place),
            Target::Npy => npz::read_array(bytes, place),
            Target::Image => image::read(bytes, place),
            Target::Dicom => dicom::read(bytes, place),
            Target::Labels => table::read(bytes, place),
            Target::Config => text::read_config(bytes),
            Target::Text => text::read(bytes),
            Target::Model => run::read_model(bytes, place),
            Target::Run => run::read(bytes, place),
        }
    }
}

/// Files of a folder that are there and not too large to be damaged often.
fn real(folder: &Path) -> Vec<Vec<u8>> {
    const LARGEST: u64 = 1 << 20;
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let small =
        |path: &std::path::PathBuf| path.metadata().is_ok_and(|file| file.is_file() && file.len() <= LARGEST);
    paths.into_iter().filter(small).filter_map(|path| std::fs::read(path).ok()).collect()
}

/// Writes an input to a file.
fn write(place: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = place.join(name);
    std::fs::write(&path, bytes).expect("the temporary folder can be written");
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target whose whole files are refused would only ever try the first lines of its reader.
    #[test]
    fn whole_files_are_read() {
        for target in Target::value_variants() {
            let place = tempfile::tempdir().unwrap();
            let corpus = target.corpus(Path::new("nowhere"));
            let read = corpus.iter().filter(|bytes| target.read(bytes, place.path())).count();
            assert!(read > 0 && read == corpus.len(), "{}: {read} of {}", target.name(), corpus.len());
        }
    }
}
