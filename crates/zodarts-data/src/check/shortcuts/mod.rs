//! Shortcuts: single numbers and file facts that give the class of an image away.
//!
//! A network learns whatever tells the classes apart. If the sharpness of the whole image does, or the type
//! of its file, a good result says little about the disease.

mod auc;

use crate::image_statistics::{ImageStatistic, image_statistics};
use crate::info::DatasetInfo;
use crate::samples::Samples;
use crate::task::Task;
use auc::{Auc, Midranks};
use serde::Serialize;

/// The least AUC of a finding.
const LEAST: f64 = 0.85;
/// The least lower end of the AUC's interval: a few images are told apart by chance.
const LEAST_LOW: f64 = 0.65;

/// A statistic of single images that separates a class from the others, over the training images.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shortcut {
    /// The class.
    pub class: String,
    /// The statistic, such as `sharpness`.
    pub statistic: &'static str,
    /// For a statistic without order, such as the file type, the value that the class has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'static str>,
    /// For a value without order, the share of the class's images that have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_in_class: Option<f64>,
    /// For a value without order, the share of the other images that have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_in_others: Option<f64>,
    /// True if the class has the higher values.
    pub higher: bool,
    /// The AUC of the statistic alone, at least 0.5.
    pub auc: f64,
    /// The lower end of the AUC's 95 % interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    #[serde(skip)]
    of_source: bool,
}

/// Returns the shortcuts of each class, the strongest first.
pub(super) fn of_classes(train: &Samples, info: &DatasetInfo) -> Vec<Vec<Shortcut>> {
    let statistics: Vec<(ImageStatistic, Midranks)> = image_statistics(train)
        .into_iter()
        .map(|statistic| {
            let ranks = Midranks::of(&statistic.values);
            (statistic, ranks)
        })
        .collect();
    // What separates the second of two classes separates the first.
    let first = usize::from(info.task == Task::BinaryClass);
    let of_class = |(class, name): (usize, &String)| {
        let members: Vec<bool> = (0..train.cases()).map(|case| train.has(case, class)).collect();
        let of = |(statistic, ranks): &(ImageStatistic, Midranks)| shortcut(name, &members, statistic, ranks);
        let mut shortcuts: Vec<Shortcut> = statistics.iter().filter_map(of).collect();
        // The sort is stable: of equals, facts of the file stand first.
        shortcuts.sort_by(|a, b| b.auc.total_cmp(&a.auc));
        shortcuts.dedup_by_key(|shortcut| shortcut.statistic);
        shortcuts
    };
    info.classes.iter().enumerate().skip(first).map(of_class).collect()
}

/// Returns the shortcut that a statistic is for a class, if it is one.
fn shortcut(name: &str, members: &[bool], statistic: &ImageStatistic, ranks: &Midranks) -> Option<Shortcut> {
    let Auc { value: auc, low, high, higher } = ranks.auc(members)?;
    // To lack a value says less than to have another one, which is a statistic of its own.
    if auc < LEAST || low < LEAST_LOW || statistic.value.is_some() && !higher {
        return None;
    }
    let share = |wanted: bool| {
        let of = |value: &(&bool, &f64)| *value.0 == wanted;
        let values: Vec<f64> =
            members.iter().zip(&statistic.values).filter(of).map(|(_, value)| *value).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    Some(Shortcut {
        class: name.to_owned(),
        statistic: statistic.name,
        value: statistic.value,
        share_in_class: statistic.value.map(|_| share(true)),
        share_in_others: statistic.value.map(|_| share(false)),
        higher,
        auc,
        low,
        high,
        of_source: statistic.of_source,
    })
}

/// Returns the sentence on the shortcuts of a class, the strongest first.
pub(super) fn sentence(shortcuts: &[Shortcut]) -> String {
    let Some(first) = shortcuts.first() else { return String::new() };
    let Shortcut { class, statistic, auc, low, high, .. } = first;
    let percent = |share: Option<f64>| format!("{:.0} %", 100.0 * share.unwrap_or_default());
    let how = match first.value {
        Some(value) => format!(
            "{} of its images are {value}, of the others {}",
            percent(first.share_in_class),
            percent(first.share_in_others)
        ),
        None if first.higher => "its values are higher".to_owned(),
        None => "its values are lower".to_owned(),
    };
    let others: Vec<&str> = shortcuts[1..].iter().map(|shortcut| shortcut.statistic).collect();
    let also = match others.len() {
        0 => String::new(),
        1 => format!("; so does {}", others[0]),
        _ => format!("; so do {}", others.join(", ")),
    };
    format!(
        "{statistic} alone separates class `{class}` from the others: AUC {auc:.2} ({low:.2} to {high:.2}), \
         {how}{also}"
    )
}

/// Returns what to do about the shortcuts of a class.
pub(super) fn advice(shortcuts: &[Shortcut]) -> &'static str {
    if shortcuts.iter().any(|shortcut| shortcut.of_source) {
        "the classes seem to come from different sources; take them from the same ones, and test on images \
         of a source that is not in the training"
    } else {
        "a network may learn this instead of the disease; look at the classes side by side, and test on \
         images of another source"
    }
}
