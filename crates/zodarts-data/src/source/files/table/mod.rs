//! Tables of labels: CSV of an image's path, its label or labels, and optionally its frame, split and
//! patient.

mod columns;
mod content;
mod names;
mod row;
mod text;

use crate::error::DataError;
use crate::event::Notice;
use crate::options::TableOptions;
use columns::{LabelColumn, TableHeader};
use content::ColumnContent;
use csv::{ErrorKind, Reader, ReaderBuilder, Trim};
pub(super) use row::LabelRow;
use row::{MAX_LABEL, RowReader};
use std::collections::BTreeSet;
use std::path::Path;
use text::TableText;

/// Most rows of a table. Short rows take many times their bytes in memory.
const MAX_ROWS: usize = 1 << 20;

/// The rows of a table.
#[derive(Debug)]
pub(super) struct LabelTable {
    pub rows: Vec<LabelRow>,
    /// True if an image may have several labels, or none.
    pub several: bool,
    /// True if the table has a column of splits.
    pub has_splits: bool,
    /// True if the table has a column of patients.
    pub has_patients: bool,
    /// Notices about the columns and labels.
    pub notices: Vec<Notice>,
}

impl LabelTable {
    /// Reads a table.
    pub fn read(path: &Path, options: &TableOptions) -> Result<Self, DataError> {
        let text = TableText::read(path)?;
        let mut reader = reader(&text);
        let names = reader.headers().map_err(|error| damaged(path, &error))?.clone();
        let contents =
            ColumnContent::of(names.len(), reader.into_records().map_while(Result::ok).take(MAX_ROWS));
        let header = TableHeader { table: path, names: &names, contents: &contents };
        let (columns, notice) = header.columns(options)?;
        let separator = options.label_separator.as_deref();
        let rows = rows(&text, &RowReader { table: path, columns: &columns, separator })?;
        let flags = matches!(columns.label, LabelColumn::Flags(_));
        let several =
            if flags { rows.iter().any(|row| row.labels().count() != 1) } else { separator.is_some() };
        let mut notices: Vec<Notice> = notice.into_iter().collect();
        let unused = header.unused(&columns);
        if !unused.is_empty() {
            notices.push(Notice::UnusedColumns { names: unused });
        }
        if !several && !flags {
            notices.extend(joined_labels(&rows));
        }
        let (has_splits, has_patients) = (columns.split.is_some(), columns.patient.is_some());
        Ok(Self { rows, several, has_splits, has_patients, notices })
    }
}

fn reader(text: &TableText) -> Reader<&[u8]> {
    ReaderBuilder::new().delimiter(text.delimiter).trim(Trim::All).from_reader(text.text.as_bytes())
}

fn rows(text: &TableText, row_reader: &RowReader<'_>) -> Result<Vec<LabelRow>, DataError> {
    let (path, mut rows) = (row_reader.table, Vec::new());
    for record in reader(text).records() {
        let record = record.map_err(|error| damaged(path, &error))?;
        if rows.len() == MAX_ROWS {
            return Err(wrong(path, format!("has more than {MAX_ROWS} rows"), "split the data set"));
        }
        rows.push(row_reader.row(&record)?);
    }
    if rows.is_empty() {
        return Err(wrong(path, "is empty".into(), "write a line for each image below the header"));
    }
    Ok(rows)
}

