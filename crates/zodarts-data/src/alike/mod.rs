//! Images that are alike: copies, and near copies such as frames of one recording.
//!
//! `groups.rs` finds the groups that a cut should not divide, `units.rs` joins them with patients.

mod bound;
mod disjoint;
mod groups;
mod pairs;
mod thumbnails;
mod units;

pub(crate) use bound::{CutGoal, bound};
pub(crate) use pairs::like_pairs;
pub(crate) use thumbnails::Thumbnails;
pub(crate) use units::unit_counts;
