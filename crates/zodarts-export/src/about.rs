//! What an exported file says of its model.

use zodarts_data::Task;
use zodarts_nas::model::Model;

/// Words and facts that go along with a network.
pub struct About<'a> {
    model: &'a Model,
}

impl<'a> About<'a> {
    /// About a model.
    pub fn of(model: &'a Model) -> Self {
        Self { model }
    }

    /// One sentence, fit to stand in a comment of any language.
    pub fn sentence(&self) -> String {
        let plain = |c: char| if c.is_alphanumeric() || " -_.".contains(c) { c } else { '_' };
        let name: String = self.model.card.dataset.name.chars().map(plain).collect();
        format!(
            "A classifier of {} images of {name}, trained by zodarts. Not a medical device.",
            self.colour()
        )
    }

    fn colour(&self) -> &'static str {
        if self.model.card.dataset.channels == 1 { "grey" } else { "RGB" }
    }

    /// What goes in.
    pub fn input(&self) -> &'static str {
        if self.model.card.dataset.channels == 1 {
            "grey images, 0 black and 255 white; images of 16 bits divided by 257"
        } else {
            "RGB images, 0 to 255; images of 16 bits divided by 257"
        }
    }

    /// What comes out.
    pub fn output(&self) -> &'static str {
        match self.model.card.dataset.task {
            Task::MultiLabel => "probability of each label, in the order of the metadata's classes",
            _ => "probability of each class, in the order of the metadata's classes",
        }
    }

    /// Facts by name, for a file's metadata; lists are JSON.
    pub fn entries(&self) -> Vec<(&'static str, String)> {
        let card = &self.model.card;
        let classes = serde_json::to_string(&card.dataset.classes).expect("names have a form in JSON");
        let mut entries = vec![
            ("classes", classes),
            ("task", card.dataset.task.name().into()),
            ("dataset", card.dataset.name.clone()),
            ("dataset_fingerprint", card.dataset.fingerprint.clone()),
            ("zodarts_version", env!("CARGO_PKG_VERSION").into()),
        ];
        if let Some(threshold) = card.threshold {
            entries
                .push(("threshold", serde_json::to_string(&threshold).expect("numbers have a form in JSON")));
        }
        if let Some(genotype) = card.genotype {
            entries.push(("genotype", genotype.to_string()));
        }
        entries
    }
}
