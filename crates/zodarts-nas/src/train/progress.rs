//! How far a training is: at its beginning, or where it was cut short.

use super::TrainInput;
use super::epoch::{Begun, TrainState};
use crate::error::Error;
use crate::evaluate::Point;
use crate::files::json_line;
use crate::observer::Observer;
use crate::records::TrainRecord;
use crate::resume::{Resumed, resume};
use crate::store::{Checkpoint, Store};
use zodarts_nn::graph::Network;
use zodarts_nn::optim::SgdState;

/// Names of the vectors of a state, and of those of the epoch before one that was left half done.
const STATE: [&str; 3] = ["weights", "momentum", "statistics"];
const GOOD: [&str; 3] = ["good_weights", "good_momentum", "good_statistics"];

/// The best epoch so far.
pub struct Best {
    pub epoch: usize,
    pub point: Point,
    pub weights: Vec<f32>,
    pub statistics: Vec<f32>,
}

/// A training between two epochs, or within one.
pub struct Progress {
    pub state: TrainState,
    /// The state after the last epoch that was done.
    good: TrainState,
    /// Whether numbers went wrong once: the learning rate is half of the schedule's since.
    pub halved: bool,
    pub best: Option<Best>,
    /// Epochs done.
    pub done: usize,
    /// Epochs to be done.
    pub planned: usize,
    /// The epoch that was left half done, if one was.
    pub begun: Option<Begun>,
    /// Seconds of the epochs before the training was cut short.
    pub earlier: f64,
}

impl Progress {
    /// Where the folder says that the training is; its beginning without one.
    pub fn begin(
        input: &TrainInput<'_>,
        network: &Network,
        observer: &mut dyn Observer,
    ) -> Result<Self, Error> {
        if let Some(from) = resume(input.store, "train", observer)? {
            return Self::resume(from, network, input.settings.epochs);
        }
        let state = TrainState::new(network, input.seed);
        Ok(Self {
            good: state.clone(),
            state,
            halved: false,
            best: None,
            done: 0,
            planned: input.settings.epochs,
            begun: None,
            earlier: 0.0,
        })
    }

    /// Goes back to the last epoch that was done, to go on at half the learning rate.
    pub fn roll_back(&mut self) {
        self.state = self.good.clone();
        self.halved = true;
    }

    fn resume(from: Resumed<TrainRecord>, network: &Network, epochs: usize) -> Result<Self, Error> {
        let Resumed { mut checkpoint, records } = from;
        let begun = checkpoint.begun()?;
        let (weights, statistics) = (network.weights.len(), network.statistics.len());
        let mut taken = |[of_weights, of_momentum, of_statistics]: [&str; 3]| -> Result<TrainState, Error> {
            Ok(TrainState {
                weights: checkpoint.take(of_weights, weights)?,
                statistics: checkpoint.take(of_statistics, statistics)?,
                sgd: SgdState { momentum_buffer: checkpoint.take(of_momentum, weights)? },
            })
        };
        let state = taken(STATE)?;
        // Between two epochs they are one.
        let good = if begun.is_some() { taken(GOOD)? } else { state.clone() };
        let selected = records.iter().rfind(|record| record.selected);
        let best = selected.map(|record| -> Result<Best, Error> {
            // Without vectors of its own, the best epoch is the last.
            let (weights, statistics) = if checkpoint.has("best_weights") {
                (checkpoint.take("best_weights", weights)?, checkpoint.take("best_statistics", statistics)?)
            } else {
                (state.weights.clone(), state.statistics.clone())
            };
            let point = Point { acc: record.val_acc, auc: record.val_auc };
            Ok(Best { epoch: record.epoch, point, weights, statistics })
        });
        Ok(Self {
            best: best.transpose()?,
            state,
            good,
            halved: checkpoint.count_or("halved", 0) > 0,
            done: records.len(),
            planned: records.last().map_or(epochs, |record| record.epochs),
            begun,
            earlier: records.iter().map(|record| record.seconds).sum(),
        })
    }

    /// Takes note of an epoch, in the folder if there is one.
    pub fn keep(&mut self, store: Option<&dyn Store>, record: &TrainRecord) -> Result<(), Error> {
        self.done += 1;
        self.good = self.state.clone();
        let Some(store) = store else { return Ok(()) };
        store.append_record("train", &json_line(record))?;
        // Those of the last epoch are not kept twice.
        self.write(store, self.best.as_ref().filter(|_| !record.selected), None)
    }

    /// Keeps the training in the middle of an epoch, in the folder if there is one.
    pub fn leave(&self, store: Option<&dyn Store>, begun: &Begun) -> Result<(), Error> {
        let Some(store) = store else { return Ok(()) };
        self.write(store, self.best.as_ref(), Some(json_line(begun)))
    }

    fn write(&self, store: &dyn Store, best: Option<&Best>, begun: Option<String>) -> Result<(), Error> {
        let mut vectors = vectors_of(&self.state, STATE);
        if begun.is_some() {
            vectors.extend(vectors_of(&self.good, GOOD));
        }
        if let Some(best) = best {
            vectors.extend([("best_weights", &best.weights[..]), ("best_statistics", &best.statistics)]);
        }
        let (epochs_done, counts) = (self.done, vec![("halved", u64::from(self.halved))]);
        Ok(store.save_checkpoint(&Checkpoint { stage: "train", epochs_done, counts, vectors, begun })?)
    }
}

fn vectors_of<'s>(state: &'s TrainState, names: [&'static str; 3]) -> Vec<(&'static str, &'s [f32])> {
    let vectors = [&state.weights[..], &state.sgd.momentum_buffer, &state.statistics];
    names.into_iter().zip(vectors).collect()
}
