//! Tasks, in MedMNIST's words.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The kind of label a data set carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Task {
    /// One of two classes.
    #[serde(rename = "binary-class")]
    BinaryClass,
    /// One of several classes.
    #[serde(rename = "multi-class")]
    MultiClass,
    /// One of several ordered grades; MedMNIST trains and scores it as [`Task::MultiClass`].
    #[serde(rename = "ordinal-regression")]
    OrdinalRegression,
    /// Any number of labels, each present or absent.
    #[serde(rename = "multi-label, binary-class")]
    MultiLabel,
}

impl Task {
    /// Every task.
    pub const ALL: [Task; 4] =
        [Task::BinaryClass, Task::MultiClass, Task::OrdinalRegression, Task::MultiLabel];

    /// Returns MedMNIST's name of the task.
    pub fn name(self) -> &'static str {
        match self {
            Task::BinaryClass => "binary-class",
            Task::MultiClass => "multi-class",
            Task::OrdinalRegression => "ordinal-regression",
            Task::MultiLabel => "multi-label, binary-class",
        }
    }

    /// Returns the word for what an image is of: `class`, or `label` if it may have several.
    pub fn noun(self) -> &'static str {
        if self == Task::MultiLabel { "label" } else { "class" }
    }

    /// Returns the task of single labels over `classes` classes.
    pub(crate) fn of_classes(classes: usize) -> Task {
        if classes == 2 { Task::BinaryClass } else { Task::MultiClass }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The text names no task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "task is `{0}`, expected binary-class, multi-class, ordinal-regression or `multi-label, binary-class`"
)]
pub struct UnknownTask(String);

impl FromStr for Task {
    type Err = UnknownTask;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Task::ALL.into_iter().find(|task| task.name() == text).ok_or_else(|| UnknownTask(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for task in Task::ALL {
            assert_eq!(task.to_string().parse::<Task>(), Ok(task));
        }
        assert!("regression".parse::<Task>().unwrap_err().to_string().contains("`regression`"));
    }
}
