//! Short runs.

use std::path::Path;
use std::sync::Mutex;
use zodarts_data::Dataset;
use zodarts_nas::observer::Silent;
use zodarts_run::folder::RunFolder;
use zodarts_run::job::Job;
use zodarts_run::settings::Settings;
use zodarts_testkit::{Epochs, tiny};

/// Returns settings for two epochs of search and three of training at two channels.
pub fn settings() -> Settings {
    tiny(Epochs { search: 2, train: 3 })
}

/// Does a whole run in `path`.
pub fn fit(dataset: &Dataset, settings: &Settings, path: &Path) -> RunFolder {
    // One run at a time, because tests would wait for each other's threads.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock();
    let folder = RunFolder::create(path).unwrap();
    let settings = settings.clone().check().unwrap();
    Job::new(dataset, "phantom", &settings, &folder).fit(&mut Silent).unwrap();
    folder
}
