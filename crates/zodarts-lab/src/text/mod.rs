//! Numbers and tables as text.

pub mod csv;
pub mod markdown;
pub mod number;
