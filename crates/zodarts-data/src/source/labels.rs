//! The label arrays of an npz file, and what they mean.

use super::MedMnistFile;
use super::npy::{Header, Integer};
use crate::error::DataError;
use crate::task::Task;
use std::path::Path;

/// More classes than any classifier here is for; a label above is taken for an error.
const MAX_CLASSES: usize = 1000;

/// Labels as read, row-major. They stay as narrow as they are in the file, which may hold millions.
#[derive(Debug)]
pub(super) struct LabelTable {
    element: Integer,
    bytes: Vec<u8>,
    pub columns: usize,
}

impl LabelTable {
    /// The elements of an integer array of as many columns as [`LabelTable::columns_of`] says.
    pub fn new(element: Integer, bytes: Vec<u8>, columns: usize) -> LabelTable {
        LabelTable { element, bytes, columns }
    }

    /// Columns of an array of shape (N,), (N, 1) or (N, L); on failure says what shape was expected.
    pub fn columns_of(header: &Header) -> Result<usize, String> {
        let columns = match *header.shape {
            [_] => 1,
            [_, columns @ 1..=MAX_CLASSES] => columns,
            _ => return Err("(N,), (N, 1) or (N, L)".to_owned()),
        };
        if header.fortran_order && columns > 1 {
            return Err("the same in C order; save numpy.ascontiguousarray(labels)".to_owned());
        }
        Ok(columns)
    }

    pub fn rows(&self) -> usize {
        self.bytes.len() / self.element.width / self.columns
    }

    pub fn values(&self) -> impl Iterator<Item = i128> {
        self.bytes.chunks_exact(self.element.width).map(|value| self.element.decode(value))
    }
}

/// What the labels of a file say.
#[derive(Debug)]
pub(super) struct Meaning {
    pub task: Task,
    pub classes: Vec<String>,
}

impl Meaning {
    /// From the table of MedMNIST for a known file, else from the labels: one column of two classes is binary,
    /// of more multi-class; several columns of 0/1 are multi-label.
    pub fn infer(
        path: &Path,
        known: Option<MedMnistFile>,
        splits: [(&'static str, &LabelTable); 3],
    ) -> Result<Meaning, DataError> {
        let check = Check { path };
        let columns = match known {
            Some(file) if file.set.task == Task::MultiLabel => file.set.classes.len(),
            Some(_) => 1,
            None => splits[0].1.columns,
        };
        for (split, table) in splits {
            check.columns(split, table, columns)?;
        }
        let multi_label = columns > 1;
        let classes = match known {
            Some(file) => file.set.classes.len(),
            None if multi_label => columns,
            None => check.classes_of(splits[0].1)?,
        };
        let meaning = match known {
            Some(file) => Meaning {
                task: file.set.task,
                classes: file.set.classes.iter().map(ToString::to_string).collect(),
            },
            None => Meaning {
                task: if multi_label { Task::MultiLabel } else { Task::of_classes(classes) },
                classes: (0..classes).map(|class| class.to_string()).collect(),
            },
        };
        for (split, table) in splits {
            meaning.check_range(path, split, table)?;
        }
        Ok(meaning)
    }
}

impl Meaning {
    /// Refuses labels that name no class.
    pub fn check_range(&self, path: &Path, split: &str, table: &LabelTable) -> Result<(), DataError> {
        let limit = if self.task == Task::MultiLabel { 2 } else { self.classes.len() };
        Check { path }.range(split, table, limit)
    }
}

struct Check<'a> {
    path: &'a Path,
}

impl Check<'_> {
    fn columns(&self, split: &str, table: &LabelTable, expected: usize) -> Result<(), DataError> {
        if table.columns == expected {
            return Ok(());
        }
        Err(DataError::ArrayShape {
            path: self.path.to_owned(),
            array: format!("{split}_labels"),
            found: format!("(N, {})", table.columns),
            expected: format!("{expected} label column(s)"),
        })
    }

    /// Number of classes of the training labels, which must be all of 0..K.
    fn classes_of(&self, train: &LabelTable) -> Result<usize, DataError> {
        let mut seen = [false; MAX_CLASSES];
        for (row, value) in train.values().enumerate() {
            match usize::try_from(value).ok().filter(|&class| class < MAX_CLASSES) {
                Some(class) => seen[class] = true,
                None => return Err(self.out_of_range("train", row, value, MAX_CLASSES)),
            }
        }
        let classes = seen.iter().rposition(|&seen| seen).map_or(0, |last| last + 1);
        if classes < 2 || seen[..classes].contains(&false) {
            let row = train.values().position(|value| value + 1 == classes as i128).unwrap_or_default();
            let missing = seen[..classes].iter().position(|&seen| !seen);
            let expected = missing.map_or("at least two classes".to_owned(), |class| {
                format!("classes numbered 0, 1, 2, … without a gap, but no training image has label {class}")
            });
            return Err(self.label_error("train", row, classes as i128 - 1, expected));
        }
        Ok(classes)
    }

    fn range(&self, split: &str, table: &LabelTable, limit: usize) -> Result<(), DataError> {
        match table.values().enumerate().find(|(_, value)| !(0..limit as i128).contains(value)) {
            Some((at, value)) => Err(self.out_of_range(split, at / table.columns, value, limit)),
            None => Ok(()),
        }
    }

    fn out_of_range(&self, split: &str, row: usize, found: i128, limit: usize) -> DataError {
        self.label_error(split, row, found, format!("0 to {}; correct the labels", limit - 1))
    }

    fn label_error(&self, split: &str, row: usize, found: i128, expected: String) -> DataError {
        let (path, array) = (self.path.to_owned(), format!("{split}_labels"));
        DataError::LabelOutOfRange { path, array, row, found, expected }
    }
}
