//! Genotypes read from the architecture parameters.

use super::Genotype;
use zodarts_nn::space::{Operation, Space};

impl Genotype {
    /// Returns the strongest operation of each row; of equals, the first in the order of the space. A NaN is
    /// never the strongest, and a row that has only NaN gets the first operation.
    ///
    /// # Panics
    /// Panics if `alpha` does not have shape `(rows, operations)` of `space`.
    pub fn argmax(space: &'static Space, alpha: &[f32]) -> Self {
        assert_eq!(alpha.len(), space.alphas(), "architecture parameters");
        let rows = alpha.chunks_exact(space.columns());
        let operations: Vec<Operation> = rows.map(|row| space.operations[first_maximum(row)]).collect();
        Self::new(space, &operations)
    }

    /// Returns the genotype with a path whose operations have the largest sum of α; of equals, the last in
    /// the order of [`Genotype::index`]. Cells whose strongest operations have a path keep those.
    ///
    /// A genotype has a path if all edges of at least one path of each cell have operations other than
    /// `none`. There are few paths, and for each path of a cell the best operations are known, so the paths
    /// are tried one by one.
    ///
    /// # Panics
    /// See [`Genotype::argmax`].
    pub fn strongest_connected(space: &'static Space, alpha: &[f32]) -> Self {
        let argmax = Self::argmax(space, alpha);
        let (live, mut operations) = (argmax.live_edges(), argmax.0.to_vec());
        let paths = paths(space);
        for cell in 0..space.cells() {
            let rows = space.rows_of(cell);
            if live[rows.clone()].contains(&true) {
                continue;
            }
            let alpha = &alpha[rows.start * space.columns()..rows.end * space.columns()];
            let candidates = paths.iter().filter_map(|path| strongest_along(space, alpha, path));
            let best =
                candidates.max_by(|a, b| a.strength.total_cmp(&b.strength).then(a.columns.cmp(&b.columns)));
            if let Some(best) = best {
                let chosen = best.columns.into_iter().map(|column| space.operations[column]);
                operations.splice(rows, chosen);
            }
        }
        Self::new(space, &operations)
    }
}

/// Operations chosen for one cell.
struct CellChoice {
    columns: Vec<usize>,
    /// Sum of their α.
    strength: f64,
}

/// Returns the strongest choice with operations other than `none` along `path`, or `None` if there are no
/// such operations.
fn strongest_along(space: &Space, alpha: &[f32], path: &[usize]) -> Option<CellChoice> {
    let rows = || alpha.chunks_exact(space.columns());
    let column = |(edge, row): (usize, &[f32])| {
        let allowed = |column: &usize| !path.contains(&edge) || space.operations[*column] != Operation::None;
        (0..row.len()).filter(allowed).reduce(|best, next| if row[next] >= row[best] { next } else { best })
    };
    let columns: Vec<usize> = rows().enumerate().map(column).collect::<Option<_>>()?;
    let strength = rows().zip(&columns).map(|(row, column)| f64::from(row[*column])).sum();
    Some(CellChoice { columns, strength })
}

/// Returns the paths from a cell's input to its output, each as a list of edges.
fn paths(space: &Space) -> Vec<Vec<usize>> {
    let (mut open, mut done) = (vec![(0, Vec::new())], Vec::new());
    while let Some((node, path)) = open.pop() {
        if node == space.nodes - 1 {
            done.push(path);
            continue;
        }
        for (index, edge) in space.edges.iter().enumerate().filter(|(_, edge)| edge.source == node) {
            let mut longer = path.clone();
            longer.push(index);
            open.push((edge.target, longer));
        }
    }
    done
}

fn first_maximum(row: &[f32]) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (index, &value) in row.iter().enumerate() {
        if value > best.1 {
            best = (index, value);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use zodarts_nn::space::{NAS_BENCH_201, STAGES};

    #[test]
    fn argmax_takes_the_first_of_equals_and_never_a_nan() {
        let of = |columns: [usize; 6]| {
            Genotype::new(&NAS_BENCH_201, &columns.map(|column| NAS_BENCH_201.operations[column]))
        };
        let mut alpha = [0.0; 30];
        assert_eq!(Genotype::argmax(&NAS_BENCH_201, &alpha), of([0; 6]));
        alpha[..5].copy_from_slice(&[-1.0, 2.0, 5.0, 5.0, 3.0]);
        alpha[5..10].copy_from_slice(&[f32::NAN, -2.0, -1.0, f32::NAN, -1.0]);
        alpha[10..15].fill(f32::NAN);
        alpha[29] = 1e-30;
        assert_eq!(Genotype::argmax(&NAS_BENCH_201, &alpha), of([2, 2, 0, 0, 0, 4]));
    }

    #[test]
    fn a_genotype_without_a_path_gives_way_to_the_strongest_with_one() {
        // `none` is strongest everywhere; the direct edge's skip costs least.
        let mut alpha = vec![0.0; NAS_BENCH_201.alphas()];
        alpha.chunks_exact_mut(5).for_each(|row| row[0] = 1.0);
        alpha[3 * 5 + 1] = 0.9;
        assert!(!Genotype::argmax(&NAS_BENCH_201, &alpha).is_connected());
        let genotype = Genotype::strongest_connected(&NAS_BENCH_201, &alpha);
        assert_eq!(genotype.0[3], Operation::SkipConnect);
        assert_eq!(genotype.0.iter().filter(|op| **op == Operation::None).count(), 5);
    }

    /// Returns the strongest genotype found by listing all genotypes.
    fn by_listing(alpha: &[f32]) -> Genotype {
        let strength = |genotype: &Genotype| -> f64 {
            let picked = genotype.0.columns().zip(alpha.chunks_exact(5));
            picked.map(|(column, row)| f64::from(row[column])).sum()
        };
        let candidates = Genotype::all(&NAS_BENCH_201).filter(|genotype| genotype.is_connected());
        candidates.max_by(|a, b| strength(a).total_cmp(&strength(b))).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn paths_find_what_a_list_of_all_genotypes_finds(
            alpha in prop_oneof![
                prop::collection::vec((-2..3_i8).prop_map(f32::from), 30),
                prop::collection::vec(-1.0..1.0_f32, 30),
            ],
            lift in 0..4_u8,
        ) {
            let mut alpha = alpha;
            alpha.iter_mut().step_by(5).for_each(|none| *none += f32::from(lift));
            let argmax = Genotype::argmax(&NAS_BENCH_201, &alpha);
            let expected = if argmax.is_connected() { argmax } else { by_listing(&alpha) };
            prop_assert_eq!(Genotype::strongest_connected(&NAS_BENCH_201, &alpha), expected);
        }
    }

    #[test]
    fn cells_with_a_path_keep_their_operations() {
        // The first cell is all skip connections, the others are all `none`.
        let mut alpha = vec![0.0; STAGES.alphas()];
        alpha.chunks_exact_mut(4).skip(3).for_each(|row| row[3] = 1.0);
        let genotype = Genotype::strongest_connected(&STAGES, &alpha);
        assert!(genotype.is_connected());
        assert_eq!(&genotype.0[..3], &[Operation::SkipConnect; 3]);
        assert_eq!(genotype.0[3..].iter().filter(|op| **op == Operation::None).count(), 4, "{genotype}");
    }
}
