//! `zodarts data list`.

use crate::output::{self, Table};
use anyhow::Result;
use zodarts_data::source::MedMnist;

/// Prints the data sets of MedMNIST with their sizes. A size other than the first is part of the name.
pub fn run() -> Result<()> {
    let mut table = Table::new(["name", "samples", "task", "classes", "sizes"]);
    for set in MedMnist::all() {
        let samples = match (set.volumes, set.channels) {
            (true, _) => "3-D, grey",
            (false, 1) => "2-D, grey",
            (false, _) => "2-D, RGB",
        };
        let sizes = set.sizes().iter().enumerate().map(|(at, size)| match at {
            0 => size.to_string(),
            _ => format!("_{size}"),
        });
        let sizes: Vec<String> = sizes.collect();
        let (task, classes) = (set.task.to_string(), set.classes.len().to_string());
        table.row([set.name.to_owned(), samples.to_owned(), task, classes, sizes.join(" ")]);
    }
    output::print(&table.to_string())
}
