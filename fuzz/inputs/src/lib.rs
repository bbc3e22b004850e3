//! The start of fuzzing: whole files of every kind, the words that mean something in them, and their readers.
//!
//! The targets in `fuzz/fuzz_targets/` hand inputs to [`Target::read`], which must return without a panic.
//! This crate is in the workspace, and not beside the targets, so that its tests run: they hold that whole
//! files are read.

mod dicom;
mod image;
mod model;
mod npz;
mod place;
mod resumed;
mod run;
mod table;
mod text;

use std::path::Path;

/// Has the calling thread do all work that threads share: the code that an input covers then does not depend
/// on which thread is faster, and nobody waits for another thread to wake up. Too late once work was shared:
/// then nothing changes.
pub fn on_one_thread() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    let _ = pool.build_global();
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Npz,
        Self::Npy,
        Self::Image,
        Self::Dicom,
        Self::Labels,
        Self::Config,
        Self::Text,
        Self::Model,
        Self::Run,
    ];

    /// Its name, which is that of its file in `fuzz/fuzz_targets/`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Npz => "npz",
            Self::Npy => "npy",
            Self::Image => "image",
            Self::Dicom => "dicom",
            Self::Labels => "labels",
            Self::Config => "config",
            Self::Text => "text",
            Self::Model => "model",
            Self::Run => "run",
        }
    }

    /// Whole files, real ones among them if they lie in `data`.
    pub fn seeds(self, data: &Path) -> Vec<Vec<u8>> {
        match self {
            Self::Npz => npz::archives(),
            Self::Npy => npz::arrays(),
            Self::Image => image::files(),
            Self::Dicom => dicom::files(data),
            Self::Labels => table::tables(),
            Self::Config => text::configs(),
            Self::Text => text::texts(),
            Self::Model => model::files(),
            Self::Run => run::files(),
        }
    }

    /// Words that mean something in its files.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::Npz | Self::Npy => npz::WORDS,
            Self::Image => image::WORDS,
            Self::Dicom => dicom::WORDS,
            Self::Labels => table::WORDS,
            Self::Config => text::CONFIG_WORDS,
            Self::Text => text::WORDS,
            Self::Model => model::WORDS,
            Self::Run => run::WORDS,
        }
    }

    /// Reads an input as a file of this kind; whether it was taken for one.
    ///
    /// # Panics
    /// If something is wrong with what reads it, or temporary files cannot be written.
    pub fn read(self, bytes: &[u8]) -> bool {
        match self {
            Self::Npz => npz::read(bytes),
            Self::Npy => npz::read_array(bytes),
            Self::Image => image::read(bytes),
            Self::Dicom => dicom::read(bytes),
            Self::Labels => table::read(bytes),
            Self::Config => text::read_config(bytes),
            Self::Text => text::read(bytes),
            Self::Model => model::read(bytes),
            Self::Run => run::read(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target whose whole files are refused would only ever try the first lines of its reader.
    #[test]
    fn whole_files_are_read() {
        for target in Target::ALL {
            let seeds = target.seeds(Path::new("nowhere"));
            let read = seeds.iter().filter(|bytes| target.read(bytes)).count();
            assert!(read > 0 && read == seeds.len(), "{}: {read} of {}", target.name(), seeds.len());
        }
    }

    /// Programs are too short to differ in more than the target.
    #[test]
    fn every_target_is_a_program_that_reads_it() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
        assert_eq!(manifest.matches("[[bin]]").count(), Target::ALL.len());
        assert_eq!(fuzz.join("fuzz_targets").read_dir().unwrap().count(), Target::ALL.len());
        for target in Target::ALL {
            let path = format!("fuzz_targets/{}.rs", target.name());
            assert!(manifest.contains(&format!("name = \"{}\"\npath = \"{path}\"\n", target.name())));
            let program = std::fs::read_to_string(fuzz.join(path)).unwrap();
            let (first, rest) = program.split_once('\n').unwrap();
            assert!(first.starts_with("//! ") && first.ends_with('.'), "{first}");
            let expected = format!(
                "#![no_main]\n\nuse zodarts_fuzz_inputs::Target;\n\n\
                 libfuzzer_sys::fuzz_target!(init: zodarts_fuzz_inputs::on_one_thread(), \
                 |bytes: &[u8]| {{\n    let _ = Target::{target:?}.read(bytes);\n}});\n"
            );
            assert_eq!(rest, expected);
        }
    }
}
