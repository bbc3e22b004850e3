//! How far a search is: at its beginning, or where it was cut short.

use super::SearchInput;
use super::epoch::Begun;
use super::settled::Settled;
use crate::error::Error;
use crate::files::json_line;
use crate::methods::{Chain, SearchState};
use crate::observer::Observer;
use crate::resume::{resume, vectors_of};
use crate::run::{Checkpoint, Resumed, RunFolder, SearchRecord};
use zodarts_nn::optim::{AdamState, SgdState};

/// A search between two epochs, or within one.
pub struct Progress {
    pub state: SearchState,
    pub settled: Settled,
    /// Epochs done.
    pub done: usize,
    /// Epochs to be done.
    pub planned: usize,
    /// The epoch that was left half done, if one was.
    pub begun: Option<Begun>,
    pub passes: usize,
    /// Whether the last epoch left nothing to decide.
    pub over: bool,
    /// Seconds of the epochs before the search was cut short.
    pub earlier: f64,
}

impl Progress {
    /// Where the folder says that the search is; its beginning, `first`, without one.
    pub fn begin(
        input: &SearchInput<'_>,
        first: SearchState,
        observer: &mut dyn Observer,
    ) -> Result<Self, Error> {
        match resume(input.folder, "search", observer)? {
            Some(from) => Self::resume(from, &first, input.settings.epochs),
            None => Ok(Self {
                state: first,
                settled: Settled::default(),
                done: 0,
                planned: input.settings.epochs,
                begun: None,
                passes: 0,
                over: false,
                earlier: 0.0,
            }),
        }
    }

    fn resume(from: Resumed<SearchRecord>, first: &SearchState, epochs: usize) -> Result<Self, Error> {
        let Resumed { mut checkpoint, records } = from;
        let (weights, alphas) = (first.chain.weights.len(), first.alpha.len());
        let sgd = SgdState { momentum_buffer: checkpoint.take("momentum", weights)? };
        let chain = Chain { weights: checkpoint.take("weights", weights)?, sgd };
        let alpha = checkpoint.take("alpha", alphas)?;
        let adam = AdamState {
            m: checkpoint.take("alpha_m", alphas)?,
            v: checkpoint.take("alpha_v", alphas)?,
            step: checkpoint.count("alpha_steps")?,
        };
        Ok(Self {
            settled: Settled::after(&alpha),
            state: SearchState { chain, alpha, adam },
            done: records.len(),
            planned: records.last().map_or(epochs, |record| record.epochs),
            begun: checkpoint.begun()?,
            passes: records.iter().map(|record| record.passes).sum(),
            over: checkpoint.count("settled")? > 0,
            earlier: records.iter().map(|record| record.seconds).sum(),
        })
    }

    /// Takes note of an epoch, in the folder if there is one.
    pub fn keep(&mut self, folder: Option<&RunFolder>, record: &SearchRecord) -> Result<(), Error> {
        self.done += 1;
        self.passes += record.passes;
        let Some(folder) = folder else { return Ok(()) };
        folder.append("search.jsonl", record)?;
        self.write(folder, None)
    }

    /// Keeps the search in the middle of an epoch, in the folder if there is one.
    pub fn leave(&self, folder: Option<&RunFolder>, begun: &Begun) -> Result<(), Error> {
        folder.map_or(Ok(()), |folder| self.write(folder, Some(json_line(begun))))
    }

    fn write(&self, folder: &RunFolder, begun: Option<String>) -> Result<(), Error> {
        let SearchState { chain, alpha, adam } = &self.state;
        let mut vectors = vectors_of(chain);
        vectors.extend([("alpha", &alpha[..]), ("alpha_m", &adam.m), ("alpha_v", &adam.v)]);
        let counts = vec![("alpha_steps", adam.step), ("settled", u64::from(self.over))];
        let (stage, epochs_done) = ("search", self.done);
        Ok(folder.write_checkpoint(&Checkpoint { stage, epochs_done, counts, vectors, begun })?)
    }
}
