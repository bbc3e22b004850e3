//! The description of a model in its exported files.

use zodarts_data::{ImageFit, Task};
use zodarts_nas::model::Model;

/// The rule for the probabilities of a volume, in words.
const AVERAGE: &str = "the probabilities of a volume are the mean over its slices";

/// The description of a model: a sentence, its input and output, facts for metadata.
pub struct About<'a> {
    model: &'a Model,
}

impl<'a> About<'a> {
    /// Returns the description of a model.
    pub fn of(model: &'a Model) -> Self {
        Self { model }
    }

    /// Returns one sentence, fit for a comment in any language.
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

    /// Returns the description of the input.
    pub fn input(&self) -> String {
        let values = if self.model.card.dataset.channels == 1 {
            "grey images, 0 black and 255 white; images of 16 bits divided by 257"
        } else {
            "RGB images, 0 to 255; images of 16 bits divided by 257"
        };
        let fitted = match self.model.card.dataset.fit {
            ImageFit::Squeeze => values.into(),
            ImageFit::Pad => format!("{values}; in training, an image of another shape was centred on black"),
            ImageFit::Crop => {
                format!("{values}; in training, the middle of an image of another shape was taken")
            }
        };
        match self.model.card.dataset.slices {
            None => fitted,
            Some(_) => format!("{fitted}; each is a slice of a volume: {AVERAGE}"),
        }
    }

    /// Returns the description of the output.
    pub fn output(&self) -> &'static str {
        match self.model.card.dataset.task {
            Task::MultiLabel => "probability of each label, in the order of the metadata's classes",
            _ => "probability of each class, in the order of the metadata's classes",
        }
    }

    /// Returns facts by name, for a file's metadata; lists are JSON.
    pub fn entries(&self) -> Vec<(&'static str, String)> {
        let card = &self.model.card;
        let classes = serde_json::to_string(&card.dataset.classes).expect("names have a form in JSON");
        let mut entries = vec![
            ("classes", classes),
            ("task", card.dataset.task.name().into()),
            ("dataset", card.dataset.name.clone()),
            ("dataset_fingerprint", card.dataset.fingerprint.clone()),
            ("fit", card.dataset.fit.name().into()),
            ("zodarts_version", env!("CARGO_PKG_VERSION").into()),
        ];
        if !card.standardise.is_none() {
            entries.push(("standardised", "each image has mean 0 and deviation 1 before the network".into()));
        }
        if let Some(slices) = card.dataset.slices {
            entries.extend([("slices", slices.to_string()), ("volumes", AVERAGE.to_owned())]);
        }
        if let Some(threshold) = card.threshold {
            entries
                .push(("threshold", serde_json::to_string(&threshold).expect("numbers have a form in JSON")));
        }
        if let Some(thresholds) = &card.label_thresholds {
            let text = serde_json::to_string(thresholds).expect("numbers have a form in JSON");
            entries.push(("label_thresholds", text));
        }
        if let Some(sets) = &card.sets {
            entries.push(("sets", serde_json::to_string(sets).expect("numbers have a form in JSON")));
        }
        if let Some(genotype) = card.genotype {
            entries.push(("genotype", genotype.to_string()));
        }
        entries
    }
}
