//! Settings of search, training and prediction, with the paper's values as defaults.
//!
//! A setting is declared once, by [`settings!`](crate::settings!), beside the code that reads it: name, type,
//! default, range and documentation. The key of the configuration file, `zodarts settings`, the reference and
//! the help of the command line follow from the declaration.

mod augment;
mod auto;
mod checked;
mod declare;
mod engine;
mod error;
mod images;
mod nearest;
mod predict;
mod range;
mod search;
mod train;
mod value;

pub use augment::{AugmentSettings, Knob, PolicyName};
pub use auto::{Auto, search_batch, train_batch};
pub use checked::Checked;
pub use declare::{Section, Setting, path};
#[doc(hidden)]
pub use declare::{check, read, serde};
pub use engine::{Chains, Convolutions, Extent};
pub use error::InvalidSettings;
pub use images::ImagePlan;
pub use nearest::nearest;
pub use predict::PredictSettings;
pub use range::Range;
pub use search::SearchSettings;
pub use train::{Architecture, ClassWeights, MixKind, Selection, TrainSettings};
pub use value::{SettingType, Value, Word};

/// Largest number of values of one activation of one image: 64 channels at 224×224, with some margin.
pub const MAX_ACTIVATION: usize = 1 << 22;

/// Range of the number of epochs.
const EPOCHS: Range = Range::Within(1.0, 100_000.0);
/// Range of the number of images per batch.
const BATCH: Range = Range::Within(1.0, 65_536.0);
/// Range of the number of channels of a network's first stage.
const CHANNELS: Range = Range::Within(1.0, 256.0);
/// Range of the number of cells per stage.
const CELLS: Range = Range::Within(1.0, 32.0);
/// Range of an input's side, in pixels.
const SIDE: Range = Range::Within(4.0, 1024.0);
/// Range of the padding, in pixels.
const PADDING: Range = Range::Within(0.0, 256.0);
