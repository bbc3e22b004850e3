//! What stages share that go on where they were cut short.

use crate::methods::Chain;
use crate::observer::{Event, Observer};
use crate::run::{Resumed, Resumption};

/// Says where a stage goes on, and which checkpoints could not be used.
pub fn announce<R>(resumption: Resumption<R>, observer: &mut dyn Observer) -> Option<Resumed<R>> {
    let Resumption { from, refused } = resumption;
    for error in refused {
        observer.event(Event::Note(format!("{error}; it is not used")));
    }
    if let Some(resumed) = &from {
        let checkpoint = &resumed.checkpoint;
        let (stage, epochs) = (checkpoint.stage(), checkpoint.epochs_done());
        observer.event(Event::Note(format!("{stage} goes on after {epochs} epochs")));
    }
    from
}

/// The vectors of a chain in a checkpoint.
pub fn vectors_of(chain: &Chain) -> Vec<(&'static str, &[f32])> {
    vec![("weights", &chain.weights), ("momentum", &chain.sgd.momentum_buffer)]
}
