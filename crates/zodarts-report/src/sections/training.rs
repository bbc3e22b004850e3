//! The training: loss, accuracy and learning rate over the epochs.

use crate::chart::{Axis, Chart, Ink, Mark, Series};
use crate::markup::Markup;
use crate::run::ReportedRun;
use askama::Template;
use zodarts_nas::records::TrainRecord;

#[derive(Template)]
#[template(path = "training.html")]
struct TrainingSection {
    charts: Vec<Markup>,
}

/// Returns charts over the epochs of the training, or `None` if there was no training.
pub fn body(run: &ReportedRun) -> Option<Markup> {
    run.train.first()?;
    let kept = run.kept().map(|epoch| Mark::Vertical(epoch as f64, format!("kept: epoch {epoch}")));
    let charts =
        [losses(&run.train), accuracies(&run.train), rate(&run.train)].into_iter().map(|mut chart| {
            chart.marks.extend(kept.clone());
            chart.figure()
        });
    Some(Markup::of(&TrainingSection { charts: charts.collect() }))
}

fn line(records: &[TrainRecord], name: &str, ink: usize, value: impl Fn(&TrainRecord) -> f64) -> Series {
    Series::over_epochs(name, Ink::nth(ink), records.iter().map(value))
}

fn losses(records: &[TrainRecord]) -> Chart {
    let lines = vec![
        line(records, "training (augmented)", 0, |record| record.train_loss),
        line(records, "validation", 1, |record| record.val_loss),
    ];
    let values = lines.iter().flat_map(|line| line.points.iter().map(|point| point.1));
    let y = Axis::from_zero("loss", values);
    Chart { title: "loss".into(), x: Axis::epochs(records.len()), y, lines, marks: Vec::new(), legend: true }
}

fn accuracies(records: &[TrainRecord]) -> Chart {
    let lines = vec![
        line(records, "ACC, training (augmented)", 0, |record| record.train_acc),
        line(records, "ACC, validation", 1, |record| record.val_acc),
        line(records, "AUC, validation", 2, |record| record.val_auc.unwrap_or(f64::NAN)),
    ];
    Chart {
        title: "accuracy".into(),
        x: Axis::epochs(records.len()),
        y: Axis::zero_to_one("ACC, AUC"),
        lines,
        marks: Vec::new(),
        legend: true,
    }
}

fn rate(records: &[TrainRecord]) -> Chart {
    let lines = vec![line(records, "learning rate", 0, |record| record.learning_rate)];
    let y = Axis::from_zero("learning rate", records.iter().map(|record| record.learning_rate));
    let x = Axis::epochs(records.len());
    Chart { title: "learning rate".into(), x, y, lines, marks: Vec::new(), legend: false }
}
