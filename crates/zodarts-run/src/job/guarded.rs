//! The classes or labels that must not be missed, by the settings.

use crate::error::Error;
use crate::settings::Settings;
use zodarts_data::{Dataset, DatasetInfo, Task};
use zodarts_nas::evaluate::Threshold;

/// The classes or labels that a sensitivity is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Guarded {
    /// One of two classes.
    Class(usize),
    /// Labels of a data set with several labels an image, in rising order.
    Labels(Vec<usize>),
}

impl Guarded {
    /// Returns the class or the labels that must not be missed: the one that is named, or every label.
    ///
    /// # Errors
    /// Returns an error if the data have neither two classes nor several labels an image, if none of two
    /// classes is named, or if none has that name.
    pub fn of(info: &DatasetInfo, settings: &Settings) -> Result<Self, Error> {
        if !matches!(info.task, Task::BinaryClass | Task::MultiLabel) {
            return Err(no_threshold(info, "it takes two classes, or several labels per image"));
        }
        let several = info.task == Task::MultiLabel;
        match &settings.predict.positive {
            None if several => Ok(Guarded::Labels((0..info.classes.len()).collect())),
            None => Err(Error::NoPositive {
                dataset: info.name.clone(),
                first: info.classes[0].clone(),
                second: info.classes[1].clone(),
            }),
            Some(name) => {
                let found = info.classes.iter().position(|class| class == name).ok_or_else(|| {
                    let expected = format!("expected one of {:?}", info.classes);
                    no_threshold(info, &format!("`predict.positive` is {name:?}, {expected}"))
                })?;
                Ok(if several { Guarded::Labels(vec![found]) } else { Guarded::Class(found) })
            }
        }
    }

    /// Returns the classes or labels.
    pub fn classes(&self) -> &[usize] {
        match self {
            Guarded::Class(class) => std::slice::from_ref(class),
            Guarded::Labels(labels) => labels,
        }
    }
}

/// Refuses a sensitivity that the validation images cannot carry.
///
/// # Errors
/// As [`Guarded::of`], and if the class, or every label, has too few validation images.
pub(super) fn check_threshold(dataset: &Dataset, settings: &Settings) -> Result<(), Error> {
    let Some(wanted) = settings.predict.sensitivity else { return Ok(()) };
    let guarded = Guarded::of(&dataset.info, settings)?;
    let (counts, needed) = (dataset.val.class_counts(), Threshold::images_needed(wanted));
    if guarded.classes().iter().any(|class| counts[*class] >= needed) {
        return Ok(());
    }
    let found = match guarded.classes() {
        [class] => {
            format!("there are {} validation images of {:?}", counts[*class], dataset.info.classes[*class])
        }
        labels => {
            let most = labels.iter().map(|label| counts[*label]).max().unwrap_or(0);
            format!("no label has more than {most} validation images")
        }
    };
    let reason = format!("{found}, but a sensitivity of {wanted} needs at least {needed}");
    Err(no_threshold(&dataset.info, &reason))
}

/// Returns a note that names the labels with too few validation images for a threshold, or `None` if there
/// are none or no sensitivity is wanted. The check of the request has passed.
pub(super) fn unguarded_labels(dataset: &Dataset, settings: &Settings) -> Option<String> {
    let wanted = settings.predict.sensitivity?;
    let guarded = Guarded::of(&dataset.info, settings).ok()?;
    let (counts, needed) = (dataset.val.class_counts(), Threshold::images_needed(wanted));
    let few = guarded.classes().iter().filter(|label| counts[**label] < needed);
    let few: Vec<String> =
        few.map(|label| format!("`{}` ({})", dataset.info.classes[*label], counts[*label])).collect();
    let note = format!(
        "a sensitivity of {wanted} needs {needed} validation images of a label; decided above one half, \
         because they have fewer: {}",
        few.join(", ")
    );
    (!few.is_empty()).then_some(note)
}

pub(super) fn no_threshold(info: &DatasetInfo, reason: &str) -> Error {
    Error::NoThreshold { dataset: info.name.clone(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zodarts_data::ImageFit;

    fn info(task: Task, classes: &[&str]) -> DatasetInfo {
        DatasetInfo {
            name: "breasts".into(),
            size_flag: String::new(),
            task,
            classes: classes.iter().map(|class| (*class).to_owned()).collect(),
            channels: 1,
            height: 28,
            width: 28,
            fit: ImageFit::Squeeze,
            slices: None,
            fingerprint: String::new(),
        }
    }

    #[test]
    fn a_sensitivity_is_for_a_class_that_the_user_named() {
        let info = info(Task::BinaryClass, &["malignant", "normal, benign"]);
        let mut settings = Settings::default();
        let error = Guarded::of(&info, &settings).unwrap_err();
        assert!(error.to_string().ends_with("\"malignant\" or \"normal, benign\""), "{error}");
        assert_eq!(error.hint().unwrap(), "name it with --positive");
        settings.predict.positive = Some("malignant".into());
        assert_eq!(Guarded::of(&info, &settings).unwrap(), Guarded::Class(0));
        settings.predict.positive = Some("cancer".into());
        assert!(Guarded::of(&info, &settings).unwrap_err().to_string().contains("is \"cancer\""));
    }

    #[test]
    fn a_sensitivity_is_for_every_label_or_the_one_that_is_named() {
        let names = ["mass", "nodule", "hernia"];
        let labels = info(Task::MultiLabel, &names);
        let mut settings = Settings::default();
        assert_eq!(Guarded::of(&labels, &settings).unwrap(), Guarded::Labels(vec![0, 1, 2]));
        let classes = Guarded::of(&info(Task::MultiClass, &names), &settings).unwrap_err();
        assert!(classes.to_string().contains("two classes, or several labels"), "{classes}");
        settings.predict.positive = Some("nodule".into());
        assert_eq!(Guarded::of(&labels, &settings).unwrap(), Guarded::Labels(vec![1]));
    }
}
