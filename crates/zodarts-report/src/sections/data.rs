//! The data: their shape, the images of each class, and findings such as copies between splits.

use crate::markup::Markup;
use crate::run::ReportedRun;
use askama::Template;
use zodarts_data::{SplitSummary, Summary};

#[derive(Template)]
#[template(path = "data.html")]
struct DataSection<'a> {
    data: &'a Summary,
    rows: Vec<(&'a str, [usize; 3])>,
    totals: [usize; 3],
}

/// Returns the data set's card, or `None` if the run has no summary of its data.
pub fn body(run: &ReportedRun) -> Option<Markup> {
    let data = run.data.as_ref()?;
    let splits = [&data.train, &data.val, &data.test];
    let count = |class: usize| splits.map(|split| split.per_class.get(class).copied().unwrap_or(0));
    let rows = data.info.classes.iter().enumerate().map(|(class, name)| (&**name, count(class)));
    Some(Markup::of(&DataSection { data, rows: rows.collect(), totals: splits.map(SplitSummary::cases) }))
}
