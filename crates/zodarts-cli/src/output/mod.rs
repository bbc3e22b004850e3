//! Output to stdout.

pub mod result;
mod table;

pub use table::Table;

use anyhow::Result;
use serde::Serialize;
use std::io::Write;

/// Prints text.
pub fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Prints a value as JSON over several lines.
pub fn json(value: &impl Serialize) -> Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(value)?))
}
