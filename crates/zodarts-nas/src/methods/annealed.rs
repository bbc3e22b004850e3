//! Settings that the methods with an annealed temperature share.

use crate::normaliser::Annealing;
use crate::settings::Range;

crate::settings! {
    /// The temperature schedule of a method; see [`Annealing`].
    pub struct AnnealingSettings in "method" {
        /// First temperature τ₀.
        temperature: f64 = Annealing::default().initial, Range::Above(0.0);
        /// Factor of each annealing step.
        anneal_factor: f64 = Annealing::default().factor, Range::AboveUpTo(0.0, 1.0);
        /// Epochs between annealing steps.
        anneal_every: usize = Annealing::default().every, Range::Within(1.0, 100_000.0);
    }
}

impl AnnealingSettings {
    /// Returns the temperature schedule.
    pub fn schedule(&self) -> Annealing {
        Annealing { initial: self.temperature, factor: self.anneal_factor, every: self.anneal_every }
    }
}
