//! Numbers that follow the data unless they are given.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A number, or `auto`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auto {
    /// Follows the data.
    #[default]
    Auto,
    /// As given.
    Fixed(usize),
}

impl Auto {
    /// The number, or `automatic`.
    pub fn unwrap_or(self, automatic: usize) -> usize {
        match self {
            Auto::Auto => automatic,
            Auto::Fixed(value) => value,
        }
    }
}

impl fmt::Display for Auto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Auto::Auto => f.pad("auto"),
            Auto::Fixed(value) => value.fmt(f),
        }
    }
}

impl FromStr for Auto {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" {
            return Ok(Auto::Auto);
        }
        text.parse().map(Auto::Fixed).map_err(|_| format!("`{text}` is neither `auto` nor a whole number"))
    }
}

impl Serialize for Auto {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Auto::Auto => serializer.serialize_str("auto"),
            Auto::Fixed(value) => serializer.serialize_u64(*value as u64),
        }
    }
}

impl<'de> Deserialize<'de> for Auto {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(usize),
            Word(String),
        }
        match Form::deserialize(deserializer)? {
            Form::Number(value) => Ok(Auto::Fixed(value)),
            Form::Word(word) => word.parse().map_err(serde::de::Error::custom),
        }
    }
}

/// Batch size of a search: the authors' for their data sets, else by the number of images.
pub fn search_batch(dataset: &str, images: usize) -> usize {
    match dataset {
        "breastmnist" => 16,
        "pneumoniamnist" => 32,
        "organamnist" | "organsmnist" => 256,
        "octmnist" => 512,
        _ => match images {
            ..1_000 => 16,
            1_000..10_000 => 32,
            10_000..30_000 => 256,
            _ => 512,
        },
    }
}

/// Batch size of training: the authors' for their data sets, else by the number of images.
pub fn train_batch(dataset: &str, images: usize) -> usize {
    match dataset {
        "breastmnist" => 64,
        "pneumoniamnist" => 16,
        "organamnist" | "organsmnist" | "octmnist" => 128,
        _ => match images {
            ..10_000 => 64,
            _ => 128,
        },
    }
}
