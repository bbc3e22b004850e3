//! Runs that were begun by the version of commit 8f9ca18 and stopped, kept in
//! `tests/legacy/begun-at-8f9ca18/`.
//!
//! The search and the fit were stopped by SIGINT in the middle of their third epoch, the comparison after its
//! second. `ends.json` holds what that version itself made of them: for each run folder the genotype, and the
//! SHA-256 over names and values of the tensors, in the order of their names.

use crate::support::zodarts;
use safetensors::SafeTensors;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use zodarts_testkit::copy_folder;

/// The end of a run.
#[derive(Debug, Deserialize, PartialEq)]
struct End {
    genotype: String,
    tensors: String,
}

/// Returns a copy of the folder with all runs.
fn begun() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/legacy/begun-at-8f9ca18");
    copy_folder(&folder, place.path());
    place
}

/// Reads the end of a run: the genotype, and the tensors of a file whose name `counts`.
fn end(run: &Path, file: &str, counts: impl Fn(&str) -> bool) -> End {
    let bytes = fs::read(run.join(file)).unwrap();
    let mut tensors = SafeTensors::deserialize(&bytes).unwrap().tensors();
    tensors.retain(|(name, _)| counts(name));
    tensors.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut hash = Sha256::new();
    for (name, tensor) in tensors {
        hash.update(name);
        hash.update(tensor.data());
    }
    let genotype = fs::read_to_string(run.join("genotype.txt")).unwrap().trim().to_owned();
    let tensors = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    End { genotype, tensors }
}

/// Gives the command of a run again, and holds that it goes on from its checkpoint.
fn go_on(place: &Path, line: &str, note: &str) {
    let mut command = zodarts(place);
    let output = command.env("ZODARTS_KERNELS", "auto").args(line.split_whitespace()).assert().success();
    let text = String::from_utf8(output.get_output().stderr.clone()).unwrap();
    assert!(text.contains(note), "{text}");
}

/// Returns true if this machine rounds as the one on which `ends.json` was made.
fn rounds_alike() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

#[test]
fn runs_begun_at_8f9ca18_end_as_they_did_there() {
    let place = begun();
    let place = place.path();
    let ends = fs::read_to_string(place.join("ends.json")).unwrap();
    let expected: BTreeMap<String, End> = serde_json::from_str(&ends).unwrap();
    let part = "resumes within epoch 3";
    go_on(
        place,
        "search phantom --config begun.toml --method zo-darts-plus --seed 3 --out search",
        &format!("search {part}"),
    );
    go_on(
        place,
        "fit phantom --config begun.toml --method milenas --seed 4 --set predict.calibrate=true --out fit",
        &format!("training {part}"),
    );
    go_on(
        place,
        "compare phantom --config begun.toml --methods random-ws --seeds 1 --out compare",
        "search resumes after epoch 2",
    );
    assert!(place.join("fit/metrics.json").is_file());
    if !rounds_alike() {
        eprintln!("SKIPPED: the bits of the ends are known for AVX2 with FMA only");
        return;
    }
    for (run, expected) in expected {
        let found = if run == "search" {
            let of_search = |name: &str| ["alpha", "weights"].contains(&name);
            end(&place.join(&run), "checkpoint/latest.safetensors", of_search)
        } else {
            end(&place.join(&run), "model.safetensors", |_| true)
        };
        assert_eq!(found, expected, "{run}");
    }
}
