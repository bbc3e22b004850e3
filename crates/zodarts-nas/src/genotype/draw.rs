//! Random genotypes.

use super::Genotype;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::collections::HashSet;
use zodarts_nn::space::{Operation, Space};

impl Genotype {
    /// Draws uniformly from the genotypes of `space` that have a path from input to output.
    pub fn draw(space: &'static Space, random: &mut ChaCha8Rng) -> Self {
        loop {
            let genotype = any(space, random);
            if genotype.is_connected() {
                return genotype;
            }
        }
    }

    /// Draws `count` different genotypes with a path, or all of them if there are fewer, and returns them in
    /// the order in which they were drawn.
    pub fn draw_different(space: &'static Space, count: usize, random: &mut ChaCha8Rng) -> Vec<Self> {
        let count = count.min(usize::try_from(connected_count(space)).unwrap_or(usize::MAX));
        let mut seen = HashSet::new();
        let drawn = std::iter::repeat_with(|| Self::draw(space, random));
        drawn.filter(|genotype| seen.insert(*genotype)).take(count).collect()
    }
}

/// Draws uniformly from all genotypes: one random number if they can be counted, else one per row.
fn any(space: &'static Space, random: &mut ChaCha8Rng) -> Genotype {
    if let Some(count) = space.genotypes() {
        return Genotype::from_index(space, random.random_range(0..count))
            .expect("an index below their number");
    }
    let operation = |_| space.operations[random.random_range(0..space.columns())];
    Genotype::new(space, &(0..space.rows()).map(operation).collect::<Vec<_>>())
}

/// Returns the number of genotypes with a path: the sum over sets of edges with a path of the ways to fill
/// them with operations other than `none`, to the power of the number of cells.
fn connected_count(space: &Space) -> u128 {
    let none = space.column(Operation::None).is_some();
    let others = (space.columns() - usize::from(none)) as u128;
    let edges = space.edges.len() as u32;
    let sets = if none { 0..1_u32 << edges } else { (1 << edges) - 1..1 << edges };
    let ways = sets.filter(|set| is_fed(space, *set)).map(|set| others.saturating_pow(set.count_ones()));
    ways.fold(0, u128::saturating_add).saturating_pow(space.cells() as u32)
}

/// Returns true if the edges of a set lead from a cell's input to its output.
fn is_fed(space: &Space, set: u32) -> bool {
    let mut fed = vec![false; space.nodes];
    fed[0] = true;
    for (index, edge) in space.edges.iter().enumerate() {
        fed[edge.target] |= fed[edge.source] && (set >> index) & 1 == 1;
    }
    fed[space.nodes - 1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use zodarts_data::rng::stream;
    use zodarts_nn::space::{Edge, NAS_BENCH_201};

    #[test]
    fn genotypes_that_are_drawn_have_a_path_and_differ() {
        for space in Space::ALL {
            let drawn = Genotype::draw_different(space, 2_000, &mut stream(1, "test", 0));
            assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), 2_000);
            assert!(drawn.iter().all(|genotype| genotype.check_connected().is_ok()));
        }
    }

    #[test]
    fn those_with_a_path_are_counted_without_listing_them() {
        for space in Space::ALL {
            let connected = Genotype::all(space).filter(|genotype| genotype.is_connected()).count();
            assert_eq!(connected_count(space), connected as u128, "{space}");
        }
    }

    /// A chain of three edges, each either a skip connection or `none`.
    static CHAIN: Space = Space {
        name: "chain",
        nodes: 4,
        edges: &[Edge { source: 0, target: 1 }, Edge { source: 1, target: 2 }, Edge { source: 2, target: 3 }],
        operations: &[Operation::None, Operation::SkipConnect],
        ..NAS_BENCH_201
    };

    /// A space with more genotypes than a `u32` can count.
    static LARGE: Space = Space {
        name: "large",
        nodes: 7,
        edges: &[
            Edge { source: 0, target: 1 },
            Edge { source: 0, target: 2 },
            Edge { source: 1, target: 2 },
            Edge { source: 0, target: 3 },
            Edge { source: 1, target: 3 },
            Edge { source: 2, target: 3 },
            Edge { source: 0, target: 4 },
            Edge { source: 1, target: 4 },
            Edge { source: 2, target: 4 },
            Edge { source: 3, target: 4 },
            Edge { source: 3, target: 5 },
            Edge { source: 4, target: 5 },
            Edge { source: 4, target: 6 },
            Edge { source: 5, target: 6 },
        ],
        ..NAS_BENCH_201
    };

    #[test]
    fn small_and_large_spaces_are_drawn_from() {
        let mut random = stream(1, "test", 0);
        assert_eq!(Genotype::draw_different(&CHAIN, 10, &mut random).len(), 1);
        assert_eq!(LARGE.genotypes(), None);
        assert_eq!(Genotype::draw_different(&LARGE, 50, &mut random).len(), 50);
    }
}
