//! The names of the files of a run folder.

/// The settings and circumstances of the run.
pub const CONFIG: &str = "config.toml";
/// The counts and findings of the data.
pub const DATA: &str = "data.json";
/// The architecture.
pub const GENOTYPE: &str = "genotype.txt";
/// The records of the search.
pub const SEARCH_RECORDS: &str = "search.jsonl";
/// The records of the training.
pub const TRAIN_RECORDS: &str = "train.jsonl";
/// The genotypes that a random search with shared weights scored.
pub const RANDOM_WS_SAMPLE: &str = "random-ws.json";
/// The calibration; written last of what prepares a model to predict.
pub const CALIBRATION: &str = "calibration.json";
/// The description of the trained network; written after its weights.
pub const MODEL: &str = "model.json";
/// The folder of evaluations on other data.
pub const EXTERNAL: &str = "external";
/// The process that works in the folder.
pub const LOCK: &str = "lock";
/// The folder of the two newest checkpoints.
pub const CHECKPOINTS: &str = "checkpoint";
