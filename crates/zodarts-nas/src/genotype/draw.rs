//! Genotypes drawn at random.

use super::{GENOTYPES, Genotype};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::collections::HashSet;

impl Genotype {
    /// Drawn uniformly from those that have a path.
    pub fn draw(random: &mut ChaCha8Rng) -> Self {
        loop {
            let drawn = Self::from_index(random.random_range(0..GENOTYPES));
            if let Some(genotype) = drawn.filter(|genotype| genotype.check_connected().is_ok()) {
                return genotype;
            }
        }
    }

    /// `count` different ones, in the order they are drawn.
    ///
    /// # Panics
    /// If `count` is more than half of [`GENOTYPES`]: there may not be so many with a path.
    pub fn draw_different(count: usize, random: &mut ChaCha8Rng) -> Vec<Self> {
        assert!(count <= GENOTYPES / 2, "{count} different genotypes");
        let mut seen = HashSet::new();
        let drawn = std::iter::repeat_with(|| Self::draw(random));
        drawn.filter(|genotype| seen.insert(*genotype)).take(count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zodarts_data::rng::stream;

    #[test]
    fn genotypes_that_are_drawn_have_a_path_and_differ() {
        let drawn = Genotype::draw_different(2_000, &mut stream(1, "test", 0));
        assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), 2_000);
        assert!(drawn.iter().all(|genotype| genotype.check_connected().is_ok()));
    }

    #[test]
    fn more_than_half_of_all_have_a_path() {
        let connected = Genotype::all().filter(|genotype| genotype.check_connected().is_ok()).count();
        assert!(connected > GENOTYPES / 2, "{connected}");
    }
}
