//! The search for the last usable checkpoint of a stage.

use super::store::{Restored, Resumption, Store};
use crate::error::Error;
use crate::observer::{Event, Observer};
use serde::de::DeserializeOwned;

/// A stage up to its last usable checkpoint, with its records.
#[derive(Debug)]
pub struct ResumePoint<R> {
    /// The checkpoint.
    pub checkpoint: Restored,
    /// The records up to it, one per epoch.
    pub records: Vec<R>,
}

/// Returns the point from which a stage resumes, or `None` if it starts from the beginning, as it does
/// without a store. Notifies the observer of it, under the stage's `title`, and of checkpoints that could not
/// be used.
///
/// # Errors
/// Returns the errors of [`Store::resume`].
pub fn resume<R: DeserializeOwned>(
    store: Option<&dyn Store>,
    stage: &str,
    title: &str,
    observer: &mut dyn Observer,
) -> Result<Option<ResumePoint<R>>, Error> {
    let Some(store) = store else { return Ok(None) };
    let check = |line: &str| serde_json::from_str::<R>(line).map(drop).map_err(|error| error.to_string());
    let Resumption { from, refused } = store.resume(stage, &check)?;
    for error in refused {
        observer.event(Event::Note(format!("{error}; it is not used")));
    }
    let Some(kept) = from else { return Ok(None) };
    let epochs = kept.checkpoint.epochs_done;
    let place = if kept.checkpoint.is_within_epoch() {
        format!("within epoch {}", epochs + 1)
    } else {
        format!("after epoch {epochs}")
    };
    observer.event(Event::Note(format!("{title} resumes {place}")));
    let records =
        kept.records.iter().map(|line| serde_json::from_str(line).expect("a record that was checked"));
    Ok(Some(ResumePoint { records: records.collect(), checkpoint: kept.checkpoint }))
}
