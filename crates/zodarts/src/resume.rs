//! What stages share that go on where they were cut short.

use crate::error::Error;
use crate::observer::{Event, Observer};
use crate::run::{Resumed, Resumption, RunFolder};
use serde::de::DeserializeOwned;

/// What the learning rate of a schedule is multiplied by, before and after numbers went wrong.
pub fn rate_factor(halved: bool) -> f64 {
    if halved { 0.5 } else { 1.0 }
}

/// What there is to tell when numbers went wrong for the first time.
pub fn begins_again(error: &Error) -> Event<'static> {
    Event::Note(format!("{error}; the epoch begins again at half the rate"))
}

/// Where a stage goes on; none if it begins, as it does without a folder. Says so, and which checkpoints could not be used.
///
/// # Errors
/// See [`RunFolder::resume`].
pub fn resume<R: DeserializeOwned>(
    folder: Option<&RunFolder>,
    stage: &str,
    observer: &mut dyn Observer,
) -> Result<Option<Resumed<R>>, Error> {
    let Some(folder) = folder else { return Ok(None) };
    let Resumption { from, refused } = folder.resume(stage)?;
    for error in refused {
        observer.event(Event::Note(format!("{error}; it is not used")));
    }
    if let Some(Resumed { checkpoint, .. }) = &from {
        let epochs = checkpoint.epochs_done();
        let part = if checkpoint.is_within_epoch() { " and a part of the next" } else { "" };
        observer.event(Event::Note(format!("{stage} goes on after {epochs} epochs{part}")));
    }
    Ok(from)
}
