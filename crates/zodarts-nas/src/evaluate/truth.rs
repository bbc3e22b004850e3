//! Files of true labels in the form of the predictions: a row `index,label,…` per image.

use super::predictions::{self, PredictionsError};
use super::{Labels, Scores};
use std::path::Path;

/// Writes a file of labels, which replaces an older one only when it is complete.
///
/// # Errors
/// Returns an error if the file cannot be written.
///
/// # Panics
/// Never: every label is a finite `f32`.
pub fn save(labels: &Labels, path: &Path) -> Result<(), PredictionsError> {
    let values = labels.rows().flatten().map(|label| f32::from(*label)).collect();
    let rows = Scores::new(labels.n(), labels.columns(), values).expect("labels are finite and of one width");
    predictions::save(&rows, path)
}

/// Reads a file of labels.
///
/// # Errors
/// See [`predictions::load`]; also returns an error if a value is not a label.
pub fn load(path: &Path) -> Result<Labels, PredictionsError> {
    let rows = predictions::load(path)?;
    let reject = |problem| PredictionsError::Rows { path: path.to_owned(), problem };
    let label = |value: &f32| {
        let label = *value as u16;
        if f32::from(label) == *value { Ok(label) } else { Err(reject(format!("{value} is not a label"))) }
    };
    let values: Result<Vec<u16>, _> = rows.rows().flatten().map(label).collect();
    Labels::new(rows.n(), rows.columns(), values?).map_err(|error| reject(error.to_string()))
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
