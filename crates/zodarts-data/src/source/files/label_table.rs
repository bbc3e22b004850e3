//! Tables of labels: CSV of an image's path, its label, and optionally its frame, split and patient.

use crate::copies::{SPLITS, SplitIndex};
use crate::error::DataError;
use crate::patients::PatientKey;
use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Largest table that is read.
const MAX_BYTES: u64 = 64 << 20;
/// Most rows of a table. Short rows take many times their bytes in memory.
const MAX_ROWS: usize = 1 << 20;
/// Most characters of a label: as many as a folder's name may have.
const MAX_LABEL: usize = 255;
/// The mark that spreadsheets write before UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// Names of the columns.
const COLUMNS: [&str; 5] = ["path", "label", "frame", "split", "patient"];

/// The rows of a table.
#[derive(Debug)]
pub(super) struct LabelTable {
    pub rows: Vec<LabelRow>,
    /// True if the table has a column of splits.
    pub has_splits: bool,
    /// True if the table has a column of patients.
    pub has_patients: bool,
    /// Names of columns that are not used.
    pub unused: Vec<String>,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub(super) struct LabelRow {
    /// Its line in the file, from 1.
    pub line: u64,
    pub path: String,
    pub label: String,
    /// The frame of the file, from 0; `None` for every frame.
    pub frame: Option<usize>,
    /// The training split if the table has no splits.
    pub split: SplitIndex,
    pub patient: Option<PatientKey>,
}

/// Indices of the columns.
struct LabelColumns {
    path: usize,
    label: usize,
    frame: Option<usize>,
    split: Option<usize>,
    patient: Option<usize>,
}

impl LabelTable {
    /// Reads a table.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let text = text(path)?;
        // The CSV reader counts \r\n as two lines.
        let text = with_plain_ends(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text));
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| damaged(path, &error))?.clone();
        let (columns, unused) = LabelColumns::find(path, &header)?;
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| damaged(path, &error))?;
            if rows.len() == MAX_ROWS {
                return Err(wrong(path, format!("has more than {MAX_ROWS} rows"), "split the data set"));
            }
            rows.push(columns.row(path, &record)?);
        }
        if rows.is_empty() {
            return Err(wrong(path, "is empty".into(), "write a line for each image below the header"));
        }
        Ok(Self {
            rows,
            has_splits: columns.split.is_some(),
            has_patients: columns.patient.is_some(),
            unused,
        })
    }
}

impl LabelColumns {
    /// Returns the columns, and the names of the unused ones.
    fn find(path: &Path, header: &StringRecord) -> Result<(Self, Vec<String>), DataError> {
        let index = |name: &str| {
            let mut places =
                header.iter().enumerate().filter(|(_, column)| column.eq_ignore_ascii_case(name));
            let first = places.next().map(|(place, _)| place);
            if places.next().is_some() {
                return Err(wrong(
                    path,
                    format!("line 1: column `{name}` is there twice"),
                    "leave one of them",
                ));
            }
            Ok(first)
        };
        let needed = |name: &str| {
            // The columns found are not named: without a header they would be a row, perhaps with a patient's
            // name.
            let problem = format!("line 1: column `{name}` is missing among {} column(s)", header.len());
            let hint = "name the columns path and label (and frame, split, patient) in the first line, \
                        separated by commas";
            index(name)?.ok_or_else(|| wrong(path, problem, hint))
        };
        let (path, label) = (needed("path")?, needed("label")?);
        let unused =
            header.iter().filter(|column| !COLUMNS.iter().any(|known| column.eq_ignore_ascii_case(known)));
        let unused = unused.map(str::to_owned).collect();
        let [frame, split, patient] = [index("frame")?, index("split")?, index("patient")?];
        Ok((Self { path, label, frame, split, patient }, unused))
    }

    fn row(&self, table: &Path, record: &StringRecord) -> Result<LabelRow, DataError> {
        let line = record.position().map_or(0, csv::Position::line);
        // The reader refuses records that are not as long as the header.
        let field = |column: usize| record.get(column).unwrap_or_default();
        for (column, name) in [(self.path, "path"), (self.label, "label")] {
            if field(column).is_empty() {
                return Err(wrong(table, format!("line {line}: the {name} is empty"), "complete the line"));
            }
        }
        let length = field(self.label).chars().count();
        if length > MAX_LABEL {
            let problem =
                format!("line {line}: the label has {length} characters, at most {MAX_LABEL} are taken");
            return Err(wrong(table, problem, "a label is the name of a class"));
        }
        let split = self.split.map_or(Ok(0), |column| {
            let found = field(column);
            SPLITS.iter().position(|split| *split == found).ok_or_else(|| {
                let found: String = found.chars().take(40).collect();
                let problem = format!("line {line}: the split is `{found}`, expected train, val or test");
                wrong(table, problem, "write one of these in every line, or leave the column out")
            })
        })?;
        let frame = self.frame.map(field).filter(|found| !found.is_empty());
        let frame = frame.map(|found| {
            frame_number(found).ok_or_else(|| {
                let found: String = found.chars().take(40).collect();
                let problem = format!("line {line}: the frame is `{found}`, expected a number from 1");
                wrong(table, problem, "write the number of the frame, or nothing for every frame of the file")
            })
        });
        let patient = self.patient.and_then(|column| PatientKey::of_id(field(column).as_bytes()));
        let (path, label) = (field(self.path).into(), field(self.label).into());
        Ok(LabelRow { line, path, label, frame: frame.transpose()?, split, patient })
    }
}

