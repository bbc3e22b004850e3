//! The files that a run leaves, as text without times, versions and paths.

use super::fields;
use super::tensors;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// A file, or a part of one, in a form that two versions can be compared by.
pub struct Artifact {
    /// The column of the table that it belongs to.
    pub kind: &'static str,
    /// The file, below the run folder.
    pub path: String,
    /// A line for each value, sorted by name.
    pub text: String,
}

/// The kinds, in the order of the table's columns.
pub const KINDS: [&str; 8] =
    ["genotype", "alpha", "state", "weights", "records", "metrics", "predictions", "tables"];

/// The form of a file.
enum Format {
    Text,
    Csv,
    Json,
    Tensors,
}

/// Reads what is below `place/out`, and writes the text of each artifact below `place/compared`.
///
/// # Errors
/// If the run left nothing, or a file is not of its format.
pub fn of(place: &Path) -> Result<Vec<Artifact>> {
    let (out, texts) = (place.join("out"), place.join("compared"));
    let mut artifacts = Vec::new();
    for path in files(&out)? {
        let name = path.strip_prefix(&out)?.to_str().context("a name is not UTF-8")?.to_owned();
        read(&path, &name, &mut artifacts).with_context(|| path.display().to_string())?;
    }
    if artifacts.is_empty() {
        bail!("{} holds nothing to compare", out.display());
    }
    for Artifact { kind, path, text } in &artifacts {
        let file = texts.join(kind).join(path);
        fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
        fs::write(file, text)?;
    }
    Ok(artifacts)
}

/// Returns the kind and format of a file, or `None` if it is not compared.
fn kind(path: &str) -> Option<(&'static str, Format)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = Path::new(name).extension().and_then(OsStr::to_str).unwrap_or_default();
    let (stem, _) = name.split_once('.')?;
    // Records that were set aside belong to epochs that were run again.
    let aside = stem.ends_with("-interrupted") || stem.contains("previous");
    match (stem, extension) {
        _ if aside => None,
        ("genotype", "txt") => Some(("genotype", Format::Text)),
        ("latest", "safetensors") => Some(("state", Format::Tensors)),
        ("model", "safetensors") => Some(("weights", Format::Tensors)),
        (_, "jsonl") => Some(("records", Format::Json)),
        ("search" | "random-ws" | "calibration", "json") => Some(("metrics", Format::Json)),
        (stem, "json") if stem.starts_with("metrics") => Some(("metrics", Format::Json)),
        (stem, "csv") if stem.starts_with("predictions") => Some(("predictions", Format::Text)),
        ("comparison" | "study", "json") => Some(("tables", Format::Json)),
        ("trials" | "study", "csv") => Some(("tables", Format::Csv)),
        _ => None,
    }
}

fn read(path: &Path, name: &str, artifacts: &mut Vec<Artifact>) -> Result<()> {
    let Some((kind, format)) = kind(name) else { return Ok(()) };
    let bytes = fs::read(path)?;
    let text = || Ok::<_, anyhow::Error>(std::str::from_utf8(&bytes)?);
    let mut add = |kind, text| artifacts.push(Artifact { kind, path: name.to_owned(), text });
    match format {
        Format::Text => add(kind, text()?.to_owned()),
        Format::Csv => add(kind, csv(text()?)?),
        Format::Json => add(kind, json(text()?)?),
        Format::Tensors => {
            let (alpha, others): (Vec<_>, Vec<_>) =
                tensors::lines(&bytes)?.into_iter().partition(|(name, _)| name == "alpha");
            if !alpha.is_empty() {
                add("alpha", lines(alpha));
            }
            add(kind, lines(others));
        }
    }
    Ok(())
}

/// Returns a line for each value of each document: `document.path.to.value = value`.
fn json(text: &str) -> Result<String> {
    let mut values = BTreeMap::new();
    for (at, value) in serde_json::Deserializer::from_str(text).into_iter::<Value>().enumerate() {
        flatten(&format!("{at:04}"), &value?, &mut values);
    }
    Ok(lines(values))
}

/// Returns a line for each name and value.
fn lines(values: impl IntoIterator<Item = (String, String)>) -> String {
    values.into_iter().map(|(name, value)| format!("{name} = {value}\n")).collect::<Vec<_>>().concat()
}

fn flatten(path: &str, value: &Value, lines: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                if let Some(name) = fields::name(name) {
                    flatten(&format!("{path}.{name}"), value, lines);
                }
            }
        }
        Value::Array(values) if !values.is_empty() => {
            for (at, value) in values.iter().enumerate() {
                flatten(&format!("{path}.{at:04}"), value, lines);
            }
        }
        value => {
            if let Some(path) = fields::path(path) {
                lines.insert(path, value.to_string());
            }
        }
    }
}

/// Returns a table with the columns that are compared, sorted by name.
fn csv(text: &str) -> Result<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    let mut columns: Vec<(String, usize)> =
        header.iter().enumerate().filter_map(|(at, name)| Some((fields::name(name)?, at))).collect();
    columns.sort();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|(name, _)| name))?;
    for row in reader.records() {
        let row = row?;
        writer.write_record(columns.iter().map(|&(_, at)| &row[at]))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// Returns the files below a folder, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_left_out_of_records_and_tables() {
        let one = json("{\"loss\":0.5,\"seconds\":1.25,\"p\":[[1,2]]}\n{\"loss\":0.25,\"p\":[]}\n").unwrap();
        assert_eq!(
            one,
            "0000.loss = 0.5\n0000.p.0000.0000 = 1\n0000.p.0000.0001 = 2\n0001.loss = 0.25\n0001.p = []\n"
        );
        let table = csv("n,search_seconds,name\n3,1.5,\"a, b\"\n").unwrap();
        assert_eq!(table, "n,name\n3,\"a, b\"\n");
        assert!(csv("a,b\n1\n").is_err());
    }

    #[test]
    fn every_kind_of_file_has_a_column() {
        for (path, expected) in [
            ("genotype.txt", Some("genotype")),
            ("checkpoint/latest.safetensors", Some("state")),
            ("checkpoint/previous.safetensors", None),
            ("search-interrupted.jsonl", None),
            ("trials/a/random/seed-1/metrics-val.json", Some("metrics")),
            ("report.html", None),
            ("config.toml", None),
        ] {
            let found = kind(path).map(|(kind, _)| kind);
            assert_eq!(found, expected, "{path}");
            assert!(found.is_none_or(|kind| KINDS.contains(&kind)));
        }
    }
}
