//! Tensors of a safetensors file, without its metadata.

use super::fields;
use super::record::digest;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A tensor's entry in the header.
#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [usize; 2],
}

/// Returns the name of each tensor with its type, shape and hash, sorted by name.
///
/// # Errors
/// If the file is not a safetensors file.
pub fn lines(bytes: &[u8]) -> Result<Vec<(String, String)>> {
    let (length, rest) = bytes.split_first_chunk::<8>().context("no header")?;
    let (header, data) =
        rest.split_at_checked(u64::from_le_bytes(*length) as usize).context("a short header")?;
    let mut header: BTreeMap<String, serde_json::Value> = serde_json::from_slice(header)?;
    header.remove("__metadata__");
    let mut lines = Vec::new();
    for (name, entry) in header {
        let Entry { dtype, shape, data_offsets: [start, end] } = serde_json::from_value(entry)?;
        let hash = digest(data.get(start..end).with_context(|| format!("{name} is cut short"))?);
        lines.push((fields::renamed(&name), format!("{dtype} {shape:?} {hash}")));
    }
    lines.sort();
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_do_not_count_and_values_do() {
        let file = |metadata: &str, value: u8| {
            let tensor = "\"w\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}";
            let header = format!("{{\"__metadata__\":{{\"a\":\"{metadata}\"}},{tensor}}}");
            [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[1, value]].concat()
        };
        let found = lines(&file("x", 2)).unwrap();
        assert_eq!(found, lines(&file("another", 2)).unwrap());
        assert_ne!(found, lines(&file("x", 3)).unwrap());
        assert!(found[0].0 == "w" && found[0].1.starts_with("U8 [2] "));
        let cut = file("x", 2);
        assert!(lines(&cut[..cut.len() - 1]).is_err());
    }
}
