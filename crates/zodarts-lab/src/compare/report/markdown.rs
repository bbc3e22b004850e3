//! The tables of a comparison, `tables.md`.

use super::Comparison;
use crate::compare::live_operations::Milestones;
use crate::compare::published::{ELSEWHERE, Published, published};
use crate::compare::rows::{Row, SearchRow};
use crate::compare::sample_statistics::SampleRow;
use crate::compare::spread::Spread;
use crate::text::{markdown, number};
use std::fmt::Write as _;
use zodarts_nas::protocol::Protocol;
use zodarts_nas::search::Stop;

/// The mark of an empty cell.
const NOTHING: &str = "–";

const QUALITY: &str = "\
    Test split; mean ± standard deviation over seeds, and Student's 95 % interval of the mean. The interval \
    shows how much seeds differ, not how much another test set would: for that, see the intervals in \
    `trials.csv`. *Published* is the paper's Table 1: the best test epoch of trainings that saw the \
    validation images, with batch statistics at test.";
const RETRAINED: &str = "\
    The architecture of each seed is trained three times, and mean, deviation and interval are over all \
    trainings. Three of them share an architecture, so they are not independent, and the interval is too \
    narrow.";
const LAST: &str = "\
    *Last epoch* is the test ACC of the last epochs of the same trainings. The difference is what choosing \
    the epoch on the test images adds.";
const COST: &str = "\
    A pass is one forward and backward pass over one batch; a forward pass alone, with which `random-ws` \
    scores genotypes, counts as one. The sample of 32 counts in full for each of its ends, and its passes \
    are those of trainings. Published seconds are from the paper's Table 2, on the authors' GPU.";
const BEYOND: &str = "\
    The supernet is measured on the half of the images that the search kept for α: *mixed* with all \
    operations as weighted at the end, *alone* with the genotype's operations only, both with the weights of \
    the search. *Retrained* is the validation ACC of the trained network. *Agree* counts the edges on which \
    all seeds chose the same operation, *skips* those that became `skip_connect`.";
const LIVE: &str = "\
    An operation of an edge of the cell is live if its p > 0 and its result reaches the output, so that it \
    has to be computed. `none` is never live, so there are at most 24. Means over seeds, after parts of the \
    planned epochs; a search that stopped early keeps its last value.";
const SAMPLED: &str = "\
    The genotypes from which `best-of-32` and `worst-of-32` were taken: validation ACC after trainings of a \
    tenth of the epochs, and its rank correlation with the size (Spearman's ρ). Mean ± standard deviation \
    over seeds.";

/// Returns the tables, data set by data set.
pub fn text(comparison: &Comparison) -> String {
    let mut text = head(comparison);
    for dataset in datasets(&comparison.rows) {
        let rows: Vec<&Row> = comparison.rows.iter().filter(|row| row.dataset == dataset).collect();
        let mut add = |title: &str, about: &str, table: String| {
            // Writing to a string does not fail.
            let _ = write!(text, "\n## {dataset}: {title}\n\n{about}\n\n{table}");
        };
        add(
            "test accuracy",
            &about_quality(comparison.protocol),
            quality(dataset, &rows, comparison.protocol),
        );
        if rows.iter().any(|row| row.search.is_some()) {
            add("cost of the search", COST, cost(&rows));
        }
        add("what the paper does not show", BEYOND, beyond(&rows));
        if rows.iter().any(|row| milestones(row).is_some()) {
            add("live operations", LIVE, live(&rows));
        }
        if let Some(sample) = comparison.samples.iter().find(|sample| sample.dataset == dataset) {
            add("the sample of 32", SAMPLED, sampled(sample));
        }
        add("architectures", "One line per seed.", architectures(&rows));
    }
    if !comparison.failures.is_empty() {
        text += "\n## Failed trials\n\n";
        for failure in &comparison.failures {
            let _ = writeln!(text, "- {}: {}", failure.trial, failure.reason);
        }
    }
    text
}

/// Returns the heading with protocol and schedule, without which no number means anything.
fn head(comparison: &Comparison) -> String {
    let (search, train) = (&comparison.settings.search, &comparison.settings.train);
    format!(
        "# Comparison\n\nProtocol `{}`: {}. zodarts {}. Searches of {} with C = {} and N = {}, trainings of \
         {} with {} and {}; all settings are in `comparison.json`.\n",
        comparison.protocol,
        comparison.protocol.description(),
        comparison.version,
        number::epochs(search.epochs),
        search.channels,
        search.cells,
        number::epochs(train.epochs),
        train.channels,
        train.cells,
    )
}

fn about_quality(protocol: Protocol) -> String {
    match protocol {
        Protocol::Official => QUALITY.into(),
        Protocol::Paper => format!("{QUALITY} {RETRAINED} {LAST}"),
    }
}

fn datasets(rows: &[Row]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for row in rows {
        if !names.contains(&&*row.dataset) {
            names.push(&row.dataset);
        }
    }
    names
}

