//! Scores and labels, and the checks that they suit each other and the task.

use super::EvaluateError;
use zodarts_data::{Samples, Task};

/// Finite scores, `(images, columns)`, with one column per class or label.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    n: usize,
    columns: usize,
    values: Vec<f32>,
}

impl Scores {
    /// Wraps `n × columns` values, row by row.
    ///
    /// # Errors
    /// Returns an error if the number of values is not `n × columns`, either is zero, or a value is not
    /// finite.
    pub fn new(n: usize, columns: usize, values: Vec<f32>) -> Result<Self, EvaluateError> {
        check_shape("scores", n, columns, values.len())?;
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(EvaluateError::NotFinite {
                image: at / columns,
                column: at % columns,
                value: values[at],
            });
        }
        Ok(Self { n, columns, values })
    }

    /// Returns the scores of volumes from those of their slices, which come one after the other: the mean
    /// over the `slices` of each volume. With a single slice, nothing changes.
    ///
    /// # Panics
    /// If there are no slices, or the images are not a multiple of them.
    #[must_use]
    pub fn averaged(self, slices: usize) -> Self {
        assert!(slices > 0 && self.n.is_multiple_of(slices), "{} images, {slices} slices a volume", self.n);
        if slices == 1 {
            return self;
        }
        let mean = |(volume, column): (&[f32], usize)| {
            let values = volume.iter().skip(column).step_by(self.columns).map(|value| f64::from(*value));
            (values.sum::<f64>() / slices as f64) as f32
        };
        let volumes = self.values.chunks_exact(slices * self.columns);
        let places = volumes.flat_map(|volume| (0..self.columns).map(move |column| (volume, column)));
        Self { n: self.n / slices, columns: self.columns, values: places.map(mean).collect() }
    }

    /// Returns the number of images.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Returns the number of scores per image.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the scores of each image.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.columns)
    }

    pub(super) fn column(&self, column: usize) -> Vec<f32> {
        self.rows().map(|row| row[column]).collect()
    }

    /// Returns scores that rise with the probability of a class. A single column is that of class 1.
    pub(super) fn of_class(&self, class: usize) -> Vec<f32> {
        match (self.columns, class) {
            (1, 0) => self.rows().map(|row| -row[0]).collect(),
            (1, _) => self.column(0),
            _ => self.column(class),
        }
    }
}

/// The true labels in `MedMNIST`'s layout: one column of class indices, or, for several labels per image, one
/// column of 0 and 1 per label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    n: usize,
    columns: usize,
    values: Vec<u16>,
}

impl Labels {
    /// Wraps `n × columns` values, row by row.
    ///
    /// # Errors
    /// Returns an error if the number of values is not `n × columns`, or either is zero.
    pub fn new(n: usize, columns: usize, values: Vec<u16>) -> Result<Self, EvaluateError> {
        check_shape("labels", n, columns, values.len())?;
        Ok(Self { n, columns, values })
    }

    /// Returns the labels of a data set's images, or of its volumes if the images are slices.
    ///
    /// # Errors
    /// Returns an error if there is no image.
    pub fn of(samples: &Samples) -> Result<Self, EvaluateError> {
        let columns = if samples.is_empty() { 0 } else { samples.labels(0).len() };
        let values = (0..samples.cases()).flat_map(|case| samples.labels_of(case)).copied().collect();
        Self::new(samples.cases(), columns, values)
    }

    /// Returns the number of images.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Returns the number of labels per image.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the labels of each image.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u16]> {
        self.values.chunks_exact(self.columns)
    }

    /// Returns for each image true if it belongs to a class or has a label.
    pub(crate) fn positive(&self, class: usize, task: Task) -> Vec<bool> {
        let is_positive = |row: &[u16]| match task {
            Task::MultiLabel => row[class] == 1,
            Task::BinaryClass | Task::MultiClass | Task::OrdinalRegression => usize::from(row[0]) == class,
        };
        self.rows().map(is_positive).collect()
    }
}

fn check_shape(what: &'static str, rows: usize, columns: usize, found: usize) -> Result<(), EvaluateError> {
    if found == 0 || rows.checked_mul(columns) != Some(found) {
        return Err(EvaluateError::Shape { what, found, rows, columns });
    }
    Ok(())
}

pub(super) fn check(
    scores: &Scores,
    labels: &Labels,
    task: Task,
    names: &[String],
) -> Result<(), EvaluateError> {
    if scores.n != labels.n {
        return Err(EvaluateError::Images { scores: scores.n, labels: labels.n });
    }
    let names = names.len();
    let require = |holds: bool, what, columns, expected| {
        let error = EvaluateError::Columns { what, task, names, columns, expected };
        if holds { Ok(()) } else { Err(error) }
    };
    let (score_columns, label_columns) = (scores.columns, labels.columns);
    match task {
        Task::BinaryClass => {
            require(names == 2, "names", names, "2")?;
            require(score_columns <= 2, "scores", score_columns, "1 or 2")?;
            require(label_columns == 1, "labels", label_columns, "1")?;
        }
        Task::MultiClass | Task::OrdinalRegression => {
            require(score_columns == names, "scores", score_columns, "one per class name")?;
            require(label_columns == 1, "labels", label_columns, "1")?;
        }
        Task::MultiLabel => {
            require(score_columns == names, "scores", score_columns, "one per label name")?;
            require(label_columns == names, "labels", label_columns, "one per label name")?;
        }
    }
    check_range(labels, if task == Task::MultiLabel { 2 } else { names })
}

fn check_range(labels: &Labels, limit: usize) -> Result<(), EvaluateError> {
    let columns = labels.columns;
    match labels.values.iter().position(|&value| usize::from(value) >= limit) {
        Some(at) => {
            let value = labels.values[at];
            Err(EvaluateError::Label { image: at / columns, column: at % columns, value, limit })
        }
        None => Ok(()),
    }
}

/// Returns the names of the classes or labels that no image has, or every image.
pub(super) fn one_sided(labels: &Labels, task: Task, names: &[String]) -> Vec<String> {
    let is_one_sided = |class: usize| {
        let positive = labels.positive(class, task);
        positive.iter().all(|&value| value == positive[0])
    };
    names.iter().enumerate().filter(|(class, _)| is_one_sided(*class)).map(|(_, name)| name.clone()).collect()
}
