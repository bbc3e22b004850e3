//! The status of a run: what its folder holds, and what is missing.

use super::evaluation::Split;
use super::files::RunFolder;
use super::goal::Goal;
use super::names;
use crate::error::Error;
use crate::settings::{Architecture, PredictSettings, Settings};
use serde::Deserialize;
use zodarts_nas::model::ModelCard;
use zodarts_nas::records::RandomWsRecord;
use zodarts_nas::search::SearchSummary;

/// The progress of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// No epoch is done.
    NotBegun,
    /// Some epochs are done.
    Begun {
        /// Epochs done.
        done: usize,
        /// Epochs planned.
        planned: usize,
    },
    /// Its result is there.
    Done,
}

/// A part of a run that is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The result of the search.
    Search,
    /// The trained network.
    Training,
    /// The calibration on development images.
    Calibration,
    /// The threshold for a sensitivity, or the thresholds of labels.
    Threshold,
    /// The rule of the prediction sets for a coverage.
    Sets,
    /// The evaluation on the images that a fold holds out.
    HeldOut,
    /// The evaluation on the test images.
    Test,
}

/// The contents of a run folder, and the parts that are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunStatus {
    /// The command that made the run; `None` if the folder does not say.
    pub goal: Option<Goal>,
    /// The progress of the search.
    pub search: Progress,
    /// The progress of the training.
    pub training: Progress,
    /// The splits whose evaluation is complete.
    pub evaluated: Vec<Split>,
    /// The parts that the goal still needs, in the order in which they are made.
    pub missing: Vec<Missing>,
}

/// The fields that the records of all stages share.
#[derive(Deserialize)]
struct Record {
    epochs: usize,
}

impl RunStatus {
    /// Reports whether everything that the run's command makes is there. A run without a recorded command is
    /// never finished.
    pub fn is_finished(&self) -> bool {
        self.goal.is_some() && self.missing.is_empty()
    }
}

impl RunFolder {
    /// Returns what the folder holds, and what is missing. A trial of a comparison counts as its own
    /// training; a trial under protocol `paper` has more, in folders of their own.
    ///
    /// # Errors
    /// Returns an error if a file is damaged.
    pub fn status(&self) -> Result<RunStatus, Error> {
        let (run, settings) = self.config()?;
        let goal = run.and_then(|run| Goal::of_command(&run.command?));
        let card: Option<ModelCard> = self.record(names::MODEL)?;
        let search = match self.record::<SearchSummary>(SearchSummary::FILE)? {
            Some(_) => Progress::Done,
            None => self.progress(&[names::SEARCH_RECORDS, RandomWsRecord::FILE])?,
        };
        let training = if card.is_some() { Progress::Done } else { self.progress(&[names::TRAIN_RECORDS])? };
        let mut evaluated = Vec::new();
        for split in Split::ALL {
            if self.is_evaluated(split)? {
                evaluated.push(split);
            }
        }
        let parts = [
            (Missing::Search, search == Progress::Done),
            (Missing::Training, training == Progress::Done),
            (Missing::Calibration, self.path().join(names::CALIBRATION).is_file()),
            (Missing::Threshold, card.as_ref().is_some_and(has_threshold)),
            (Missing::Sets, card.is_some_and(|card| card.sets.is_some())),
            (Missing::HeldOut, evaluated.contains(&Split::Val)),
            (Missing::Test, evaluated.contains(&Split::Test)),
        ];
        let there: Vec<Missing> =
            parts.into_iter().filter(|(_, is_there)| *is_there).map(|(part, _)| part).collect();
        let missing = goal.map_or_else(Vec::new, |goal| missing(goal, &settings, &there));
        Ok(RunStatus { goal, search, training, evaluated, missing })
    }

    /// Returns the progress by the first of these record files that has a record.
    fn progress(&self, files: &[&str]) -> Result<Progress, Error> {
        for name in files {
            let records: Vec<Record> = self.records(name)?;
            if let Some(last) = records.last() {
                return Ok(Progress::Begun { done: records.len(), planned: last.epochs });
            }
        }
        Ok(Progress::NotBegun)
    }
}

/// Reports whether a network has a threshold, or thresholds of its labels.
fn has_threshold(card: &ModelCard) -> bool {
    card.threshold.is_some() || card.label_thresholds.is_some()
}

/// Returns what is missing for a goal under a run's settings, if these parts are there.
fn missing(goal: Goal, settings: &Settings, there: &[Missing]) -> Vec<Missing> {
    let PredictSettings { calibrate, sensitivity, coverage, .. } = &settings.predict;
    let searches = settings.train.architecture == Architecture::Genotype;
    let prepares = matches!(goal, Goal::Fit | Goal::Train);
    let needs = [
        (Missing::Search, goal == Goal::Search || goal == Goal::Fit && searches),
        (Missing::Training, goal != Goal::Search),
        (Missing::Calibration, prepares && *calibrate),
        (Missing::Threshold, prepares && sensitivity.is_some()),
        (Missing::Sets, prepares && coverage.is_some()),
        (Missing::HeldOut, goal == Goal::Fold),
        (Missing::Test, matches!(goal, Goal::Fit | Goal::Trial)),
    ];
    let missing = needs.into_iter().filter(|(part, needed)| *needed && !there.contains(part));
    missing.map(|(part, _)| part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing_of(goal: Goal, there: &[Missing], change: fn(&mut Settings)) -> Vec<Missing> {
        let mut settings = Settings::default();
        change(&mut settings);
        missing(goal, &settings, there)
    }

    #[test]
    fn a_goal_needs_what_its_command_makes() {
        use Missing::{Calibration, Search, Test, Threshold, Training};
        assert_eq!(missing_of(Goal::Fit, &[], |_| ()), [Search, Training, Calibration, Test]);
        assert_eq!(missing_of(Goal::Search, &[], |_| ()), [Search]);
        assert_eq!(missing_of(Goal::Train, &[Training], |_| ()), [Calibration]);
        assert_eq!(missing_of(Goal::Trial, &[Training], |_| ()), [Test]);
        let guarded = |settings: &mut Settings| settings.predict.sensitivity = Some(0.9);
        assert_eq!(missing_of(Goal::Train, &[Training, Calibration], guarded), [Threshold]);
        let resnet = |settings: &mut Settings| settings.train.architecture = Architecture::Resnet18;
        assert_eq!(missing_of(Goal::Fit, &[Training, Calibration, Test], resnet), []);
        let plain = |settings: &mut Settings| settings.predict.calibrate = false;
        assert_eq!(missing_of(Goal::Fit, &[Search, Training], plain), [Test]);
    }
}
