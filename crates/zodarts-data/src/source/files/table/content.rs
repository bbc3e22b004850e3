//! Kinds of values in each column.

use crate::source::files::split_names::split_named;
use csv::StringRecord;

/// The content of a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColumnContent {
    /// True if every value is 0 or 1.
    pub flags: bool,
    /// True if every value names a split.
    pub splits: bool,
}

impl ColumnContent {
    /// Returns the content of each of some columns.
    pub fn of(columns: usize, records: impl Iterator<Item = StringRecord>) -> Vec<Self> {
        let mut contents = vec![Self { flags: true, splits: true }; columns];
        let mut rows = 0;
        for record in records {
            rows += 1;
            for (content, value) in contents.iter_mut().zip(&record) {
                content.flags &= flag(value).is_some();
                content.splits &= split_named(value).is_some();
            }
        }
        if rows == 0 {
            contents.fill(Self { flags: false, splits: false });
        }
        contents
    }
}

/// Returns the truth that a value of 0 or 1 states.
pub(super) fn flag(value: &str) -> Option<bool> {
    match value {
        "0" | "0.0" => Some(false),
        "1" | "1.0" => Some(true),
        _ => None,
    }
}
