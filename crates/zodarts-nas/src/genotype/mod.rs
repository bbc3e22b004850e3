//! A discrete architecture: one operation per edge of each cell, written in NAS-Bench-201's form.

mod draw;
mod parse;
mod strongest;

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use zodarts_nn::space::{Choice, NAS_BENCH_201, Operation, Space, UnknownSpace};

/// One operation for each row of a search space.
///
/// In NAS-Bench-201 its text is that space's architecture string, for example
/// `|nor_conv_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|`: one group per
/// node, in it one `operation~source` per incoming edge. The text of another space begins with its name, and
/// cells are separated by ` / `: `stages: |…| / |…| / |…|`.
///
/// ```
/// use zodarts_nas::genotype::Genotype;
/// use zodarts_nn::space::NAS_BENCH_201;
///
/// let genotype: Genotype = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|avg_pool_3x3~2|".parse()?;
/// assert_eq!(genotype.live_edges(), [true, false, true, false, false, true]);
/// assert_eq!(Genotype::from_index(&NAS_BENCH_201, genotype.index()), Some(genotype));
/// assert!("|nor_conv_5x5~0|".parse::<Genotype>().is_err());
/// # Ok::<(), zodarts_nas::genotype::GenotypeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Genotype(pub Choice);

/// Why a text is not a genotype, or a genotype not a network.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GenotypeError {
    /// The text is not an architecture string.
    #[error("genotype: found {found} at character {position}, expected {expected}")]
    Syntax {
        /// The search space whose form is expected.
        space: &'static Space,
        /// The character, counted from 1.
        position: usize,
        /// What stands there, shortened.
        found: String,
        /// What should.
        expected: String,
    },
    /// The text names a search space that is not registered.
    #[error("genotype: {0}")]
    Space(#[from] UnknownSpace),
    /// No chain of operations other than `none` leads from a cell's input to its output.
    #[error("genotype {genotype} passes nothing from input to output: {reason}")]
    NoPath {
        /// The genotype.
        genotype: Genotype,
        /// Where the path breaks.
        reason: String,
    },
}

impl GenotypeError {
    /// Returns what a user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            GenotypeError::Syntax { space, .. } if **space == NAS_BENCH_201 => Some(
                "the form is |nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|"
                    .into(),
            ),
            GenotypeError::Syntax { space, .. } => Some(format!("the form is {}", Genotype::heaviest(space))),
            GenotypeError::Space(_) => None,
            GenotypeError::NoPath { .. } => Some("search longer or choose another".into()),
        }
    }
}

impl Genotype {
    /// Makes the genotype of `space` with these operations.
    ///
    /// # Panics
    /// As [`Choice::new`].
    pub fn new(space: &'static Space, operations: &[Operation]) -> Self {
        Self(Choice::new(space, operations))
    }

    /// Returns the genotype with the heaviest convolution everywhere: no genotype of the space makes a larger
    /// network.
    ///
    /// # Panics
    /// If the space has no operations.
    pub fn heaviest(space: &'static Space) -> Self {
        let weight = |operation: &&Operation| (operation.kernel(), **operation != Operation::None);
        let operation = space.operations.iter().max_by_key(weight).expect("a space has operations");
        Self::new(space, &vec![*operation; space.rows()])
    }

    /// Returns the search space.
    pub fn space(self) -> &'static Space {
        self.0.space()
    }

    /// Returns the genotype of `space` at `index`, or `None` beyond the last: the inverse of
    /// [`Genotype::index`].
    pub fn from_index(space: &'static Space, index: usize) -> Option<Self> {
        let mut rest = index;
        let mut operations = vec![Operation::None; space.rows()];
        for operation in operations.iter_mut().rev() {
            *operation = space.operations[rest % space.columns()];
            rest /= space.columns();
        }
        (rest == 0).then(|| Self::new(space, &operations))
    }

    /// Returns the operations read as a number, first row most significant. This is lexicographic order, not the
    /// numbering of NAS-Bench-201's result files.
    ///
    /// # Panics
    /// If the space has more genotypes than [`Space::genotypes`] counts.
    pub fn index(self) -> usize {
        assert!(self.space().genotypes().is_some(), "{} has too many genotypes to number", self.space());
        self.0.columns().fold(0, |index, column| index * self.space().columns() + column)
    }

    /// Returns every genotype of a space, in the order of [`Genotype::index`].
    ///
    /// # Panics
    /// If the space has more genotypes than [`Space::genotypes`] counts.
    pub fn all(space: &'static Space) -> impl Iterator<Item = Genotype> {
        let count = space.genotypes().expect("a space whose genotypes can be counted");
        (0..count).filter_map(move |index| Genotype::from_index(space, index))
    }

    /// Returns, for each row, true if it matters: not `none`, fed by its cell's input and heard at its output.
    pub fn live_edges(self) -> Vec<bool> {
        self.0.live_edges()
    }

    /// Returns true if something flows from the input to the output of every cell.
    pub fn is_connected(self) -> bool {
        self.0.is_connected()
    }

    /// Refuses a genotype through which nothing flows.
    ///
    /// # Errors
    /// [`GenotypeError::NoPath`] with the place where the path breaks.
    pub fn check_connected(self) -> Result<(), GenotypeError> {
        let (space, live) = (self.space(), self.live_edges());
        let broken = |cell: &usize| !live[space.rows_of(*cell)].contains(&true);
        let Some(cell) = (0..space.cells()).find(broken) else { return Ok(()) };
        let reason = self.broken_path(cell);
        let reason = if space.cells() > 1 { format!("in cell {}, {reason}", cell + 1) } else { reason };
        Err(GenotypeError::NoPath { genotype: self, reason })
    }

    /// Says where the path of a cell breaks that has none.
    fn broken_path(self, cell: usize) -> String {
        let space = self.space();
        let (operations, output) = (&self.0[space.rows_of(cell)], space.nodes - 1);
        let present =
            || space.edges.iter().zip(operations).filter(|(_, operation)| **operation != Operation::None);
        if !present().any(|(edge, _)| edge.target == output) {
            format!("every edge into node {output} is none")
        } else if !present().any(|(edge, _)| edge.source == 0) {
            "every edge out of node 0 is none".into()
        } else {
            format!("no node that node 0 feeds leads to node {output}")
        }
    }

    /// Reads a genotype of `space`, registered or not; white space around it is ignored.
    ///
    /// # Errors
    /// If the text is not one.
    pub fn parse_in(space: &'static Space, text: &str) -> Result<Self, GenotypeError> {
        parse::genotype(space, text)
    }
}

impl fmt::Display for Genotype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = self.space();
        f.write_str(&parse::prefix(space))?;
        for cell in 0..space.cells() {
            if cell > 0 {
                f.write_str(parse::BETWEEN_CELLS)?;
            }
            let mut target = 0;
            for (edge, operation) in space.edges.iter().zip(&self.0[space.rows_of(cell)]) {
                if edge.target != target {
                    f.write_str(if target == 0 { "|" } else { "+|" })?;
                    target = edge.target;
                }
                write!(f, "{}~{}|", operation.name(), edge.source)?;
            }
        }
        Ok(())
    }
}

impl FromStr for Genotype {
    type Err = GenotypeError;

    /// Reads a genotype of a registered space; white space around it is ignored, anywhere else it is an error.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::of_any_space(text)
    }
}

impl TryFrom<String> for Genotype {
    type Error = GenotypeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Genotype> for String {
    fn from(genotype: Genotype) -> Self {
        genotype.to_string()
    }
}

#[cfg(test)]
mod tests;
