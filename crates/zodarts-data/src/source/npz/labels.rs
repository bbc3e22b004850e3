//! The label arrays of an npz file and their meaning.

use super::element::{Element, Integer};
use super::header::NpyHeader;
use crate::error::DataError;
use crate::source::medmnist::MedMnistFile;
use crate::task::Task;
use std::path::Path;

/// The most classes. A larger label is taken for an error.
const MAX_CLASSES: usize = 1000;

/// Labels as read, in the shape `(rows, columns)`. They stay as narrow as in the file, which may hold
/// millions.
#[derive(Debug)]
pub(super) struct LabelArray {
    element: Integer,
    bytes: Vec<u8>,
    pub columns: usize,
}

impl LabelArray {
    /// Returns the labels in the elements of an integer array whose columns [`LabelArray::columns_of`] has
    /// counted, or `None` for other numbers.
    pub fn new(element: Element, bytes: Vec<u8>, columns: usize) -> Option<LabelArray> {
        match element {
            Element::Integer(element) => Some(LabelArray { element, bytes, columns }),
            Element::Float(_) => None,
        }
    }

    /// Returns no labels of the same form.
    pub fn emptied(&self) -> LabelArray {
        LabelArray { element: self.element, bytes: Vec::new(), columns: self.columns }
    }

    /// Tells if every row has exactly one 1, and zeros else.
    pub fn is_one_hot(&self) -> bool {
        let rows = self.bytes.chunks_exact(self.element.width * self.columns);
        self.columns > 1
            && rows.into_iter().all(|row| {
                let values = row.chunks_exact(self.element.width).map(|value| self.element.decode(value));
                let (ones, others) = values.fold((0, 0), |(ones, others), value| match value {
                    0 => (ones, others),
                    1 => (ones + 1, others),
                    _ => (ones, others + 1),
                });
                (ones, others) == (1, 0)
            })
    }

    /// Returns the column of each row's 1, in one column.
    pub fn one_hot_classes(&self) -> LabelArray {
        let rows = self.bytes.chunks_exact(self.element.width * self.columns);
        let class = |row: &[u8]| {
            let mut values = row.chunks_exact(self.element.width).map(|value| self.element.decode(value));
            values.position(|value| value == 1).unwrap_or_default() as u16
        };
        let bytes = rows.flat_map(|row| class(row).to_le_bytes()).collect();
        LabelArray { element: Integer { width: 2, signed: false, big_endian: false }, bytes, columns: 1 }
    }

    /// Returns the number of columns of an array in the shape `(N,)`, `(N, 1)` or `(N, L)`.
    pub fn columns_of(header: &NpyHeader) -> Result<usize, LabelShapeFault> {
        let columns = match *header.shape {
            [_] => 1,
            [_, columns @ 1..=MAX_CLASSES] => columns,
            _ => return Err(LabelShapeFault::Axes),
        };
        if header.fortran_order && columns > 1 {
            return Err(LabelShapeFault::FortranOrder);
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

/// A shape of labels that cannot be used. Its text is the shape that was expected.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(super) enum LabelShapeFault {
    #[error("(N,), (N, 1) or (N, L)")]
    Axes,
    #[error("the same in C order")]
    FortranOrder,
}

impl LabelShapeFault {
    /// Returns advice, if there is any.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            LabelShapeFault::Axes => None,
            LabelShapeFault::FortranOrder => Some("save numpy.ascontiguousarray(labels)"),
        }
    }
}

/// The meaning of a file's labels.
#[derive(Debug)]
pub(super) struct LabelMeaning {
    pub task: Task,
    pub classes: Vec<String>,
}

impl LabelMeaning {
    /// Returns the meaning from the table of MedMNIST for a known file, else from the labels: one column of
    /// two classes is binary, of more multi-class; several columns of 0/1 are multi-label.
    pub fn infer(
        path: &Path,
        known: Option<MedMnistFile>,
        splits: [(&'static str, &LabelArray); 3],
    ) -> Result<LabelMeaning, DataError> {
        let check = LabelCheck { path };
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
            Some(file) => LabelMeaning {
                task: file.set.task,
                classes: file.set.classes.iter().map(ToString::to_string).collect(),
            },
            None => LabelMeaning {
                task: if multi_label { Task::MultiLabel } else { Task::of_classes(classes) },
                classes: (0..classes).map(|class| class.to_string()).collect(),
            },
        };
        for (split, table) in splits {
            meaning.check_range(path, split, table)?;
        }
        Ok(meaning)
    }

    /// Refuses labels that name no class.
    pub fn check_range(&self, path: &Path, split: &str, table: &LabelArray) -> Result<(), DataError> {
        let limit = if self.task == Task::MultiLabel { 2 } else { self.classes.len() };
        LabelCheck { path }.range(split, table, limit)
    }
}

struct LabelCheck<'a> {
    path: &'a Path,
}

impl LabelCheck<'_> {
    fn columns(&self, split: &str, table: &LabelArray, expected: usize) -> Result<(), DataError> {
        if table.columns == expected {
            return Ok(());
        }
        Err(DataError::ArrayShape {
            path: self.path.to_owned(),
            array: format!("{split}_labels"),
            found: format!("(N, {})", table.columns).into(),
            expected: format!("{expected} label column(s)").into(),
            hint: None,
        })
    }

    /// Returns the number K of classes of the training labels, which must be all of 0..K.
    fn classes_of(&self, train: &LabelArray) -> Result<usize, DataError> {
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
            let (path, array, found) = (self.path.to_owned(), "train_labels".to_owned(), classes as i128 - 1);
            return Err(DataError::LabelNumbers { path, array, row, found, expected });
        }
        Ok(classes)
    }

    fn range(&self, split: &str, table: &LabelArray, limit: usize) -> Result<(), DataError> {
        match table.values().enumerate().find(|(_, value)| !(0..limit as i128).contains(value)) {
            Some((at, value)) => Err(self.out_of_range(split, at / table.columns, value, limit)),
            None => Ok(()),
        }
    }

    fn out_of_range(&self, split: &str, row: usize, found: i128, limit: usize) -> DataError {
        let (path, array) = (self.path.to_owned(), format!("{split}_labels"));
        DataError::LabelOutOfRange { path, array, row, found, expected: format!("0 to {}", limit - 1) }
    }
}
