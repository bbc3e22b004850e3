//! The sections of a run's page, in their order.

mod batch;
mod curves;
mod data;
mod external;
mod labels;
mod mistakes;
mod network;
mod result;
mod search;
mod settings;
mod test;
mod training;

pub use batch::BatchImages;
pub use external::of as of_external;
pub use mistakes::MistakeImages;
pub use network::cells;
pub use result::headline;

use crate::markup::Markup;
use crate::run::ReportedRun;

/// A section of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageSection {
    /// The anchor of the section.
    pub id: &'static str,
    /// The heading.
    pub title: &'static str,
    /// The content below the heading.
    pub body: Markup,
}

/// The images of a run's page.
#[derive(Clone, Debug)]
pub struct PageImages {
    /// The first batch of its training.
    pub batch: BatchImages,
    /// The mistakes of its test.
    pub mistakes: MistakeImages,
}

/// Returns the sections of a run's page for which the run has content.
pub fn of(run: &ReportedRun, images: &PageImages) -> Vec<PageSection> {
    let parts = [
        ("network", "Network", network::body(run)),
        ("search", "Search", search::body(run)),
        ("training", "Training", training::body(run)),
        ("batch", "Training images", batch::body(run, &images.batch)),
        ("test", "Test results", test::body(run)),
        ("mistakes", "Most confident mistakes", mistakes::body(run, &images.mistakes)),
        ("data", "Data", data::body(run)),
        ("repeat", "How to repeat this run", Some(settings::body(run))),
    ];
    let section =
        |(id, title, body): (_, _, Option<Markup>)| body.map(|body| PageSection { id, title, body });
    let result = PageSection { id: "result", title: "Result", body: result::body(run) };
    [result].into_iter().chain(parts.into_iter().filter_map(section)).collect()
}
