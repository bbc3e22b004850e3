//! How far a search is: at its beginning, or where it was cut short.

use super::SearchInput;
use super::epoch::Begun;
use super::settled::Settled;
use crate::error::Error;
use crate::files::FileError;
use crate::files::json_line;
use crate::methods::{Chain, SearchState};
use crate::observer::Observer;
use crate::records::SearchRecord;
use crate::resume::{Resumed, resume};
use crate::store::{Checkpoint, Restored, Store};
use zodarts_nn::optim::{AdamState, SgdState};

/// What a state is called in a checkpoint.
struct Names {
    vectors: [&'static str; 5],
    steps: &'static str,
}

const STATE: Names =
    Names { vectors: ["weights", "momentum", "alpha", "alpha_m", "alpha_v"], steps: "alpha_steps" };

/// That of the epoch before one that was left half done.
const GOOD: Names = Names {
    vectors: ["good_weights", "good_momentum", "good_alpha", "good_alpha_m", "good_alpha_v"],
    steps: "good_alpha_steps",
};

/// A search between two epochs, or within one.
pub struct Progress {
    pub state: SearchState,
    /// The state after the last epoch that was done.
    pub good: SearchState,
    /// Whether numbers went wrong once: the learning rate of the weights is half of the schedule's since.
    pub halved: bool,
    /// After the last epoch that was done.
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
        match resume(input.store, "search", observer)? {
            Some(from) => Self::resume(from, &first, input.settings.epochs),
            None => Ok(Self {
                good: first.clone(),
                state: first,
                halved: false,
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
        let begun = checkpoint.begun()?;
        let state = take(&mut checkpoint, &STATE, first)?;
        // Between two epochs they are one.
        let good = if begun.is_some() { take(&mut checkpoint, &GOOD, first)? } else { state.clone() };
        Ok(Self {
            settled: Settled::after(&good.alpha),
            state,
            good,
            halved: checkpoint.count_or("halved", 0) > 0,
            done: records.len(),
            planned: records.last().map_or(epochs, |record| record.epochs),
            begun,
            passes: records.iter().fold(0, |sum, record| sum.saturating_add(record.passes)),
            over: checkpoint.count("settled")? > 0,
            earlier: records.iter().map(|record| record.seconds).sum(),
        })
    }

    /// Takes note of an epoch, in the folder if there is one.
    pub fn keep(&mut self, store: Option<&dyn Store>, record: &SearchRecord) -> Result<(), Error> {
        self.done += 1;
        self.passes = self.passes.saturating_add(record.passes);
        self.good = self.state.clone();
        let Some(store) = store else { return Ok(()) };
        store.append_record("search", &json_line(record))?;
        self.write(store, None)
    }

    /// Keeps the search in the middle of an epoch, in the folder if there is one.
    pub fn leave(&self, store: Option<&dyn Store>, begun: &Begun) -> Result<(), Error> {
        store.map_or(Ok(()), |store| self.write(store, Some(json_line(begun))))
    }

    fn write(&self, store: &dyn Store, begun: Option<String>) -> Result<(), Error> {
        let mut vectors = vectors_of(&self.state, &STATE);
        let mut counts = vec![
            (STATE.steps, self.state.adam.step),
            ("settled", u64::from(self.over)),
            ("halved", u64::from(self.halved)),
        ];
        if begun.is_some() {
            vectors.extend(vectors_of(&self.good, &GOOD));
            counts.push((GOOD.steps, self.good.adam.step));
        }
        let (stage, epochs_done) = ("search", self.done);
        Ok(store.save_checkpoint(&Checkpoint { stage, epochs_done, counts, vectors, begun })?)
    }

    /// Goes back to the last epoch that was done, to go on at half the learning rate.
    pub fn roll_back(&mut self) {
        self.state = self.good.clone();
        self.halved = true;
    }
}

fn take(checkpoint: &mut Restored, names: &Names, first: &SearchState) -> Result<SearchState, FileError> {
    let (weights, alphas) = (first.chain.weights.len(), first.alpha.len());
    let [of_weights, of_momentum, of_alpha, of_m, of_v] = names.vectors;
    let sgd = SgdState { momentum_buffer: checkpoint.take(of_momentum, weights)? };
    Ok(SearchState {
        // A round that leaves others ends the epoch, so none are written.
        chain: Chain { weights: checkpoint.take_finite(of_weights, weights)?, sgd },
        alpha: checkpoint.take_finite(of_alpha, alphas)?,
        adam: AdamState {
            m: checkpoint.take(of_m, alphas)?,
            v: checkpoint.take(of_v, alphas)?,
            // The optimiser tells no more of them apart.
            step: checkpoint.count(names.steps)?.min(i32::MAX as u64),
        },
    })
}

fn vectors_of<'s>(state: &'s SearchState, names: &Names) -> Vec<(&'static str, &'s [f32])> {
    let SearchState { chain, alpha, adam } = state;
    let vectors = [&chain.weights[..], &chain.sgd.momentum_buffer, alpha, &adam.m, &adam.v];
    names.vectors.into_iter().zip(vectors).collect()
}