/// Returns a notice if some label looks like several: it has a bar, or all of its parts are labels too.
fn joined_labels(rows: &[LabelRow]) -> Option<Notice> {
    let labels: BTreeSet<&str> = rows.iter().map(|row| row.label.as_str()).collect();
    let joined = |label: &&&str| {
        let parts = |separator: char| label.split(separator).map(str::trim);
        let others =
            |separator: char| label.contains(separator) && parts(separator).all(|part| labels.contains(part));
        let separator = [';', ',', '+'].into_iter().find(|separator| others(*separator));
        if label.contains('|') { Some('|') } else { separator }
    };
    let label = labels.iter().find(|label| joined(label).is_some())?;
    Some(Notice::JoinedLabels { label: (*label).to_owned(), separator: joined(&label)? })
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
    use crate::patients::PatientKey;
    use proptest::prelude::*;

    fn read(text: impl AsRef<[u8]>) -> Result<LabelTable, String> {
        read_as(text, &TableOptions::default())
    }

    fn read_as(text: impl AsRef<[u8]>, options: &TableOptions) -> Result<LabelTable, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        std::fs::write(&path, text).unwrap();
        LabelTable::read(&path, options)
            .map_err(|error| format!("{error}; {}", error.hint().unwrap_or_default()))
    }

    #[test]
    fn columns_stand_in_any_order_and_others_are_left_out() {
        let table = read(
            "\u{feff}age, Label,patient ,path,split\r\n7,\"a, \"\"b\"\"\",P1, x/y.png ,val\r\n\
             ,b,,z.dcm,train\r\n",
        );
        let table = table.unwrap();
        assert_eq!(
            (table.has_splits, table.has_patients, &*table.notices),
            (true, true, &[Notice::UnusedColumns { names: vec!["age".into()] }][..])
        );
        assert_eq!((table.rows[0].frame, table.rows[1].frame), (None, None));
        let [first, second] = &table.rows[..] else { panic!("two rows") };
        assert_eq!((&*first.path, &*first.label, first.split, first.line), ("x/y.png", "a, \"b\"", 1, 2));
        assert_eq!((second.line, second.patient), (3, None));
        assert_eq!(first.patient, PatientKey::of_id(b"P1"));
        let table = read("path,label\na.png,x\n").unwrap();
        assert!(!table.has_splits && !table.has_patients && table.notices.is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_by_line_and_without_a_patient() {
        for (text, expected) in [
            ("", "is empty (0 bytes)"),
            ("path,label\n", "is empty"),
            ("scan,label\nJane,a\n", "line 1: column `path` is missing among 2 column(s)"),
            ("path:label\nJane:a\n", "line 1: column `path` is missing among 1 column(s)"),
            ("path,kind\nJane,a\n", "line 1: column `label` is missing"),
            ("image,file,label\nJane,Jane,a\n", "line 1: columns `image` and `file` may both be the path"),
            ("path,label,label\na,b,c\n", "line 1: column `label` is there twice"),
            ("path,label,patient\na,b,Jane\na,b\n", "line 3: 2 field(s), expected 3"),
            (
                "path,label,split,patient\na,b,train,Jane\nc,d,fold1,Jane\n",
                "line 3: the split is `fold1`, expected train, val or test",
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

    /// The labels of each row.
    fn labels(table: &LabelTable) -> Vec<Vec<&str>> {
        table.rows.iter().map(|row| row.labels().collect()).collect()
    }

    #[test]
    fn fields_are_separated_by_what_the_first_line_has() {
        for text in [
            "path;label\nx, y.png;a\n",
            "path\tlabel\r\nx, y.png\ta\r\n",
            "sep=;\npath;label\nx, y.png;a\n",
            "\u{feff}\"path, of the file\";path;label\nz;x, y.png;a\n",
        ] {
            let table = read(text).unwrap();
            assert_eq!((&*table.rows[0].path, &*table.rows[0].label), ("x, y.png", "a"), "{text}");
        }
        let error = read("sep=;\npath;label\na;\n").unwrap_err();
        assert!(error.contains("line 3: the label is empty"), "{error}");
        let error = read(b"\xff\xfep\0a\0").unwrap_err();
        assert!(error.contains("is UTF-16 text, expected UTF-8; save it as CSV UTF-8"), "{error}");
    }

    #[test]
    fn usual_names_are_recognised_and_told() {
        let table = read("lesion_id,image_id,dx,dx_type,set\nL1,a,nv,histo,Training\nL1,b,mel,histo,dev\n");
        let table = table.unwrap();
        let taken = Notice::TableColumns {
            path: "image_id".into(),
            labels: vec!["dx".into()],
            split: Some("set".into()),
            patient: Some("lesion_id".into()),
        };
        let unused = Notice::UnusedColumns { names: vec!["dx_type".into()] };
        assert_eq!(table.notices, [taken, unused]);
        assert_eq!((table.rows[1].split, table.rows[0].patient), (1, PatientKey::of_id(b"L1")));
        // A set that names no split is a column like any other.
        assert!(!read("Image Index,Finding Labels,set\na,b,7\n").unwrap().has_splits);
        // pandas' index has no name.
        let unused = Notice::UnusedColumns { names: vec!["column 1 (without a name)".into()] };
        assert_eq!(read(",path,label\n0,a,b\n").unwrap().notices, [unused]);
    }

    #[test]
    fn options_name_columns() {
        let options = TableOptions {
            path_column: Some("scan".into()),
            label_column: Some("Grade".into()),
            split_column: Some("fold".into()),
            patient_column: Some("who".into()),
            ..TableOptions::default()
        };
        let table = read_as("who,scan,grade,fold,label\nP,a,2,TEST,x\n", &options).unwrap();
        assert_eq!((&*table.rows[0].label, table.rows[0].split), ("2", 2));
        assert!(table.has_patients);
        let error = read_as("scan,who,fold,label\na,b,test,c\n", &options).unwrap_err();
        assert!(error.contains("line 1: column `Grade` of --label-column is missing"), "{error}");
    }

    #[test]
    fn columns_of_0_and_1_are_classes_or_several_labels() {
        let table = read("image,MEL,NV,age\na,1.0,0.0,7\nb,0,1,8\n").unwrap();
        assert_eq!((table.several, labels(&table)), (false, vec![vec!["MEL"], vec!["NV"]]));
        let table = read("image,MEL,NV\na,1,1\nb,0,1\nc,0,0\n").unwrap();
        assert_eq!((table.several, labels(&table)), (true, vec![vec!["MEL", "NV"], vec!["NV"], vec![]]));
        let error = read("image,MEL\na,1\n").unwrap_err();
        assert!(error.contains("column `label` is missing among 2 column(s)"), "{error}");
    }

    #[test]
    fn several_labels_in_a_field_are_told_or_separated() {
        let text = "path,label\na,Edema|Cyst\nb,Cyst\nc,No Finding\nd, cyst | Edema\n";
        let notice = |label: &str, separator| Notice::JoinedLabels { label: label.into(), separator };
        assert_eq!(read(text).unwrap().notices, [notice("Edema|Cyst", '|')]);
        assert_eq!(read("path;label\na;x,y\nb;x\nc;y\n").unwrap().notices, [notice("x,y", ',')]);
        assert_eq!(read("path;label\na;x,y\nb;x\n").unwrap().notices, []);
        let options = TableOptions { label_separator: Some("|".into()), ..TableOptions::default() };
        let table = read_as(text, &options).unwrap();
        assert!(table.several && table.notices.is_empty());
        assert_eq!(labels(&table), [vec!["Cyst", "Edema"], vec!["Cyst"], vec![], vec!["Edema", "cyst"]]);
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
