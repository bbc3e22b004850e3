//! The measurement as a table.

use super::Row;
use super::machine::Machine;
use serde::Serialize;
use std::fmt;

/// Limits of the machine, and what the kernels make of them.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The machine.
    pub machine: Machine,
    /// One row for each kernel and shape.
    pub rows: Vec<Row>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { machine, rows } = self;
        writeln!(f, "Limits of this machine ({}, {} cores)\n", machine.instructions, machine.cores)?;
        writeln!(f, "{:<36} {:>10} {:>10}", "", "one core", "all cores")?;
        for limit in &machine.limits {
            let (one, all) = (limit.one_core, limit.all_cores);
            writeln!(f, "{:<36} {one:>10.1} {all:>10.1} {}", limit.name, limit.unit)?;
        }
        writeln!(f, "\nKernels on one core\n")?;
        writeln!(
            f,
            "{:<36} {:<24} {:>9} {:>10} {:>10} {:<8} {:>6}",
            "", "shape", "µs", "reached", "limit", "", "share"
        )?;
        for row in rows {
            writeln!(
                f,
                "{:<36} {:<24} {:>9.1} {:>10.1} {:>10.1} {:<8} {:>5.0}%",
                row.kernel,
                row.shape,
                row.microseconds,
                row.rate,
                row.limit,
                row.unit,
                100.0 * row.share
            )?;
        }
        Ok(())
    }
}
