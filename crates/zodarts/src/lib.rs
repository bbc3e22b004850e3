//! Search, train and test small classifiers of medical images on a CPU.
//!
//! Fit a classifier to a folder with one subfolder a class, to a MedMNIST file, or to arrays:
//!
//! ```no_run
//! use zodarts::Preset;
//!
//! let run = zodarts::fit("scans/").preset(Preset::Quick).seed(1).out("runs/scans").run()?;
//! let metrics = run.metrics()?.expect("the run was tested");
//! println!("ACC {:.3}, AUC {:?}", metrics.report.acc, metrics.report.auc);
//! # Ok::<(), zodarts::Error>(())
//! ```
//!
//! Here with arrays, and schedules of one epoch:
//!
//! ```
//! use zodarts::{ImageSize, LabelledArrays, Preset};
//!
//! # let place = tempfile::tempdir().unwrap();
//! # let out = place.path().join("run");
//! let grey = |image| if image % 2 == 0 { 20 } else { 200 };
//! let pixels: Vec<u8> = (0..60).flat_map(|image| [grey(image); 12 * 12]).collect();
//! let labels: Vec<u16> = (0..60).map(|image| image % 2).collect();
//! let classes = vec!["dark".to_owned(), "bright".to_owned()];
//! let mut settings = Preset::Quick.settings();
//! (settings.search.epochs, settings.train.epochs) = (1, 1);
//! # (settings.search.channels, settings.train.channels) = (2, 2);
//! let arrays = LabelledArrays::new(ImageSize::square(12), pixels, labels, classes);
//! let run = zodarts::fit(arrays).settings(settings).out(&out).run()?;
//! assert!(run.status()?.is_finished());
//!
//! // Load a run and classify an array of values from 0 to 1, or a file with `classify_file("scan.png")`.
//! let mut classifier = zodarts::Classifier::load(&out)?;
//! let answer = classifier.classify(&[0.8; 12 * 12])?;
//! assert_eq!((answer.predicted.len(), answer.probabilities.len()), (1, 2));
//!
//! // Read the numbers of a run.
//! let run = zodarts::Run::open(&out)?;
//! assert_eq!(run.metrics()?.unwrap().test_reads, 1);
//! assert_eq!((run.search_records()?.len(), run.train_records()?.len()), (1, 1));
//! # Ok::<(), zodarts::Error>(())
//! ```
//!
//! Search with a method of your own: [`search`] takes anything that implements
//! [`SearchMethod`](nas::methods::SearchMethod), see [`extending`].
//!
//! ```
//! use zodarts::nas::methods::DartsV1;
//!
//! # let mut settings = zodarts::Preset::Quick.settings();
//! # settings.search.channels = 2;
//! let found = zodarts::search("phantom").method(DartsV1::default());
//! # let found = found.settings(settings);
//! let found = found.epochs(1).run()?;
//! println!("{}", found.genotype);
//! # Ok::<(), zodarts::Error>(())
//! ```
//!
//! The crates that this one re-exports: [`data`] reads images, [`nas`] computes, [`run`] keeps runs, [`lab`]
//! compares methods, [`report`] draws pages, [`export`] writes networks for other tools.

mod classifier;
mod fit;
mod frames;
mod run_handle;

pub use classifier::{Answer, Classifier, Explanation};
pub use fit::{DataInput, FitBuilder, SearchBuilder, fit, search};
pub use frames::{Frame, Unreadable};
pub use run_handle::Run;
pub use zodarts_data as data;
pub use zodarts_data::{ImageSize, LabelledArrays};
pub use zodarts_export as export;
pub use zodarts_lab as lab;
pub use zodarts_nas as nas;
pub use zodarts_report as report;
pub use zodarts_run as run;
pub use zodarts_run::Error;
pub use zodarts_run::settings::{Preset, Settings};

#[doc = include_str!("../../../docs/extending.md")]
pub mod extending {}
