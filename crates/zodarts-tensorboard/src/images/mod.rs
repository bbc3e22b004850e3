//! Images in event files.

mod canvas;
mod confusion;
mod digits;
mod grid;

pub use confusion::confusion;
pub use grid::previews;
