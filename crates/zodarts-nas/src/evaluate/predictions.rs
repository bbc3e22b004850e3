//! Predictions in the form of `MedMNIST`'s Evaluator: a CSV file without a header, one row
//! `index,score,score,…` per image.

use super::Scores;
use crate::files::write_atomically;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::path::{Path, PathBuf};

/// Length of the longest line that is read, in bytes. 14 labels take less than 200 bytes.
const MAX_LINE: u64 = 64 * 1024;
/// Largest number of rows that is read.
const MAX_ROWS: usize = 1 << 22;
/// Size of the largest file that is read, in bytes: scores of 200,000 images for 50 classes.
const MAX_BYTES: u64 = 128 << 20;

/// An error of writing or reading a predictions file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PredictionsError {
    /// The file cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A line is not a row of predictions.
    #[error("{}, line {line}: {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Line number, from 1.
        line: usize,
        /// The fault of the line.
        problem: String,
    },
    /// The rows together are not the predictions of one split.
    #[error("{}: {problem}", path.display())]
    Rows {
        /// The file.
        path: PathBuf,
        /// The fault of the rows.
        problem: String,
    },
}

impl PredictionsError {
    /// Returns advice for the user, if there is any.
    pub fn hint(&self) -> Option<String> {
        match self {
            PredictionsError::Io { .. } => None,
            PredictionsError::Line { .. } => Some("expected `index,score,score,…`".into()),
            PredictionsError::Rows { .. } => Some("expected the images 0, 1, … once each".into()),
        }
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

/// Writes the rows. Each score is written as the shortest decimal that reads back as the same `f32`.
///
/// # Errors
/// Returns an error if `out` cannot be written.
pub fn write(scores: &Scores, out: &mut impl Write) -> io::Result<()> {
    for (index, row) in scores.rows().enumerate() {
        write!(out, "{index}")?;
        for score in row {
            write!(out, ",{score}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes a file of predictions, which replaces an older one only when it is complete.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub fn save(scores: &Scores, path: &Path) -> Result<(), PredictionsError> {
    let attempt = || {
        let mut text = Vec::new();
        write(scores, &mut text)?;
        write_atomically(path, &text)
    };
    attempt().map_err(|source| PredictionsError::Io { action: "write", path: path.to_owned(), source })
}

/// Reads a file of predictions and sorts the rows by index, as the Evaluator does.
///
/// # Errors
/// Returns an error if the file cannot be read, a line is not a row of finite numbers, rows differ in length,
/// or the indices are not 0, 1, … without gaps.
pub fn load(path: &Path) -> Result<Scores, PredictionsError> {
    let file = File::open(path).map_err(|source| PredictionsError::Io {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    read(&mut BufReader::new(file), path)
}

/// Reads predictions as [`load`] does. `path` is used in errors only.
///
/// # Errors
/// See [`load`].
pub fn read(input: &mut impl BufRead, path: &Path) -> Result<Scores, PredictionsError> {
    let rows = Rows::read(input, path)?;
    let reject = |problem: String| PredictionsError::Rows { path: path.to_owned(), problem };
    let order = rows.order().map_err(reject)?;
    let values = order.iter().flat_map(|at| rows.scores(*at)).copied().collect();
    Scores::new(order.len(), rows.columns, values).map_err(|_| reject("no rows".to_owned()))
}

/// The rows of a file in file order, flat: a damaged file may have millions of short rows, and a vector for
/// each would take many times their bytes.
#[derive(Default)]
struct Rows {
    images: Vec<u64>,
    columns: usize,
    values: Vec<f32>,
}

impl Rows {
    fn read(input: &mut impl BufRead, path: &Path) -> Result<Self, PredictionsError> {
        let mut rows = Self::default();
        let mut text = Vec::new();
        let mut left = MAX_BYTES;
        for line in 1.. {
            text.clear();
            input
                .by_ref()
                .take(MAX_LINE)
                .read_until(b'\n', &mut text)
                .map_err(|source| PredictionsError::Io { action: "read", path: path.to_owned(), source })?;
            if text.is_empty() {
                break;
            }
            let reject = |problem| PredictionsError::Line { path: path.to_owned(), line, problem };
            if text.len() as u64 == MAX_LINE {
                return Err(reject(format!("longer than {} bytes", MAX_LINE - 1)));
            }
            left = left
                .checked_sub(text.len() as u64)
                .ok_or_else(|| reject(format!("more than {} MiB up to here", MAX_BYTES >> 20)))?;
            let content = text.trim_ascii();
            if !content.is_empty() {
                rows.push(content).map_err(reject)?;
            }
        }
        Ok(rows)
    }

    fn push(&mut self, content: &[u8]) -> Result<(), String> {
        if self.images.len() == MAX_ROWS {
            return Err(format!("more than {MAX_ROWS} rows"));
        }
        let before = self.values.len();
        let image = parse_row(content, &mut self.values)?;
        let columns = self.values.len() - before;
        match self.images.is_empty() {
            true => self.columns = columns,
            false if columns == self.columns => {}
            false => return Err(format!("{columns} scores where the first row has {}", self.columns)),
        }
        self.images.push(image);
        Ok(())
    }

    fn scores(&self, row: usize) -> &[f32] {
        &self.values[row * self.columns..][..self.columns]
    }

    /// Returns the positions of the rows of images 0, 1, and so on. On failure, returns a message that names
    /// the missing or duplicated index.
    fn order(&self) -> Result<Vec<usize>, String> {
        let mut order: Vec<usize> = (0..self.images.len()).collect();
        order.sort_by_key(|row| self.images[*row]);
        match order.iter().enumerate().find(|(image, row)| self.images[**row] != *image as u64) {
            Some((image, row)) if self.images[*row] < image as u64 => {
                Err(format!("image {} occurs twice", self.images[*row]))
            }
            Some((image, _)) => Err(format!("image {image} is missing")),
            None => Ok(order),
        }
    }
}

/// Parses a row: returns its index and appends its scores to `scores`.
fn parse_row(content: &[u8], scores: &mut Vec<f32>) -> Result<u64, String> {
    let content = std::str::from_utf8(content).map_err(|_| "not text".to_owned())?;
    let mut fields = content.split(',').map(str::trim);
    let index = fields.next().unwrap_or_default();
    let index = index.parse().map_err(|_| format!("index `{}` is not a whole number", shorten(index)))?;
    let before = scores.len();
    for field in fields {
        scores.push(parse_score(field)?);
    }
    if scores.len() == before { Err("no score".to_owned()) } else { Ok(index) }
}

fn parse_score(field: &str) -> Result<f32, String> {
    match field.parse::<f32>() {
        Ok(score) if score.is_finite() => Ok(score),
        _ => Err(format!("score `{}` is not a finite number", shorten(field))),
    }
}

/// Returns the beginning of a field, so that a damaged file cannot flood the terminal.
fn shorten(field: &str) -> String {
    field.chars().take(40).flat_map(char::escape_default).collect()
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
            let mut text = Vec::new();
            write(&scores, &mut text).unwrap();
            prop_assert_eq!(parse(&text).unwrap(), scores);
        }
    }
}
