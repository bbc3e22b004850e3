//! Data sets of image files: class folders, split folders, and tables of labels.

mod bare_names;
mod class_folders;
mod damaged;
mod decode;
mod folder;
mod labelled;
mod layout;
mod left_out;
mod listing;
mod planned_cut;
mod several_labels;
mod split_names;
mod split_plan;
mod survey;
mod table;
mod table_paths;

pub(super) use folder::{read, read_all};
pub(super) use split_plan::divided;
