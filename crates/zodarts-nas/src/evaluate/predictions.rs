//! Predictions in the form of `MedMNIST`'s Evaluator: a CSV file without a header, one row
//! `index,score,score,…` per image.

pub use super::table::PredictionsError;

use super::Scores;
use super::table::{RowTable, TableValue};
use std::io::BufRead;
use std::path::Path;

impl TableValue for f32 {
    const NAME: &'static str = "score";
    const EXPECTED: &'static str = "a finite number";

    fn parse(field: &str) -> Option<Self> {
        field.parse().ok().filter(|score: &Self| score.is_finite())
    }
}

/// Returns the Evaluator's name for a file of predictions:
/// `{flag}{size_flag}_{split}_[AUC]{auc:.3}_[ACC]{acc:.3}@{run}.csv`.
///
/// `size_flag` is that of the data set: empty at 28×28, else `_64` and so on. Characters of `flag` and `run`
/// other than letters, digits and `-` become `-`, since the Evaluator splits the name at `_`, `@` and `.`. An
/// undefined AUC is written `nan`, as Python does.
pub fn file_name(flag: &str, size_flag: &str, split: &str, auc: Option<f64>, acc: f64, run: &str) -> String {
    let auc = auc.map_or_else(|| "nan".to_owned(), |auc| format!("{auc:.3}"));
    format!("{}{size_flag}_{split}_[AUC]{auc}_[ACC]{acc:.3}@{}.csv", plain(flag), plain(run))
}

fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect()
}

/// Writes a file of predictions, which replaces an older one only when it is complete. Scores are the
/// shortest decimals that read back as the same `f32`.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub fn save(scores: &Scores, path: &Path) -> Result<(), PredictionsError> {
    super::table::save(scores.rows(), path)
}

/// Reads a file of predictions and sorts the rows by index, as the Evaluator does.
///
/// # Errors
/// Returns an error if the file cannot be read, a line is not a row of finite numbers, rows differ in length,
/// or the indices are not 0, 1, … without gaps.
pub fn load(path: &Path) -> Result<Scores, PredictionsError> {
    scores(RowTable::load(path)?, path)
}

/// Reads predictions as [`load`] does. `path` is used in errors only.
///
/// # Errors
/// See [`load`].
pub fn read(input: &mut impl BufRead, path: &Path) -> Result<Scores, PredictionsError> {
    scores(RowTable::read(input, path)?, path)
}

fn scores(table: RowTable<f32>, path: &Path) -> Result<Scores, PredictionsError> {
    let RowTable { rows, columns, values } = table;
    let empty = || PredictionsError::Rows { path: path.to_owned(), problem: "no rows".into() };
    Scores::new(rows, columns, values).map_err(|_| empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &[u8]) -> Result<Scores, String> {
        read(&mut &text[..], Path::new("p.csv")).map_err(|error| error.to_string())
    }

    #[test]
    fn file_name_is_the_evaluators() {
        let name = file_name("octmnist", "", "test", Some(0.672), 0.8915, "3");
        assert_eq!(name, "octmnist_test_[AUC]0.672_[ACC]0.891@3.csv");
        let name = file_name("my_set/x", "_64", "val", None, 1.0, "a.b");
        assert_eq!(name, "my-set-x_64_val_[AUC]nan_[ACC]1.000@a-b.csv");
    }

    #[test]
    fn reads_rows_of_any_order_and_line_end() {
        let scores = parse(b"1,0.5,0.125\r\n\r\n0,0.25,1e-3").unwrap();
        assert_eq!(scores, Scores::new(2, 2, vec![0.25, 0.001, 0.5, 0.125]).unwrap());
    }

    #[test]
    fn damaged_files_are_named_by_line_and_cause() {
        let long = vec![b'1'; 1 << 17];
        let cases: [(&[u8], &str); 10] = [
            (b"", "no rows"),
            (b"\n\n", "no rows"),
            (b"0", "line 1: no score"),
            (b"0,0.5\nx,0.5", "line 2: index `x` is not a whole number"),
            (b"-1,0.5", "index `-1`"),
            (b"0,0.5,\n", "score `` is not a finite number"),
            (b"0,1e99", "score `1e99` is not a finite number"),
            (b"0,0.5\n1,0.5,0.5", "line 2: 2 scores where the first row has 1"),
            (b"0,\xff", "not text"),
            (&long, "longer than"),
        ];
        for (text, expected) in cases {
            let message = parse(text).unwrap_err();
            assert!(message.contains(expected), "{message} lacks {expected}");
        }
    }

    #[test]
    fn every_image_must_occur_once() {
        assert!(parse(b"0,1\n0,1").unwrap_err().contains("image 0 occurs twice"));
        assert!(parse(b"0,1\n2,1").unwrap_err().contains("image 1 is missing"));
        assert!(parse(b"18446744073709551615,1").unwrap_err().contains("image 0 is missing"));
    }

    #[test]
    fn a_saved_file_loads_as_the_same_scores() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let scores = Scores::new(2, 2, vec![0.1, f32::MIN_POSITIVE, -0.0, 3.4e38]).unwrap();
        save(&scores, &path).unwrap();
        assert_eq!(load(&path).unwrap(), scores);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
        assert!(load(&folder.path().join("b.csv")).unwrap_err().to_string().starts_with("cannot read"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&text);
        }

        #[test]
        fn nearly_valid_text_is_read_without_panic(text in "[0-9,.e\n-]{0,80}") {
            let _ = parse(text.as_bytes());
        }

        #[test]
        fn written_scores_read_back_bit_for_bit(
            values in prop::collection::vec(prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL, 1..60)
        ) {
            let scores = Scores::new(values.len(), 1, values).unwrap();
            let text = crate::evaluate::table::text(scores.rows());
            prop_assert_eq!(parse(text.as_bytes()).unwrap(), scores);
        }
    }
}
