//! The template of a page: its head, its sections, its style sheet and its script.

use crate::markup::Markup;
use crate::sections::PageSection;
use askama::Template;

#[derive(Template)]
#[template(path = "page.html")]
pub struct Page {
    title: String,
    sections: Vec<PageSection>,
    version: &'static str,
    style: Markup,
    script: Markup,
}

impl Page {
    pub fn new(title: String, sections: Vec<PageSection>) -> Self {
        Self {
            title,
            sections,
            version: env!("CARGO_PKG_VERSION"),
            style: Markup(include_str!("../templates/style.css").into()),
            script: Markup(include_str!("../templates/script.js").into()),
        }
    }

    /// Returns the page as HTML.
    pub fn html(&self) -> String {
        Markup::of(self).0
    }
}
