//! The rows of a table.

use super::columns::{LabelColumn, LabelColumns};
use super::content::flag;
use super::wrong;
use crate::copies::SplitIndex;
use crate::error::DataError;
use crate::patients::PatientKey;
use crate::source::files::split_names::split_named;
use csv::StringRecord;
use std::collections::BTreeSet;
use std::path::Path;

/// Most characters of a label: as many as a folder's name may have.
pub(super) const MAX_LABEL: usize = 255;
/// Most characters of a field in an error.
const SHOWN: usize = 40;
/// The character between the labels of a row that has several.
const BETWEEN: char = '\u{1f}';
/// The label that says that there is none.
const NO_FINDING: &str = "No Finding";

/// A row of a table.
#[derive(Clone, Debug)]
pub(in crate::source::files) struct LabelRow {
    /// Its line in the file, from 1.
    pub line: u64,
    pub path: String,
    /// The label; of a row that may have several, all in order.
    pub label: String,
    /// The frame of the file, from 0; `None` for every frame.
    pub frame: Option<usize>,
    /// The training split if the table has no splits.
    pub split: SplitIndex,
    pub patient: Option<PatientKey>,
}

impl LabelRow {
    /// Returns the labels of a row that may have several.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.label.split(BETWEEN).filter(|label| !label.is_empty())
    }
}

/// A reader of rows.
pub(super) struct RowReader<'a> {
    pub table: &'a Path,
    pub columns: &'a LabelColumns,
    /// The text between labels, if a row may have several.
    pub separator: Option<&'a str>,
}

impl RowReader<'_> {
    /// Reads a row.
    pub fn row(&self, record: &StringRecord) -> Result<LabelRow, DataError> {
        let line = record.position().map_or(0, csv::Position::line);
        // The reader refuses records that are not as long as the header.
        let field = |column: usize| record.get(column).unwrap_or_default();
        let path = field(self.columns.path);
        if path.is_empty() {
            return Err(wrong(self.table, format!("line {line}: the path is empty"), "complete the line"));
        }
        let label = self.label(record, line)?;
        let split = self.columns.split.map_or(Ok(0), |column| {
            let found = field(column);
            let problem =
                || format!("line {line}: the split is `{}`, expected train, val or test", short(found));
            let hint = "write one of these in every line, or leave the column out";
            split_named(found).ok_or_else(|| wrong(self.table, problem(), hint))
        })?;
        let frame = self.columns.frame.map(field).filter(|found| !found.is_empty());
        let frame = frame.map(|found| {
            let problem =
                || format!("line {line}: the frame is `{}`, expected a number from 1", short(found));
            let hint = "write the number of the frame, or nothing for every frame of the file";
            frame_number(found).ok_or_else(|| wrong(self.table, problem(), hint))
        });
        let patient = self.columns.patient.and_then(|column| PatientKey::of_id(field(column).as_bytes()));
        Ok(LabelRow { line, path: path.into(), label, frame: frame.transpose()?, split, patient })
    }

    /// Returns the label of a row, or its labels in order.
    fn label(&self, record: &StringRecord, line: u64) -> Result<String, DataError> {
        let field = |column: usize| record.get(column).unwrap_or_default();
        let column = match &self.columns.label {
            LabelColumn::One(column) => *column,
            LabelColumn::Flags(flags) => {
                let present = flags.iter().filter(|(column, _)| flag(field(*column)) == Some(true));
                return Ok(joined(present.map(|(_, name)| name.as_str())));
            }
        };
        let label = field(column);
        let length = label.chars().count();
        if label.is_empty() {
            return Err(wrong(self.table, format!("line {line}: the label is empty"), "complete the line"));
        }
        if length > MAX_LABEL {
            let problem =
                format!("line {line}: the label has {length} characters, at most {MAX_LABEL} are taken");
            return Err(wrong(self.table, problem, "a label is the name of a class"));
        }
        Ok(match self.separator {
            None => label.to_owned(),
            Some(separator) => {
                joined(label.split(separator).map(str::trim).filter(|label| is_finding(label)))
            }
        })
    }
}

/// Tells if a label is there and does not say that there is none.
fn is_finding(label: &str) -> bool {
    !label.is_empty() && !label.eq_ignore_ascii_case(NO_FINDING)
}

fn joined<'a>(labels: impl Iterator<Item = &'a str>) -> String {
    let labels: Vec<&str> = labels.collect::<BTreeSet<_>>().into_iter().collect();
    labels.join(BETWEEN.encode_utf8(&mut [0; 4]))
}

/// Returns a frame from 0 by its number from 1.
fn frame_number(text: &str) -> Option<usize> {
    text.parse::<usize>().ok()?.checked_sub(1)
}

fn short(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}
