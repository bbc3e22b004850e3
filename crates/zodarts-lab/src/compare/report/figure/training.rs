//! Training and validation accuracy of trainings over the epochs, one line per candidate.

use super::EpochRecords;
use super::lines::Lines;
use crate::drawing::render;
use plotters::chart::SeriesLabelPosition;
use zodarts_nas::records::TrainRecord;

/// Pixels of a panel.
const PANEL: (u32, u32) = (480, 320);

/// The accuracy of an epoch that a panel shows.
type Accuracy = fn(&TrainRecord) -> f64;

/// Draws training and validation ACC over the epochs, of the first training of each candidate. Training
/// images are augmented and blended, so their ACC can stay below that of the validation images for long.
///
/// # Errors
/// Returns the message of the drawing library if it fails.
pub fn training(runs: &[EpochRecords<'_, TrainRecord>]) -> Result<String, String> {
    // The lines of the validation images fill the panel; those of the training images leave a corner free.
    let corner = Some(SeriesLabelPosition::LowerRight);
    let panels: [(Lines, Accuracy); 2] = [
        (panel("ACC on the training images, as augmented", corner), |record| record.train_acc),
        (panel("ACC on the validation images", None), |record| record.val_acc),
    ];
    let epochs = runs.iter().map(|run| run.records.len()).max().unwrap_or(0);
    render((2 * PANEL.0, PANEL.1), |root| {
        let areas = root.split_evenly((1, 2));
        areas
            .iter()
            .zip(panels)
            .try_for_each(|(area, (lines, accuracy))| lines.draw(area, runs, epochs, accuracy))
    })
}

fn panel(title: &'static str, legend: Option<SeriesLabelPosition>) -> Lines {
    Lines { title, ordinate: "ACC", range: 0.5..1.0, marks: (11, 2), width: 1, legend }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_panels_have_a_line_for_every_contender() {
        let record =
            |epoch| TrainRecord { epoch, epochs: 3, train_acc: 0.9, val_acc: 0.8, ..TrainRecord::default() };
        let records: Vec<TrainRecord> = (0..3).map(record).collect();
        let run = |name| EpochRecords::example(name, &records);
        let figure = training(&[run("random"), run("resnet18")]).unwrap();
        // A line in each of two panels, and a mark in the legend.
        let lines: Vec<&str> = figure.lines().filter(|line| line.contains("stroke=\"#E69F00\"")).collect();
        assert_eq!(lines.len(), 3, "{figure}");
        assert_eq!(figure.matches("random (seed 1)").count(), 1);
    }
}
