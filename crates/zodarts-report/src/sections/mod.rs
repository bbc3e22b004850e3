//! The parts of a run's page, in the order in which they are read.

mod data;
mod mistakes;
mod network;
mod result;
mod search;
mod settings;
mod test;
mod training;

pub use mistakes::Pictures;
pub use network::cells;
pub use result::headline;

use crate::markup::Markup;
use crate::run::Run;

/// A part of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// What links to it.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What is below.
    pub body: Markup,
}

/// The parts of a run's page that there is something to say in.
pub fn of(run: &Run, pictures: &Pictures) -> Vec<Section> {
    let parts = [
        ("network", "The network", network::body(run)),
        ("search", "The search", search::body(run)),
        ("training", "The training", training::body(run)),
        ("test", "On the test images", test::body(run)),
        ("mistakes", "The surest mistakes", mistakes::body(run, pictures)),
        ("data", "The data", data::body(run)),
        ("repeat", "To do it again", Some(settings::body(run))),
    ];
    let section = |(id, title, body): (_, _, Option<Markup>)| body.map(|body| Section { id, title, body });
    let result = Section { id: "result", title: "The result", body: result::body(run) };
    [result].into_iter().chain(parts.into_iter().filter_map(section)).collect()
}
