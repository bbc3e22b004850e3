//! Files of results, and the page that shows them.

use super::bench::{Bench, output, record};
use super::options::Part;
use super::series::Series;
use crate::shell;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The results of a part: tables, and every single value.
pub type Measured = (Vec<Table>, Vec<Series>);

/// One part's results.
#[derive(Debug, Deserialize, Serialize)]
pub struct Report {
    pub part: String,
    pub title: String,
    pub setting: Setting,
    pub tables: Vec<Table>,
    pub series: Vec<Series>,
}

/// When, where and with what was measured.
#[derive(Debug, Deserialize, Serialize)]
pub struct Setting {
    pub date: String,
    pub command: String,
    pub cpu: String,
    pub cores: usize,
    pub commit: String,
    pub versions: BTreeMap<String, String>,
}

/// A table, with what has to be said about it.
#[derive(Debug, Deserialize, Serialize)]
pub struct Table {
    pub caption: String,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(caption: &str, header: &[&str]) -> Self {
        let header = header.iter().map(ToString::to_string).collect();
        Self { caption: caption.into(), header, rows: Vec::new() }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = format!("|---|{}\n", "---:|".repeat(self.header.len() - 1));
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("{}\n\n{}{rule}{rows}", self.caption, line(&self.header))
    }
}

impl Setting {
    /// This moment and this machine.
    pub fn here(bench: &Bench, command: &str) -> Result<Self> {
        let mut versions: BTreeMap<String, String> = if bench.has_python() {
            record(&mut bench.script("versions.py", &[])?)?
        } else {
            BTreeMap::new()
        };
        let rustc = line(Command::new("rustc").arg("--version"))?;
        versions.insert("rustc".into(), rustc.trim_start_matches("rustc ").into());
        let git = |arguments: &[&str]| line(Command::new("git").args(arguments).current_dir(shell::root()));
        let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
        let commit = git(&["rev-parse", "--short", "HEAD"])?;
        Ok(Self {
            date: line(Command::new("date").args(["-u", "+%F"]))?,
            command: command.into(),
            cpu: cpu(),
            cores: std::thread::available_parallelism()?.get(),
            commit: if changed { format!("{commit} with changes") } else { commit },
            versions,
        })
    }

    fn markdown(&self) -> String {
        let versions: Vec<String> =
            self.versions.iter().map(|(name, text)| format!("{name} {text}")).collect();
        let Self { date, command, cpu, cores, commit, .. } = self;
        format!("{date}, {cpu}, {cores} cores, zodarts {commit}, {}: `{command}`\n", versions.join(", "))
    }
}

/// The first line that a command prints, or nothing.
fn line(command: &mut Command) -> Result<String> {
    Ok(output(command)?.0.lines().next().unwrap_or_default().into())
}

fn cpu() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name"));
    model.map_or_else(|| std::env::consts::ARCH.into(), |model| model.trim_matches([' ', '\t', ':']).into())
}

impl Report {
    pub fn write(&self, folder: &Path) -> Result<()> {
        write(
            &folder.join(format!("{}.json", self.part)),
            &format!("{}\n", serde_json::to_string_pretty(self)?),
        )
    }

    fn read(folder: &Path, part: Part) -> Result<Option<Self>> {
        let path = folder.join(format!("{}.json", part.name()));
        if !path.is_file() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Some(serde_json::from_str(&text).with_context(|| format!("cannot read {}", path.display()))?))
    }

    fn markdown(&self) -> String {
        let tables: Vec<String> = self.tables.iter().map(Table::markdown).collect();
        format!("\n## {}\n\n{}\n{}", self.title, self.setting.markdown(), tables.join("\n"))
    }
}

/// Writes `README.md` from the reports that are there.
pub fn write_page(folder: &Path) -> Result<()> {
    let mut page = String::from(
        "# zodarts beside its peers\n\nWritten by `cargo xtask peers`; [bench/README.md](../README.md) says \
         how. Both sides ran in turn, with as many threads; numbers are medians. The `.json` files hold \
         every value.\n",
    );
    for part in Part::ALL {
        if let Some(report) = Report::read(folder, part)? {
            page.write_str(&report.markdown())?;
        }
    }
    write(&folder.join("README.md"), &page)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    println!("    wrote {}", path.display());
    Ok(())
}

/// Returns `slow / fast` as text: `1.50×`.
pub fn times(slow: f64, fast: f64) -> String {
    format!("{:.2}×", slow / fast)
}

/// Three digits that matter.
pub fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_markdown() {
        let mut table = Table::new("What is faster", &["", "ms"]);
        table.row(["us".into(), number(1.234)]);
        assert_eq!(table.markdown(), "What is faster\n\n|  | ms |\n|---|---:|\n| us | 1.23 |\n");
    }

    #[test]
    fn numbers_keep_three_digits() {
        assert_eq!([0.1234, 1.234, 12.34, 1234.4].map(number), ["0.123", "1.23", "12.3", "1234"]);
        assert_eq!(times(3.0, 2.0), "1.50×");
    }
}
