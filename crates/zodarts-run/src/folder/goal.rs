//! The commands that make a run.

use std::fmt;

/// The command that makes a run, and with it what the run must hold to be finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// An architecture, a trained network and its test.
    Fit,
    /// An architecture.
    Search,
    /// A trained network, prepared to predict.
    Train,
    /// A trial of a comparison: a trained network and its test.
    Trial,
    /// A fold of a cross-validation: a network trained on the other folds, and its evaluation on this one.
    Fold,
}

impl Goal {
    /// Every goal.
    pub const ALL: [Goal; 5] = [Goal::Fit, Goal::Search, Goal::Train, Goal::Trial, Goal::Fold];

    /// Returns the name of the command, which `config.toml` records.
    pub fn name(self) -> &'static str {
        match self {
            Goal::Fit => "fit",
            Goal::Search => "search",
            Goal::Train => "train",
            Goal::Trial => "compare",
            Goal::Fold => "cross-validate",
        }
    }

    /// Returns the goal of a command.
    pub fn of_command(command: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|goal| goal.name() == command)
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