/// Returns a frame from 0 by its number from 1.
fn frame_number(text: &str) -> Option<usize> {
    text.parse::<usize>().ok()?.checked_sub(1)
}

/// Returns the text with Unix line ends, without a copy if it has them.
fn with_plain_ends(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") { text.replace("\r\n", "\n").into() } else { text.into() }
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
        return Err(wrong(
            path,
            "is empty (0 bytes)".into(),
            "its first line names the columns path and label",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        wrong(path, format!("line {line}: not UTF-8 text"), "save it as CSV UTF-8")
    })
}

/// Returns the error of a CSV reader. Its own message is not passed on, for it could quote the file.
fn damaged(path: &Path, error: &csv::Error) -> DataError {
    let line = error.position().map_or(1, csv::Position::line);
    match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let problem =
                format!("line {line}: {len} field(s), expected {expected_len} as in the first line");
            wrong(path, problem, "put fields with commas in quotes")
        }
        _ => wrong(path, format!("line {line}: not readable as CSV"), "save it as CSV again"),
    }
}

/// Returns the start of a path, for an error.
pub(super) fn excerpt(path: &str) -> String {
    match path.char_indices().nth(MAX_LABEL) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path.to_owned(),
    }
}

/// Returns the error of a table.
pub(super) fn wrong(path: &Path, problem: String, hint: &'static str) -> DataError {
    DataError::Labels { path: path.to_owned(), problem, hint }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: impl AsRef<[u8]>) -> Result<LabelTable, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        std::fs::write(&path, text).unwrap();
        LabelTable::read(&path).map_err(|error| format!("{error}; {}", error.hint().unwrap_or_default()))
    }

    #[test]
    fn columns_stand_in_any_order_and_others_are_left_out() {
        let table = read(
            "\u{feff}age, Label,patient ,path,split\r\n7,\"a, \"\"b\"\"\",P1, x/y.png ,val\r\n\
             ,b,,z.dcm,train\r\n",
        );
        let table = table.unwrap();
        assert_eq!(
            (table.has_splits, table.has_patients, &*table.unused),
            (true, true, &["age".to_owned()][..])
        );
        assert_eq!((table.rows[0].frame, table.rows[1].frame), (None, None));
        let [first, second] = &table.rows[..] else { panic!("two rows") };
        assert_eq!((&*first.path, &*first.label, first.split, first.line), ("x/y.png", "a, \"b\"", 1, 2));
        assert_eq!((second.line, second.patient), (3, None));
        assert_eq!(first.patient, PatientKey::of_id(b"P1"));
        let table = read("path,label\na.png,x\n").unwrap();
        assert!(!table.has_splits && !table.has_patients && table.unused.is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_by_line_and_without_a_patient() {
        for (text, expected) in [
            ("", "is empty (0 bytes)"),
            ("path,label\n", "is empty"),
            ("file,label\nJane,a\n", "line 1: column `path` is missing among 2 column(s)"),
            ("path;label\nJane;a\n", "line 1: column `path` is missing among 1 column(s)"),
            ("path,class\nJane,a\n", "line 1: column `label` is missing"),
            ("path,label,label\na,b,c\n", "line 1: column `label` is there twice"),
            ("path,label,patient\na,b,Jane\na,b\n", "line 3: 2 field(s), expected 3"),
            (
                "path,label,split,patient\na,b,train,Jane\nc,d,dev,Jane\n",
                "line 3: the split is `dev`, expected train, val or test",
            ),
            ("path,label,split\na,b,\n", "line 2: the split is ``"),
            ("path,label,frame\na,b,\na,b,0\n", "line 3: the frame is `0`, expected a number from 1"),
            ("path,label,frame\na,b,first\n", "line 2: the frame is `first`"),
            ("path,label,patient\n,b,Jane\n", "line 2: the path is empty"),
            ("path,label,patient\na,,Jane\n", "line 2: the label is empty"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected) && !error.contains("Jane") && error.contains("; "), "{error}");
        }
        let error = read(b"path,label\na.png,caf\xe9\n").unwrap_err();
        assert!(error.contains("line 2: not UTF-8 text; save it as CSV UTF-8"), "{error}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = read(bytes);
        }

        #[test]
        fn any_table_is_refused_or_read(text in "(path|label|split|patient|[a-z\",;\r\n ]|\u{feff}){0,60}") {
            if let Ok(table) = read(format!("path,label,split\n{text}")) {
                prop_assert!(table.rows.iter().all(|row| !row.path.is_empty() && row.split < 3));
            }
        }
    }
}
