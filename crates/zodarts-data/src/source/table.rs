//! A table of labels: CSV of an image's path, its label, and where wanted its frame, split and patient.

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
/// Most rows of a table. Short ones take many times their bytes in memory.
const MAX_ROWS: usize = 1 << 20;
/// Most characters of a label: as many as a folder's name may have.
const MAX_LABEL: usize = 255;
/// What spreadsheets write before UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// Names of the columns.
const COLUMNS: [&str; 5] = ["path", "label", "frame", "split", "patient"];

/// The rows of a table.
#[derive(Debug)]
pub(super) struct Table {
    pub rows: Vec<Row>,
    /// Whether rows say their split.
    pub has_splits: bool,
    /// Whether rows say their patient.
    pub has_patients: bool,
    /// Columns that mean nothing here.
    pub unused: Vec<String>,
}

/// A row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Where it stands in the file, from 1.
    pub line: u64,
    pub path: String,
    pub label: String,
    /// The frame of the file that is meant, from 0; none for every one.
    pub frame: Option<usize>,
    /// The training split if the table says none.
    pub split: SplitIndex,
    pub patient: Option<PatientKey>,
}

/// Where the columns stand.
struct Columns {
    path: usize,
    label: usize,
    frame: Option<usize>,
    split: Option<usize>,
    patient: Option<usize>,
}

impl Table {
    /// Reads a table.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let text = text(path)?;
        // The reader of CSV would count a line for each half of these ends.
        let text = with_plain_ends(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text));
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| damaged(path, &error))?.clone();
        let (columns, unused) = Columns::find(path, &header)?;
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

impl Columns {
    /// Finds the columns, and the names of those that are not looked for.
    fn find(path: &Path, header: &StringRecord) -> Result<(Self, Vec<String>), DataError> {
        let place = |name: &str| {
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
            // What is there instead is not told: without a header it would be a row, with a patient's name perhaps.
            let problem = format!("line 1: column `{name}` is missing among {} column(s)", header.len());
            let hint = "name the columns path and label (and frame, split, patient) in the first line, separated by commas";
            place(name)?.ok_or_else(|| wrong(path, problem, hint))
        };
        let (path, label) = (needed("path")?, needed("label")?);
        let unused =
            header.iter().filter(|column| !COLUMNS.iter().any(|known| column.eq_ignore_ascii_case(known)));
        let unused = unused.map(str::to_owned).collect();
        let [frame, split, patient] = [place("frame")?, place("split")?, place("patient")?];
        Ok((Self { path, label, frame, split, patient }, unused))
    }

    fn row(&self, table: &Path, record: &StringRecord) -> Result<Row, DataError> {
        let line = record.position().map_or(0, csv::Position::line);
        // Records are as long as the header, or they would not have been read.
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
        Ok(Row { line, path, label, frame: frame.transpose()?, split, patient })
    }
}

/// A frame from 0 by its number from 1.
fn frame_number(text: &str) -> Option<usize> {
    text.parse::<usize>().ok()?.checked_sub(1)
}

/// A text with lines that end as on Unix; no copy of one whose lines do.
fn with_plain_ends(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") { text.replace("\r\n", "\n").into() } else { text.into() }
}

/// The text of a table, if it is one.
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

/// What the reader of CSV finds wrong. Its own words are not passed on, for they could be those of the file.
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

/// The start of a path, for an error.
pub(super) fn excerpt(path: &str) -> String {
    match path.char_indices().nth(MAX_LABEL) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path.to_owned(),
    }
}

/// Something wrong with a table.
pub(super) fn wrong(path: &Path, problem: String, hint: &'static str) -> DataError {
    DataError::Labels { path: path.to_owned(), problem, hint }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: impl AsRef<[u8]>) -> Result<Table, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        std::fs::write(&path, text).unwrap();
        Table::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn columns_stand_in_any_order_and_others_are_left_out() {
        let table = read(
            "\u{feff}age, Label,patient ,path,split\r\n7,\"a, \"\"b\"\"\",P1, x/y.png ,val\r\n,b,,z.dcm,train\r\n",
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
