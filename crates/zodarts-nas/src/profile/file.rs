//! The file `profile.safetensors`.

use super::{ClassGaussians, NoveltyScale, Profile, StatisticProfile};
use crate::evaluate::TrueProbabilities;
use crate::files::{FileError, read_limited, write_file};
use crate::tensors::{check_header, le_bytes};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use std::path::Path;
use zodarts_nn::graph::Network;
use zodarts_nn::inference::feature_count;

/// Size of the largest file that is read, in bytes: the factor of 4096 features, and 16 million images.
const MAX_BYTES: u64 = 256 << 20;
/// The most features that a file may have.
const MAX_FEATURES: usize = 4096;

const CENTRES: &str = "novelty.centres";
const SCALE: &str = "novelty.scale";
const FACTOR: &str = "novelty.factor";
const THRESHOLD: &str = "novelty.threshold";
const SEEN: &str = "seen";
/// The tensor of a statistic is named after it, with its value behind an equals sign if it has one.
const STATISTIC: &str = "statistic.";

impl Profile {
    /// Writes the profile into a folder, atomically.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), FileError> {
        write_file(&folder.join(Self::FILE), &self.encode())
    }

    /// Reads the profile of a folder for a network. Returns `None` if there is none.
    ///
    /// # Errors
    /// Returns an error if the file is damaged, or of another network.
    pub fn load(folder: &Path, network: &Network) -> Result<Option<Self>, FileError> {
        let path = folder.join(Self::FILE);
        if !path.is_file() {
            return Ok(None);
        }
        let bytes = read_limited(&path, MAX_BYTES)?;
        let damaged = |reason: String| FileError::Damaged { path: path.clone(), reason };
        Self::decode(&bytes, network.classes, feature_count(network)).map(Some).map_err(damaged)
    }

    /// Returns the file's bytes. Only the lower triangle of the factor is written.
    fn encode(&self) -> Vec<u8> {
        let NoveltyScale { training: ClassGaussians { width, centres, scale, factor }, threshold } =
            &self.novelty;
        let floats = |values: &mut dyn Iterator<Item = f64>| -> Vec<u8> {
            values.flat_map(|value| (value as f32).to_le_bytes()).collect()
        };
        let rows = factor.chunks_exact(*width).enumerate();
        let mut triangle = rows.flat_map(|(at, row)| &row[..=at]).copied();
        let mut tensors = vec![
            (CENTRES.to_owned(), Dtype::F32, floats(&mut centres.iter().copied())),
            (SCALE.to_owned(), Dtype::F32, floats(&mut scale.iter().copied())),
            (FACTOR.to_owned(), Dtype::F32, floats(&mut triangle)),
            (THRESHOLD.to_owned(), Dtype::F32, floats(&mut std::iter::once(*threshold))),
            (SEEN.to_owned(), Dtype::U64, self.seen.iter().flat_map(|hash| hash.to_le_bytes()).collect()),
        ];
        for (class, values) in self.truths.classes().iter().enumerate() {
            tensors.push((truths(class), Dtype::F32, le_bytes(values)));
        }
        for StatisticProfile { name, value, quantiles } in &self.statistics {
            let value = value.as_ref().map_or(String::new(), |value| format!("={value}"));
            tensors.push((format!("{STATISTIC}{name}{value}"), Dtype::F32, le_bytes(quantiles)));
        }
        let views = tensors.iter().map(|(name, dtype, bytes)| {
            let size = bytes.len() / if *dtype == Dtype::U64 { 8 } else { 4 };
            (name, TensorView::new(*dtype, vec![size], bytes).expect("bytes of this shape"))
        });
        safetensors::serialize(views, None).expect("names and shapes are valid")
    }

    fn decode(bytes: &[u8], classes: usize, features: usize) -> Result<Self, String> {
        check_header(bytes)?;
        let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
        let tensor = |name: &str, dtype| -> Result<TensorView<'_>, String> {
            let view = file.tensor(name).map_err(|_| format!("tensor `{name}` is missing"))?;
            let fits = view.dtype() == dtype && view.shape().len() == 1;
            if fits { Ok(view) } else { Err(format!("tensor `{name}` is no list of {dtype:?}")) }
        };
        let floats = |name: &str| -> Result<Vec<f32>, String> {
            let view = tensor(name, Dtype::F32)?;
            let values = view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
            let values: Vec<f32> = values.collect();
            let finite = values.iter().all(|value| value.is_finite());
            if finite { Ok(values) } else { Err(format!("tensor `{name}` has a value that is no number")) }
        };
        let sized = |name: &str, size: usize| -> Result<Vec<f64>, String> {
            let values = floats(name)?;
            if values.len() != size {
                return Err(format!("tensor `{name}` has {} values, expected {size}", values.len()));
            }
            Ok(values.into_iter().map(f64::from).collect())
        };
        if features > MAX_FEATURES {
            return Err(format!("a network of {features} features, expected at most {MAX_FEATURES}"));
        }
        let centres: Vec<f64> = floats(CENTRES)?.into_iter().map(f64::from).collect();
        if features == 0 || centres.is_empty() || !centres.len().is_multiple_of(features) {
            let found = centres.len();
            return Err(format!("tensor `{CENTRES}` has {found} values, expected a multiple of {features}"));
        }
        let mut triangle = sized(FACTOR, features * (features + 1) / 2)?.into_iter();
        let mut factor = vec![0.0; features * features];
        for (at, row) in factor.chunks_exact_mut(features).enumerate() {
            row[..=at].iter_mut().zip(&mut triangle).for_each(|(value, read)| *value = read);
        }
        if (0..features).any(|at| factor[at * features + at] <= 0.0) {
            return Err(format!("`{FACTOR}` has a value on its diagonal that is not above 0"));
        }
        let scale = sized(SCALE, features)?;
        let threshold = sized(THRESHOLD, 1)?[0];
        if threshold <= 0.0 {
            return Err(format!("`{THRESHOLD}` is {threshold}, expected above 0"));
        }
        let seen = tensor(SEEN, Dtype::U64)?;
        let seen = seen.data().as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
        let probabilities = (0..classes).map(|class| floats(&truths(class))).collect::<Result<_, _>>()?;
        let statistic = |name: &str| -> Result<StatisticProfile, String> {
            let (plain, value) = match name[STATISTIC.len()..].split_once('=') {
                Some((plain, value)) => (plain, Some(value.to_owned())),
                None => (&name[STATISTIC.len()..], None),
            };
            let mut quantiles = floats(name)?;
            quantiles.sort_by(f32::total_cmp);
            if quantiles.is_empty() {
                return Err(format!("tensor `{name}` is empty"));
            }
            Ok(StatisticProfile { name: plain.into(), value, quantiles })
        };
        let mut names: Vec<&str> =
            file.names().into_iter().filter(|name| name.starts_with(STATISTIC)).collect();
        names.sort_unstable();
        let statistics = names.into_iter().map(statistic).collect::<Result<_, _>>()?;
        let novelty =
            NoveltyScale { training: ClassGaussians { width: features, centres, scale, factor }, threshold };
        Ok(Self { novelty, truths: TrueProbabilities::new(probabilities), seen, statistics })
    }
}