fn quality(dataset: &str, rows: &[&Row], protocol: Protocol) -> String {
    let mut header = vec!["", "seeds", "ACC", "AUC", "published ACC"];
    let own = rows.iter().map(|row| {
        let auc = row.auc.map_or(NOTHING.into(), |auc| auc.text_with_interval(3));
        let (seeds, acc) = (row.seeds.len().to_string(), row.acc.text_with_interval(3));
        vec![row.candidate.into(), seeds, acc, auc, published_acc(row.published)]
    });
    let elsewhere = ELSEWHERE.iter().filter_map(|(key, name)| {
        let found = published(key, dataset)?;
        let cell = || NOTHING.to_owned();
        Some(vec![format!("{name} (as published)"), cell(), cell(), cell(), published_acc(Some(found))])
    });
    let mut lines: Vec<Vec<String>> = own.chain(elsewhere).collect();
    if protocol == Protocol::Paper {
        header.push("last epoch");
        let last = rows.iter().map(|row| row.last_epoch_acc).chain(std::iter::repeat(None));
        for (line, last) in lines.iter_mut().zip(last) {
            line.push(last.map_or(NOTHING.into(), |last| last.text(3)));
        }
    }
    markdown::table(&header, &lines)
}

fn published_acc(published: Option<Published>) -> String {
    let Some(Published { acc, sd, .. }) = published else { return NOTHING.into() };
    sd.map_or_else(|| format!("{acc:.3}"), |sd| format!("{acc:.3} ± {sd:.3}"))
}

fn cost(rows: &[&Row]) -> String {
    let line = |row: &&Row| {
        let search = row.search.as_ref()?;
        let seconds = row.published.and_then(|published| published.search_seconds);
        Some(vec![
            row.candidate.into(),
            search.seconds.text(1),
            threads(search),
            search.passes.text(0),
            milliseconds(&search.seconds_per_pass),
            search.epochs.text(0),
            stops(search),
            seconds.map_or(NOTHING.into(), |seconds| format!("{seconds:.1}")),
        ])
    };
    let rows: Vec<Vec<String>> = rows.iter().filter_map(line).collect();
    let header = ["", "search, s", "threads", "passes", "a pass, ms", "epochs", "stopped", "published, s"];
    markdown::table(&header, &rows)
}

fn threads(search: &SearchRow) -> String {
    let numbers: Vec<String> = search.threads.iter().map(ToString::to_string).collect();
    if numbers.is_empty() { NOTHING.into() } else { numbers.join(" or ") }
}

fn milliseconds(seconds: &Spread) -> String {
    let scaled = Spread { mean: seconds.mean * 1e3, sd: seconds.sd.map(|sd| sd * 1e3), ..*seconds };
    scaled.text(1)
}

/// Returns each reason once, with the number of seeds if not all share it.
fn stops(search: &SearchRow) -> String {
    let of = |stop: Stop| search.stops.iter().filter(|found| **found == stop).count();
    let reasons = [Stop::Finished, Stop::Settled, Stop::Deadline].map(|stop| (stop, of(stop)));
    let found: Vec<String> = reasons
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(
            |(stop, count)| {
                if count == search.stops.len() { stop.to_string() } else { format!("{count} {stop}") }
            },
        )
        .collect();
    found.join(", ")
}

fn beyond(rows: &[&Row]) -> String {
    let line = |row: &&Row| {
        let share = |spread: Option<Spread>| spread.map_or(NOTHING.into(), |spread| spread.text(3));
        let search = row.search.as_ref();
        vec![
            row.candidate.to_owned(),
            number::count(row.params.mean as u64),
            number::count(row.macs.mean as u64),
            share(search.and_then(|search| search.mixed_acc)),
            share(search.and_then(|search| search.discrete_acc)),
            share(row.val_acc),
            row.agreeing_edges.zip(row.genotypes.first()).map_or(NOTHING.into(), |(edges, genotype)| {
                format!("{edges} of {}", genotype.space().rows())
            }),
            row.skips.map_or(NOTHING.into(), |skips| skips.text(1)),
        ]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(line).collect();
    let header = ["", "parameters", "MACs", "mixed", "alone", "retrained", "agree", "skips"];
    markdown::table(&header, &rows)
}

fn milestones(row: &Row) -> Option<Milestones> {
    row.search.as_ref()?.live_operations
}

fn live(rows: &[&Row]) -> String {
    let line = |row: &&Row| {
        let numbers = milestones(row)?.map(|mean| format!("{mean:.1}"));
        Some(std::iter::once(row.candidate.to_owned()).chain(numbers).collect())
    };
    let rows: Vec<Vec<String>> = rows.iter().filter_map(line).collect();
    markdown::table(&["", "first epoch", "¼", "½", "¾", "end"], &rows)
}

fn sampled(sample: &SampleRow) -> String {
    let correlation = |spread: Option<Spread>| spread.map_or(NOTHING.into(), |spread| spread.text(2));
    let line = vec![
        sample.seeds.len().to_string(),
        sample.smallest.text(3),
        sample.median.text(3),
        sample.largest.text(3),
        correlation(sample.params_correlation),
        correlation(sample.macs_correlation),
    ];
    markdown::table(&["seeds", "smallest", "median", "largest", "ρ parameters", "ρ MACs"], &[line])
}

fn architectures(rows: &[&Row]) -> String {
    let lines = rows.iter().flat_map(|row| {
        let seeds = row.seeds.iter().zip(&row.genotypes);
        seeds
            .map(|(seed, genotype)| vec![row.candidate.to_owned(), seed.to_string(), format!("`{genotype}`")])
    });
    markdown::table(&["", "seed", "genotype"], &lines.collect::<Vec<_>>())
}
