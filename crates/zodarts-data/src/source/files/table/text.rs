//! The text of a table: UTF-8, with Unix line ends, and the character between its fields.

use super::wrong;
use crate::error::DataError;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Largest table that is read.
const MAX_BYTES: u64 = 64 << 20;
/// The mark that spreadsheets write before UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// Characters between fields; of two that are as frequent, the first is taken.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// The text of a table.
pub(super) struct TableText {
    pub text: String,
    /// The character between fields.
    pub delimiter: u8,
}

impl TableText {
    /// Reads a table.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let text = text(path)?;
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
        // The CSV reader counts \r\n as two lines.
        let mut text = if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text.to_owned() };
        let (first, _) = text.split_once(['\n', '\r']).unwrap_or((&text, ""));
        if let Some(&[delimiter]) = first.to_lowercase().strip_prefix("sep=").map(str::as_bytes) {
            // A spreadsheet's own mark. The line stays, so that lines are counted as in the file.
            text.replace_range(..first.len(), "");
            return Ok(Self { text, delimiter });
        }
        let delimiter = delimiter(first);
        Ok(Self { text, delimiter })
    }
}

/// Returns the character that is most frequent in the first line, outside of quotes.
fn delimiter(first: &str) -> u8 {
    let outside: String = first.split('"').step_by(2).collect();
    let count = |delimiter: u8| outside.bytes().filter(|byte| *byte == delimiter).count();
    let best = DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter));
    best.unwrap_or(b',')
}

/// Reads the text of a table.
fn text(path: &Path) -> Result<String, DataError> {
    let unreadable = |source| DataError::Io { path: path.to_owned(), action: "read the labels", source };
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(wrong(path, format!("is larger than {} MiB", MAX_BYTES >> 20), "split the data set"));
    }
    if bytes.is_empty() {
        let hint = "its first line names the columns path and label";
        return Err(wrong(path, "is empty (0 bytes)".into(), hint));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(wrong(path, "is UTF-16 text, expected UTF-8".into(), "save it as CSV UTF-8"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        wrong(path, format!("line {line}: not UTF-8 text"), "save it as CSV UTF-8")
    })
}
