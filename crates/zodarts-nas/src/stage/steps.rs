//! The steps of an epoch.

use super::{Deadline, EpochEnd, PartialEpoch};
use crate::error::Error;
use crate::observer::{Event, Observer, Step};
use std::time::Instant;
use zodarts_data::{Prefetched, prefetch};

/// Runs the steps of an epoch, or the rest of them. `make` fills in the images of one step after another
/// until it returns false, one step ahead on a thread of its own; `step` computes one step.
///
/// # Errors
/// Returns the errors of `step`.
pub fn run_steps<I: Default + Send, P>(
    from: PartialEpoch<P>,
    deadline: Deadline,
    make: impl FnMut(&mut I) -> bool + Send,
    observer: &mut dyn Observer,
    mut step: impl FnMut(&mut P, &I) -> Result<Step, Error>,
) -> Result<EpochEnd<PartialEpoch<P>, P>, Error> {
    let PartialEpoch { mut part, times: before } = from;
    prefetch(make, |images| {
        let start = Instant::now();
        let times = |images: &Prefetched<I>| before.later(start.elapsed(), images.waited());
        while let Some(taken) = images.next() {
            if deadline.passed() {
                return Ok(EpochEnd::OutOfTime);
            }
            let done = step(&mut part, taken)?;
            observer.event(Event::Step(done));
            // A stop after the last step must not discard the epoch: it is done.
            if done.step < done.steps && observer.stop_requested() {
                return Ok(EpochEnd::Paused(PartialEpoch { part, times: times(images) }));
            }
        }
        Ok(EpochEnd::Done(PartialEpoch { part, times: times(images) }))
    })
}
