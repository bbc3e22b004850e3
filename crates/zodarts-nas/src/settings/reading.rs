//! Which settings of a search its method reads.

use super::SearchSettings;
use crate::methods::MethodKind;

impl SearchSettings {
    /// The settings with all that the method does not read at its default: two searches with equal ones are the same search.
    #[must_use]
    pub fn as_read(&self) -> Self {
        let (mut read, unread) = (self.clone(), Self::default());
        let method = self.method;
        if !matches!(method, MethodKind::ZoDarts | MethodKind::ZoDartsPlus) {
            read.zo_steps = unread.zo_steps;
            (read.mu, read.mu_scale) = (unread.mu, unread.mu_scale);
            (read.difference, read.perturbed_chain) = (unread.difference, unread.perturbed_chain);
        }
        if method != MethodKind::ZoDartsWide {
            (read.wide_steps, read.wide_batches) = (unread.wide_steps, unread.wide_batches);
            (read.directions, read.antithetic) = (unread.directions, unread.antithetic);
            read.smoothing = unread.smoothing;
        }
        if method != MethodKind::DartsUnrolled {
            read.unrolled_steps = unread.unrolled_steps;
            read.unrolled_batches = unread.unrolled_batches;
            read.unrolled_radius = unread.unrolled_radius;
        }
        if method != MethodKind::Milenas {
            read.milenas_lambda = unread.milenas_lambda;
        }
        if method != MethodKind::DartsV2 {
            read.darts_radius = unread.darts_radius;
        }
        if !method.annealed() {
            read.temperature = unread.temperature;
            (read.anneal_factor, read.anneal_every) = (unread.anneal_factor, unread.anneal_every);
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings with `method` and `change` made to them.
    fn changed(method: MethodKind, change: fn(&mut SearchSettings)) -> SearchSettings {
        let mut settings = SearchSettings { method, ..SearchSettings::default() };
        change(&mut settings);
        settings
    }

    /// The methods that notice `change`.
    fn readers(change: fn(&mut SearchSettings)) -> Vec<MethodKind> {
        let notices =
            |method: &MethodKind| changed(*method, change).as_read() != changed(*method, |_| ()).as_read();
        MethodKind::ALL.iter().copied().filter(notices).collect()
    }

    #[test]
    fn a_method_notices_what_it_reads_and_nothing_else() {
        use MethodKind::{DartsUnrolled, DartsV2, Milenas, ZoDarts, ZoDartsPlus, ZoDartsWide};
        assert_eq!(readers(|settings| settings.epochs += 1), MethodKind::ALL);
        assert_eq!(readers(|settings| settings.mu *= 2.0), [ZoDarts, ZoDartsPlus]);
        assert_eq!(readers(|settings| settings.zo_steps += 1), [ZoDarts, ZoDartsPlus]);
        assert_eq!(readers(|settings| settings.smoothing *= 2.0), [ZoDartsWide]);
        assert_eq!(readers(|settings| settings.wide_steps += 1), [ZoDartsWide]);
        assert_eq!(readers(|settings| settings.milenas_lambda += 1.0), [Milenas]);
        assert_eq!(readers(|settings| settings.darts_radius *= 2.0), [DartsV2]);
        assert_eq!(readers(|settings| settings.unrolled_radius *= 2.0), [DartsUnrolled]);
        assert_eq!(readers(|settings| settings.unrolled_batches += 1), [DartsUnrolled]);
        assert_eq!(readers(|settings| settings.anneal_every += 1), [ZoDartsPlus, ZoDartsWide, DartsUnrolled]);
    }
}
