//! The table of all images: fold, name, truth and probabilities.

use super::{CrossValidation, FoldResult};
use crate::error::Error;
use crate::text::csv;
use zodarts_data::{Dataset, Samples};
use zodarts_nas::files::write_file;

/// File of the table in the folder of a cross-validation.
const FILE: &str = "out-of-fold.csv";

/// Writes a line for each image: the fold that held it out, its file or its number in the data set, its class
/// or labels, and the probabilities of the network that did not see it.
pub fn write(plan: &CrossValidation<'_>, results: &[FoldResult]) -> Result<(), Error> {
    let head = ["fold", "name", "truth"].map(str::to_owned).into_iter();
    let mut text = csv::row(head.chain(plan.folds[0].info.classes.iter().cloned()));
    for (index, (dataset, FoldResult(evaluation))) in plan.folds.iter().zip(results).enumerate() {
        for (case, scores) in evaluation.scores.rows().enumerate() {
            let known = [(index + 1).to_string(), name(&dataset.val, case), truth(dataset, case)];
            text += &csv::row(known.into_iter().chain(scores.iter().map(ToString::to_string)));
        }
    }
    Ok(write_file(&plan.out.join(FILE), text.as_bytes())?)
}

/// Returns the file of an image, or the number of an image or volume of an archive, training images first.
fn name(samples: &Samples, case: usize) -> String {
    let first = samples.images_of(case).start;
    let number = || (samples.number(first) / samples.slices()).to_string();
    samples.file(first).map_or_else(number, str::to_owned)
}

/// Returns the class, or the labels that are present.
fn truth(dataset: &Dataset, case: usize) -> String {
    let (labels, classes) = (dataset.val.labels_of(case), &dataset.info.classes);
    if let [class] = labels {
        return classes[usize::from(*class)].clone();
    }
    let present = classes.iter().zip(labels).filter(|(_, present)| **present == 1);
    present.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";")
}
