//! Images in event files.

mod confusion;
mod digits;
mod grid;
mod picture;

pub use confusion::confusion;
pub use grid::previews;