/// Returns the name of the tensor of a class's probabilities.
fn truths(class: usize) -> String {
    format!("truths.{class}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        let (centres, factor) = (vec![0.5, -1.0, 2.0, 3.0], vec![2.0, 0.0, 0.25, 4.0]);
        let training = ClassGaussians { width: 2, centres, scale: vec![1.0, 0.5], factor };
        Profile {
            novelty: NoveltyScale { training, threshold: 1.5 },
            truths: TrueProbabilities::new(vec![vec![0.5, 0.25], vec![]]),
            seen: [7, u64::MAX].into(),
            statistics: vec![
                StatisticProfile { name: "brightness".into(), value: None, quantiles: vec![0.25, 0.5] },
                StatisticProfile {
                    name: "file type".into(),
                    value: Some("png".into()),
                    quantiles: vec![1.0],
                },
            ],
        }
    }

    #[test]
    fn a_profile_is_read_as_it_was_written() {
        assert_eq!(Profile::decode(&profile().encode(), 2, 2).unwrap(), profile());
    }

    #[test]
    fn a_profile_of_another_network_or_a_damaged_one_is_refused() {
        let bytes = profile().encode();
        let refused = |classes, features| Profile::decode(&bytes, classes, features).unwrap_err();
        assert_eq!(refused(2, 3), "tensor `novelty.centres` has 4 values, expected a multiple of 3");
        assert_eq!(refused(3, 2), "tensor `truths.2` is missing");
        for length in 0..bytes.len() {
            assert!(Profile::decode(&bytes[..length], 2, 2).is_err(), "{length} bytes");
        }
        let mut without = profile();
        without.novelty.threshold = 0.0;
        assert!(Profile::decode(&without.encode(), 2, 2).unwrap_err().contains("expected above 0"));
        without.novelty.threshold = f64::NAN;
        assert!(Profile::decode(&without.encode(), 2, 2).unwrap_err().contains("no number"));
    }
}
