//! The errors of an evaluation.

use zodarts_data::Task;

/// An error of comparing scores with labels.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// The number of values is not the product of the dimensions, or a dimension is zero.
    #[error("{what} hold {found} values, expected {rows} rows of {columns}")]
    Shape {
        /// `scores` or `labels`.
        what: &'static str,
        /// Number of values.
        found: usize,
        /// Number of images.
        rows: usize,
        /// Values per image.
        columns: usize,
    },
    /// A score is NaN or infinite.
    #[error("score of image {image}, column {column} is {value}")]
    NotFinite {
        /// Row of the score.
        image: usize,
        /// Column of the score.
        column: usize,
        /// The value found.
        value: f32,
    },
    /// The numbers of images with scores and with labels differ.
    #[error("{scores} rows of scores for {labels} labelled images")]
    Images {
        /// Rows of scores.
        scores: usize,
        /// Rows of labels.
        labels: usize,
    },
    /// The number of columns does not suit the task.
    #[error("{task} with {names} names cannot have {columns} columns of {what}, expected {expected}")]
    Columns {
        /// `scores`, `labels` or `names`.
        what: &'static str,
        /// The task.
        task: Task,
        /// Number of class or label names.
        names: usize,
        /// Columns found.
        columns: usize,
        /// Columns expected.
        expected: &'static str,
    },
    /// A label is out of range.
    #[error("label of image {image}, column {column} is {value}, expected less than {limit}")]
    Label {
        /// Row of the label.
        image: usize,
        /// Column of the label.
        column: usize,
        /// The value found.
        value: u16,
        /// The smallest value that is too large.
        limit: usize,
    },
    /// No bootstrap replicates were asked for.
    #[error("the bootstrap has 0 replicates")]
    NoReplicates,
}

impl EvaluateError {
    /// Returns advice for the user, if there is any.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            EvaluateError::Shape { .. } => "every dimension must be at least 1",
            EvaluateError::NotFinite { .. } => "the network has diverged or the file is damaged",
            EvaluateError::Images { .. } => "are both of the same split?",
            EvaluateError::NoReplicates => "use at least 1 replicate, better 1,000 or more",
            EvaluateError::Columns { .. } | EvaluateError::Label { .. } => return None,
        };
        Some(hint.into())
    }
}
