//! `zodarts data check`.

use super::{settings, sheet};
use crate::args::{CheckArgs, InfoArgs};
use crate::output;
use crate::progress::Ui;
use crate::setup::{self, DamagedFile};
use anyhow::{Result, bail};
use serde::Serialize;
use zodarts_data::check::{CheckReport, Finding, Match};

/// The number of images shown for a finding; `--json` has all.
const SHOWN: usize = 5;

/// Prints everything found wrong with a data set, the worst first.
pub fn run(args: &CheckArgs, ui: &Ui) -> Result<()> {
    let InfoArgs { data, source, .. } = &args.info;
    let (dataset, damaged) = setup::open_readable(data, &settings(&args.info)?, source, ui)?;
    let spinner = ui.spinner("checking every image");
    let check = dataset.check();
    spinner.finish_and_clear();
    if args.info.json {
        output::json(&CheckOutput { damaged: &damaged, check: &check })?;
    } else {
        let mut sheet = sheet(&check.summary);
        if check.findings.is_empty() {
            sheet.row("checks", nothing_found(&check));
        }
        if !damaged.is_empty() {
            sheet.row("warning", format!("left out {} that cannot be read:", files(damaged.len())));
        }
        for DamagedFile { file, reason } in &damaged {
            sheet.row("", format!("  {file}: {reason}"));
        }
        for (at, finding) in check.findings.iter().enumerate() {
            sheet.row("warning", finding.text.clone());
            for line in examples(finding) {
                sheet.row("", line);
            }
            // Once for all findings with the same advice.
            let next = check.findings.get(at + 1).and_then(|next| next.advice);
            if let Some(advice) = finding.advice.filter(|advice| next != Some(advice)) {
                sheet.row("", format!("  {advice}"));
            }
        }
        output::print(&sheet.to_string())?;
    }
    match check.findings.len() + usize::from(!damaged.is_empty()) {
        0 => Ok(()),
        count if args.strict => {
            let noun = if count == 1 { "finding" } else { "findings" };
            bail!("{}: {count} {noun}, and --strict allows none", args.info.data)
        }
        _ => Ok(()),
    }
}

/// Returns what was looked for in vain. Near copies of volumes are not looked for.
fn nothing_found(check: &CheckReport) -> String {
    let info = &check.summary.info;
    let near = if info.slices.is_some() { "" } else { "no near copies, " };
    format!("no copies, {near}no blank {}s, no shortcuts, every class in every split", info.noun())
}

/// The JSON of a check.
#[derive(Serialize)]
struct CheckOutput<'a> {
    /// The files that cannot be read, which the check leaves out.
    damaged: &'a [DamagedFile],
    #[serde(flatten)]
    check: &'a CheckReport,
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".into() } else { format!("{count} files") }
}

/// Returns some of a finding's images, one line each.
fn examples(finding: &Finding) -> Vec<String> {
    let mut lines: Vec<String> = finding.images.iter().take(SHOWN).map(example).collect();
    if let Some(more) = finding.images.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more, all in --json"));
    }
    lines
}

fn example(found: &Match) -> String {
    match (&found.like, found.correlation) {
        (Some(like), Some(correlation)) if correlation < 1.0 => {
            format!("  {} like {like}, correlation {correlation:.4}", found.image)
        }
        (Some(like), _) => format!("  {} is {like}", found.image),
        (None, _) => format!("  {}", found.image),
    }
}
