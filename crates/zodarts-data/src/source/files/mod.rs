//! Data sets of image files: class folders, split folders, and tables of labels.

mod class_folders;
mod damaged;
mod decode;
mod folder;
mod label_table;
mod labelled;
mod split_plan;
mod survey;

pub(super) use folder::{read, read_all};
pub(super) use split_plan::divided;
