//! Event files for TensorBoard, written during a run.
//!
//! [TensorBoard] is an observer that wraps another one. It reads the records that a run writes anyway and
//! draws from random streams of its own, so a run gives the same bits with it and without.

mod error;
mod file;
mod histogram;
mod images;
mod layout;
mod messages;
mod observer;
mod records;
mod summaries;

pub use error::EventsError;
pub use observer::TensorBoard;
