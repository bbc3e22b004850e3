//! A search as it stands after some of its epochs.

use super::epoch::{Begun, Ended, EpochRunner};
use super::settled::Settled;
use super::{SearchInput, check_memory, first_alpha, first_weights, halves, problem};
use crate::error::Error;
use crate::methods::SearchState;
use crate::observer::{Event, Observer, Stage};
use crate::supernet_problem::SupernetProblem;
use zodarts_data::Samples;

/// A search between two epochs.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Epochs done.
    pub epochs: usize,
    /// The learning rate of the weights in the next epoch.
    pub learning_rate: f64,
    /// The supernet, at the temperature of the next epoch.
    pub problem: SupernetProblem,
    /// Weights, architecture parameters and what their optimisers remember.
    pub state: SearchState,
}

/// Moments of a search and the images it works on.
#[derive(Clone, Debug)]
pub struct Moments {
    /// In the order of the epochs.
    pub moments: Vec<Moment>,
    /// Images for the weights.
    pub weights_half: Samples,
    /// Images for the architecture parameters.
    pub alpha_half: Samples,
}

/// Searches up to the last of `epochs`, which count those that are done, and keeps the search as it stands at each of
/// them. An early stop is not made.
///
/// # Errors
/// See [`super::search`].
pub fn moments(
    input: SearchInput<'_>,
    epochs: &[usize],
    observer: &mut dyn Observer,
) -> Result<Moments, Error> {
    let SearchInput { info, development, settings, seed, .. } = input;
    let (weights_half, alpha_half) = halves(&input)?;
    check_memory(info, development.len(), settings, input.memory)?;
    let mut problem = problem(&input);
    let mut state = SearchState::new(first_weights(&problem, &input), first_alpha(settings.alpha_init, seed));
    let mut runner = EpochRunner::new(&problem, &input, (&weights_half, &alpha_half));
    let last = epochs.iter().copied().max().unwrap_or(0);
    let mut moments = Vec::new();
    for done in 0..=last {
        problem.temperature = settings.temperature_at(done, settings.epochs);
        if epochs.contains(&done) {
            let learning_rate = settings.schedule(settings.epochs).learning_rate(done);
            moments.push(Moment {
                epochs: done,
                learning_rate,
                problem: problem.clone(),
                state: state.clone(),
            });
        }
        if done < last {
            let begun = Begun::after(Settled::default());
            match runner.run(&problem, &mut state, (done, last), 1.0, begun, observer)? {
                Ended::Whole(..) => {}
                Ended::OutOfTime => return Err(Error::OutOfTime { stage: "search" }),
                Ended::Left(_) => return Err(Error::Interrupted),
            }
        }
    }
    observer.event(Event::StageDone(Stage::Search));
    Ok(Moments { moments, weights_half, alpha_half })
}
