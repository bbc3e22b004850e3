//! The labels that predictions are held against, in the same form: one row `index,label,…` per image.

use super::Labels;
use super::table::{PredictionsError, RowTable, TableValue};
use std::path::Path;

impl TableValue for u16 {
    const NAME: &'static str = "label";
    const EXPECTED: &'static str = "a label";

    fn parse(field: &str) -> Option<Self> {
        field.parse().ok()
    }
}

/// Writes a file of labels, which replaces an older one only when it is complete.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub fn save(labels: &Labels, path: &Path) -> Result<(), PredictionsError> {
    super::table::save(labels.rows(), path)
}

/// Reads a file of labels.
///
/// # Errors
/// As [`predictions::load`](super::predictions::load), or if a value is not a label.
pub fn load(path: &Path) -> Result<Labels, PredictionsError> {
    let RowTable { rows, columns, values } = RowTable::load(path)?;
    let reject = |problem| PredictionsError::Rows { path: path.to_owned(), problem };
    Labels::new(rows, columns, values).map_err(|error| reject(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_read_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.csv");
        let labels = Labels::new(2, 3, vec![0, 1, 0, 999, 0, u16::MAX]).unwrap();
        save(&labels, &path).unwrap();
        assert_eq!(load(&path).unwrap(), labels);
    }

    #[test]
    fn what_is_no_label_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.csv");
        for text in ["0,0.5", "0,-1", "0,70000"] {
            std::fs::write(&path, text).unwrap();
            assert!(load(&path).unwrap_err().to_string().contains("is not a label"), "{text}");
        }
    }
}
