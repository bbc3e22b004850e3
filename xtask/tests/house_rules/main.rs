//! The rules of the house that no compiler checks.

mod docs;
mod files;
mod imports;
mod lines;
mod modules;
mod names;
mod no_unsafe;
mod profiles;
mod source;
mod use_block;
