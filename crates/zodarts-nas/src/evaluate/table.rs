//! Tables without a header, one row `index,cell,cell,…` per image.

use crate::files::write_atomically;
use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
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

/// A value of a table.
pub(super) trait TableValue: Copy + Display {
    /// The name of a value in errors.
    const NAME: &'static str;
    /// The values that are accepted, in errors.
    const EXPECTED: &'static str;

    /// Parses a field, or returns `None` if it is not accepted.
    fn parse(field: &str) -> Option<Self>;
}

/// A table in the order of its images.
pub(super) struct RowTable<T> {
    pub rows: usize,
    pub columns: usize,
    /// Row-major: `(rows, columns)`.
    pub values: Vec<T>,
}

/// Returns the text of rows, numbered from 0.
pub(super) fn text<'r, T: TableValue + 'r>(rows: impl Iterator<Item = &'r [T]>) -> String {
    let mut text = String::new();
    for (index, row) in rows.enumerate() {
        text += &index.to_string();
        for cell in row {
            write!(text, ",{cell}").expect("a string takes all text");
        }
        text.push('\n');
    }
    text
}

/// Writes a file of rows, which replaces an older one only when it is complete.
pub(super) fn save<'r, T: TableValue + 'r>(
    rows: impl Iterator<Item = &'r [T]>,
    path: &Path,
) -> Result<(), PredictionsError> {
    let failed = |source| PredictionsError::Io { action: "write", path: path.to_owned(), source };
    write_atomically(path, text(rows).as_bytes()).map_err(failed)
}

impl<T: TableValue> RowTable<T> {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, PredictionsError> {
        let failed = |source| PredictionsError::Io { action: "read", path: path.to_owned(), source };
        Self::read(&mut BufReader::new(File::open(path).map_err(failed)?), path)
    }

    /// Reads a table; `path` is used in errors only.
    pub fn read(input: &mut impl BufRead, path: &Path) -> Result<Self, PredictionsError> {
        let rows = Rows::read(input, path)?;
        let reject = |problem: String| PredictionsError::Rows { path: path.to_owned(), problem };
        let order = rows.order().map_err(reject)?;
        let values = order.iter().flat_map(|at| rows.row(*at)).copied().collect();
        Ok(Self { rows: order.len(), columns: rows.columns, values })
    }
}

/// The rows of a file in file order, flat: a damaged file may have millions of short rows, and a vector for
/// each would take many times their bytes.
struct Rows<T> {
    images: Vec<u64>,
    columns: usize,
    values: Vec<T>,
}

impl<T: TableValue> Rows<T> {
    fn read(input: &mut impl BufRead, path: &Path) -> Result<Self, PredictionsError> {
        let mut rows = Self { images: Vec::new(), columns: 0, values: Vec::new() };
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
            false => return Err(format!("{columns} {}s where the first row has {}", T::NAME, self.columns)),
        }
        self.images.push(image);
        Ok(())
    }

    fn row(&self, row: usize) -> &[T] {
        &self.values[row * self.columns..][..self.columns]
    }

    /// Returns the positions of the rows of images 0, 1, and so on. On failure, says which index is missing
    /// or duplicated.
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
fn parse_row<T: TableValue>(content: &[u8], cells: &mut Vec<T>) -> Result<u64, String> {
    let content = std::str::from_utf8(content).map_err(|_| "not text".to_owned())?;
    let mut fields = content.split(',').map(str::trim);
    let index = fields.next().unwrap_or_default();
    let index = index.parse().map_err(|_| format!("index `{}` is not a whole number", shorten(index)))?;
    let before = cells.len();
    for field in fields {
        cells.push(
            T::parse(field)
                .ok_or_else(|| format!("{} `{}` is not {}", T::NAME, shorten(field), T::EXPECTED))?,
        );
    }
    if cells.len() == before { Err(format!("no {}", T::NAME)) } else { Ok(index) }
}

/// Returns the beginning of a field, so that a damaged file cannot flood the terminal.
fn shorten(field: &str) -> String {
    field.chars().take(40).flat_map(char::escape_default).collect()
}
