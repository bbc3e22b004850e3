//! Stratified, seeded cuts.

mod by_patient;
mod images;
mod share;
mod stratified;

pub(crate) use images::CutImages;
pub(crate) use share::CutShare;
