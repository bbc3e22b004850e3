//! The hashes of a version, as a file and as a table.

use super::artifacts::{Artifact, KINDS};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Hashes of one case, by kind.
type Hashes = BTreeMap<String, String>;

/// The hashes of a version's runs.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Record {
    /// The kind of machine that they hold for.
    pub machine: String,
    /// The cases by name.
    pub cases: BTreeMap<String, Hashes>,
}

/// Returns the kind of this machine: architecture and vector instructions.
pub fn machine() -> String {
    #[cfg(target_arch = "x86_64")]
    let vectors = if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        "AVX2 and FMA"
    } else {
        "no AVX2"
    };
    #[cfg(not(target_arch = "x86_64"))]
    let vectors = "portable kernels";
    format!("{} with {vectors}", std::env::consts::ARCH)
}

/// Returns the first 16 hexadecimal digits of the SHA-256 of some bytes.
pub fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Returns a hash for each kind of artifact, over the paths and texts of all that are of this kind.
pub fn digests(artifacts: &[Artifact]) -> Hashes {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for Artifact { kind, path, text } in artifacts {
        texts.entry((*kind).to_owned()).or_default().extend([path, "\n", text, "\n"]);
    }
    texts.into_iter().map(|(kind, text)| (kind, digest(text.as_bytes()))).collect()
}

impl Record {
    /// Returns a record of this machine without a case.
    pub fn empty() -> Self {
        Self { machine: machine(), cases: BTreeMap::new() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it is not there or is not a record.
    pub fn read(path: &Path) -> Result<Self> {
        let read = || Ok::<_, anyhow::Error>(serde_json::from_slice(&fs::read(path)?)?);
        read().with_context(|| format!("cannot read {}", path.display()))
    }

    /// Writes a file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Returns the record without the cases whose name does not hold `text`.
    pub fn only(mut self, text: &str) -> Self {
        self.cases.retain(|name, _| name.contains(text));
        self
    }

    /// Returns a Markdown table of the comparison: a row for each case, a column for each kind.
    pub fn table(&self, found: &Self) -> String {
        let head = format!("| case | {} |\n|---|{}\n", KINDS.join(" | "), "---|".repeat(KINDS.len()));
        let row = |case: &str| {
            let cell = |kind| self.verdict(found, case, kind).unwrap_or_default();
            format!("| {case} | {} |\n", KINDS.map(cell).join(" | "))
        };
        let rows = self.names(found).into_iter().map(row);
        std::iter::once(head).chain(rows).collect::<Vec<_>>().concat()
    }

    /// Returns the number of hashes that are not the same in both records. Cases that did not run do not
    /// count.
    pub fn differences(&self, found: &Self) -> usize {
        let kinds = |case| KINDS.into_iter().filter_map(move |kind| self.verdict(found, case, kind));
        let verdicts = self.names(found).into_iter().flat_map(kinds);
        verdicts.filter(|verdict| ["DIFFERS", "GONE", "NEW"].contains(verdict)).count()
    }

    fn names<'a>(&'a self, found: &'a Self) -> BTreeSet<&'a str> {
        self.cases.keys().chain(found.cases.keys()).map(String::as_str).collect()
    }

    /// Returns the word for a hash, or `None` if neither record has it.
    fn verdict(&self, found: &Self, case: &str, kind: &str) -> Option<&'static str> {
        let hash = |record: &'_ Self| Some(record.cases.get(case)?.get(kind).cloned());
        match (hash(self), hash(found)) {
            (Some(Some(_)), None) => Some("skipped"),
            (Some(Some(then)), Some(Some(now))) => Some(if then == now { "same" } else { "DIFFERS" }),
            (Some(Some(_)), Some(None)) => Some("GONE"),
            (_, Some(Some(_))) => Some("NEW"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(cases: &[(&str, &[(&str, &str)])]) -> Record {
        let hashes = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|&(kind, hash)| (kind.to_owned(), hash.to_owned())).collect()
        };
        let cases = cases.iter().map(|&(name, pairs)| (name.to_owned(), hashes(pairs))).collect();
        Record { cases, ..Record::empty() }
    }

    #[test]
    fn a_hash_that_changes_appears_or_goes_is_a_difference() {
        let known = record(&[("a", &[("genotype", "1"), ("weights", "2")]), ("b", &[("genotype", "3")])]);
        assert_eq!(known.differences(&known), 0);
        assert!(known.table(&known).contains("| a | same |"));
        let found = record(&[("a", &[("genotype", "1"), ("alpha", "9")])]);
        assert_eq!(known.differences(&found), 2);
        let table = known.table(&found);
        assert!(table.contains("| a | same | NEW |  | GONE |"), "{table}");
        assert!(table.contains("| b | skipped |"), "{table}");
        let found = record(&[("a", &[("genotype", "1"), ("weights", "5")]), ("b", &[("genotype", "3")])]);
        assert_eq!(known.differences(&found), 1);
    }

    #[test]
    fn artifacts_of_a_kind_share_a_hash() {
        let artifact =
            |path: &str, text: &str| Artifact { kind: "records", path: path.into(), text: text.into() };
        let one = digests(&[artifact("a", "1"), artifact("b", "2")]);
        assert_eq!(one.len(), 1);
        assert_ne!(one, digests(&[artifact("a", "1"), artifact("b", "3")]));
    }
}
