//! Numbers that depend on the data unless they are given.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use zodarts_kernels::LANES;

/// A number, or `auto`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auto {
    /// The number depends on the data.
    #[default]
    Auto,
    /// The number is given.
    Fixed(usize),
}

impl Auto {
    /// Returns the number, or `automatic` for [`Auto::Auto`].
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

/// Returns the batch size of a search: the authors' for their data sets, else by the number of images. It is
/// smaller for large images, so that a batch fits in the memory of most machines.
pub fn search_batch(dataset: &str, images: usize, side: usize) -> usize {
    let wanted = match dataset {
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
    };
    wanted.min(most(side))
}

/// Returns the batch size of training: the authors' for their data sets, else by the number of images. It is
/// smaller for large images, as in a search.
pub fn train_batch(dataset: &str, images: usize, side: usize) -> usize {
    let wanted = match dataset {
        "breastmnist" => 64,
        "pneumoniamnist" => 16,
        "organamnist" | "organsmnist" | "octmnist" => 128,
        _ => match images {
            ..10_000 => 64,
            _ => 128,
        },
    };
    wanted.min(most(side))
}

/// Most pixels of a batch: 1024 images of 32×32, 16 of 224×224, for which a search with the defaults needs 5
/// GiB. The limit does not depend on the machine, because results depend on the batch.
const PIXELS: usize = 1 << 20;

/// Returns the largest number of images of a batch: whole blocks of the engine, at least one.
fn most(side: usize) -> usize {
    (PIXELS / (side * side).max(1) / LANES * LANES).max(LANES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_the_authors_until_images_are_large() {
        assert_eq!([28, 32].map(|side| search_batch("octmnist", 100_000, side)), [512; 2]);
        assert_eq!([64, 128, 224].map(|side| search_batch("octmnist", 100_000, side)), [256, 64, 16]);
        assert_eq!([32, 224].map(|side| search_batch("breastmnist", 624, side)), [16; 2]);
        assert_eq!([28, 64, 224, 1024].map(|side| train_batch("scans", 20_000, side)), [128, 128, 16, 8]);
    }
}
