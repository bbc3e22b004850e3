//! The figures of a run of libFuzzer, read from what it says.

use std::fmt;
use std::path::PathBuf;

/// The figures of one target.
#[derive(Debug, Default, PartialEq)]
pub struct Summary {
    target: String,
    /// Inputs read.
    executions: u64,
    /// Of these in a second, on average.
    speed: u64,
    /// Places of the code that inputs came to.
    coverage: u64,
    /// Most memory of the process, in MiB.
    memory: u64,
    /// Files of inputs that something is wrong with.
    pub findings: Vec<PathBuf>,
}

impl Summary {
    /// Of a target of which nothing is known yet.
    pub fn of(target: &str) -> Self {
        Self { target: target.into(), ..Self::default() }
    }

    /// Takes the figures of a line, if it has any.
    pub fn take(&mut self, line: &str) {
        for (name, figure) in [
            ("stat::number_of_executed_units:", &mut self.executions),
            ("stat::average_exec_per_sec:", &mut self.speed),
            ("stat::peak_rss_mb:", &mut self.memory),
            (" cov:", &mut self.coverage),
        ] {
            let words = line.split_once(name).map(|(_, rest)| rest.split_whitespace());
            let found = words.and_then(|mut words| words.next()?.parse().ok());
            *figure = found.unwrap_or(*figure);
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, executions, speed, coverage, memory, findings } = self;
        write!(
            f,
            "{target}: {executions} executions, {speed} a second, coverage {coverage}, at most {memory} MiB"
        )?;
        if findings.is_empty() {
            return write!(f, ", nothing found");
        }
        findings.iter().try_for_each(|path| write!(f, "\n  found: {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_figures_count() {
        let mut summary = Summary::of("npz");
        for line in [
            "INFO: seed corpus: files: 5 min: 1b max: 2162b total: 3521b rss: 33Mb",
            "#8\tINITED cov: 900 ft: 1000 corp: 4/3521b exec/s: 0 rss: 40Mb",
            "#2097152\tDONE   cov: 1234 ft: 5678 corp: 300/99Kb lim: 6258 exec/s: 3472 rss: 61Mb",
            "stat::number_of_executed_units: 2097152",
            "stat::average_exec_per_sec:     3472",
            "stat::peak_rss_mb:              61",
        ] {
            summary.take(line);
        }
        let expected = "npz: 2097152 executions, 3472 a second, coverage 1234, at most 61 MiB, nothing found";
        assert_eq!(summary.to_string(), expected);
        summary.findings = vec!["fuzz/artifacts/npz/crash-1".into()];
        assert!(summary.to_string().ends_with("at most 61 MiB\n  found: fuzz/artifacts/npz/crash-1"));
    }
}
