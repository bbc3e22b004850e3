//! The data: what they are, and what is wrong with them.

use crate::markup::Markup;
use crate::run::Run;
use askama::Template;
use zodarts_data::Summary;

#[derive(Template)]
#[template(path = "data.html")]
struct Body<'a> {
    data: &'a Summary,
    rows: Vec<(&'a str, [usize; 3])>,
    totals: [usize; 3],
}

/// The data set's card; none where it was not kept.
pub fn body(run: &Run) -> Option<Markup> {
    let data = run.data.as_ref()?;
    let splits = [&data.train, &data.val, &data.test];
    let count = |class: usize| splits.map(|split| split.per_class.get(class).copied().unwrap_or(0));
    let rows = data.info.classes.iter().enumerate().map(|(class, name)| (&**name, count(class)));
    Some(Markup::of(&Body { data, rows: rows.collect(), totals: splits.map(|split| split.images) }))
}
