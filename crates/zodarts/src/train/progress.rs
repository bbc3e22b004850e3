//! How far a training is: at its beginning, or where it was cut short.

use super::TrainInput;
use super::epoch::{Begun, TrainState};
use crate::error::Error;
use crate::evaluate::Point;
use crate::files::json_line;
use crate::observer::Observer;
use crate::resume::resume;
use crate::run::{Checkpoint, Resumed, RunFolder, TrainRecord};
use zodarts_nn::graph::Network;
use zodarts_nn::optim::SgdState;

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
        match resume(input.folder, "train", observer)? {
            Some(from) => Self::resume(from, network, input.settings.epochs),
            None => Ok(Self {
                state: TrainState::new(network, input.seed),
                best: None,
                done: 0,
                planned: input.settings.epochs,
                begun: None,
                earlier: 0.0,
            }),
        }
    }

    fn resume(from: Resumed<TrainRecord>, network: &Network, epochs: usize) -> Result<Self, Error> {
        let Resumed { mut checkpoint, records } = from;
        let (weights, statistics) = (network.weights.len(), network.statistics.len());
        let state = TrainState {
            weights: checkpoint.take("weights", weights)?,
            statistics: checkpoint.take("statistics", statistics)?,
            sgd: SgdState { momentum_buffer: checkpoint.take("momentum", weights)? },
        };
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
            done: records.len(),
            planned: records.last().map_or(epochs, |record| record.epochs),
            begun: checkpoint.begun()?,
            earlier: records.iter().map(|record| record.seconds).sum(),
        })
    }

    /// Takes note of an epoch, in the folder if there is one.
    pub fn keep(&mut self, folder: Option<&RunFolder>, record: &TrainRecord) -> Result<(), Error> {
        self.done += 1;
        let Some(folder) = folder else { return Ok(()) };
        folder.append("train.jsonl", record)?;
        // Those of the last epoch are not kept twice.
        self.write(folder, self.best.as_ref().filter(|_| !record.selected), None)
    }

    /// Keeps the training in the middle of an epoch, in the folder if there is one.
    pub fn leave(&self, folder: Option<&RunFolder>, begun: &Begun) -> Result<(), Error> {
        let Some(folder) = folder else { return Ok(()) };
        self.write(folder, self.best.as_ref(), Some(json_line(begun)))
    }

    fn write(&self, folder: &RunFolder, best: Option<&Best>, begun: Option<String>) -> Result<(), Error> {
        let mut vectors = vec![
            ("weights", &self.state.weights[..]),
            ("momentum", &self.state.sgd.momentum_buffer),
            ("statistics", &self.state.statistics),
        ];
        if let Some(best) = best {
            vectors.extend([("best_weights", &best.weights[..]), ("best_statistics", &best.statistics)]);
        }
        let (epochs_done, counts) = (self.done, Vec::new());
        Ok(folder.write_checkpoint(&Checkpoint { stage: "train", epochs_done, counts, vectors, begun })?)
    }
}
