//! Numbers of bytes as text.

use std::fmt;

/// A number of bytes that is displayed with its unit, such as `1.5 GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(40, "TiB"), (30, "GiB"), (20, "MiB")];
        let unit = units.into_iter().find(|(shift, _)| self.0 >> shift > 0);
        let (shift, name) = unit.unwrap_or((10, "KiB"));
        write!(f, "{:.1} {name}", self.0 as f64 / f64::from(2).powi(shift))
    }
}
