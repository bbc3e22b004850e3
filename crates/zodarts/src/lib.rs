//! Architecture search, training and evaluation of small medical image classifiers.
//!
//! A [`pipeline::Job`] does what `zodarts fit` does, in steps or as a whole. Here its schedules are cut to one epoch:
//!
//! ```
//! use std::time::Instant;
//! use zodarts::data::{Dataset, OpenOptions};
//! use zodarts::explain::Explainer;
//! use zodarts::model::{Model, network_input};
//! use zodarts::observer::Silent;
//! use zodarts::pipeline::Job;
//! use zodarts::protocol::Protocol;
//! use zodarts::run::RunFolder;
//! use zodarts::settings::Preset;
//!
//! let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ())?;
//! let mut settings = Preset::Quick.settings();
//! (settings.search.epochs, settings.train.epochs) = (1, 1);
//! # let place = tempfile::tempdir()?;
//! # let path = place.path();
//! let folder = RunFolder::create(path)?;
//! let job = Job {
//!     dataset: &dataset,
//!     data: "phantom",
//!     settings: &settings,
//!     folder: &folder,
//!     protocol: Protocol::Official,
//!     limit: None,
//!     start: Instant::now(),
//! };
//! let fit = job.fit(&mut Silent)?;
//! assert_eq!(fit.metrics.report.n, 120);
//!
//! // Another day: what the network says of an image, and where it finds that.
//! let model = Model::load(path)?;
//! let image = network_input(&model.card, &dataset.val.image(0));
//! let scores = model.predictor().scores(&image)?;
//! let heat = Explainer::new(&model).explain(&image, None);
//! assert_eq!((scores.n(), scores.columns(), heat.values.len()), (1, 2, heat.width * heat.height));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bilevel;
pub mod budget;
pub mod compare;
mod diagnosis;
mod drawing;
pub mod error;
pub mod evaluate;
pub mod explain;
mod files;
pub mod genotype;
pub mod lock;
pub mod memory;
pub mod methods;
pub mod model;
pub mod normaliser;
pub mod observer;
pub mod pipeline;
pub mod protocol;
mod resume;
pub mod run;
pub mod search;
pub mod settings;
pub mod study;
mod supernet_problem;
pub mod text;
mod times;
pub mod train;

pub use error::Error;
pub use supernet_problem::SupernetProblem;
pub use zodarts_data as data;
