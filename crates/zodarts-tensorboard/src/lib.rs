//! Event files that TensorBoard shows, written while a run goes on.
//!
//! [TensorBoard] watches a run as any other observer does and passes on what it sees. It reads records that exist anyway and
//! draws from random streams of its own, so that a run with it ends in the bits of one without.

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
