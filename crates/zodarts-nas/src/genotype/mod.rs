//! Discrete architectures: one operation per edge of each cell, written in NAS-Bench-201's form.

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
/// node, and in it one `operation~source` per incoming edge. In another space the text begins with the
/// space's name, and ` / ` separates the cells: `stages: |…| / |…| / |…|`.
///
/// ```
/// use zodarts_nas::genotype::Genotype;
/// use zodarts_nn::space::NAS_BENCH_201;
///
/// let text = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|avg_pool_3x3~2|";
/// let genotype: Genotype = text.parse()?;
/// assert_eq!(genotype.live_edges(), [true, false, true, false, false, true]);
/// assert_eq!(Genotype::from_index(&NAS_BENCH_201, genotype.index()), Some(genotype));
/// assert!("|nor_conv_5x5~0|".parse::<Genotype>().is_err());
/// # Ok::<(), zodarts_nas::genotype::GenotypeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Genotype(pub Choice);

/// An error in the text of a genotype, or a genotype through which nothing flows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GenotypeError {
    /// The text is not an architecture string.
    #[error("genotype: found {found} at character {position}, expected {expected}")]
    Syntax {
        /// The search space whose form was expected.
        space: &'static Space,
        /// Position of the character, from 1.
        position: usize,
        /// The text found there, shortened.
        found: String,
        /// The text that was expected there.
        expected: String,
    },
    /// The text names a search space that is not registered.
    #[error("genotype: {0}")]
    Space(#[from] UnknownSpace),
    /// No path of operations other than `none` leads from a cell's input to its output.
    #[error("genotype {genotype} passes nothing from input to output: {reason}")]
    NoPath {
        /// The genotype.
        genotype: Genotype,
        /// The place at which the path breaks.
        reason: String,
    },
}

impl GenotypeError {
    /// Returns advice for the user, if there is any.
    pub fn hint(&self) -> Option<String> {
        match self {
            GenotypeError::Syntax { space, .. } if **space == NAS_BENCH_201 => Some(
                "the form is |nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|"
                    .into(),
            ),
            GenotypeError::Syntax { space, .. } => Some(format!("the form is {}", Genotype::heaviest(space))),
            GenotypeError::Space(_) => None,
            GenotypeError::NoPath { .. } => Some("search for more epochs, or choose another genotype".into()),
        }
    }
}

impl Genotype {
    /// Returns the genotype of `space` with these operations, one per row.
    ///
    /// # Panics
    /// See [`Choice::new`].
    pub fn new(space: &'static Space, operations: &[Operation]) -> Self {
        Self(Choice::new(space, operations))
    }

    /// Returns the genotype that has the convolution with the most weights everywhere. No genotype of the
    /// space makes a larger network.
    ///
    /// # Panics
    /// Panics if the space has no operations.
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

    /// Returns the operations read as a number, the first row most significant. This is lexicographic order,
    /// not the numbering of NAS-Bench-201's result files.
    ///
    /// # Panics
    /// Panics if the space has more genotypes than [`Space::genotypes`] can count.
    pub fn index(self) -> usize {
        assert!(self.space().genotypes().is_some(), "{} has too many genotypes to number", self.space());
        self.0.columns().fold(0, |index, column| index * self.space().columns() + column)
    }

    /// Returns every genotype of a space, in the order of [`Genotype::index`].
    ///
    /// # Panics
    /// Panics if the space has more genotypes than [`Space::genotypes`] can count.
    pub fn all(space: &'static Space) -> impl Iterator<Item = Genotype> {
        let count = space.genotypes().expect("a space whose genotypes can be counted");
        (0..count).filter_map(move |index| Genotype::from_index(space, index))
    }

    /// Returns for each row true if it matters: its operation is not `none`, gets input from the cell's input
    /// and reaches the cell's output.
    pub fn live_edges(self) -> Vec<bool> {
        self.0.live_edges()
    }

    /// Returns true if every cell has a path from its input to its output.
    pub fn is_connected(self) -> bool {
        self.0.is_connected()
    }

    /// Checks that every cell has a path from its input to its output.
    ///
    /// # Errors
    /// Returns [`GenotypeError::NoPath`] with the place at which the path breaks.
    pub fn check_connected(self) -> Result<(), GenotypeError> {
        let (space, live) = (self.space(), self.live_edges());
        let broken = |cell: &usize| !live[space.rows_of(*cell)].contains(&true);
        let Some(cell) = (0..space.cells()).find(broken) else { return Ok(()) };
        let reason = self.broken_path(cell);
        let reason = if space.cells() > 1 { format!("in cell {}, {reason}", cell + 1) } else { reason };
        Err(GenotypeError::NoPath { genotype: self, reason })
    }

    /// Returns the place at which the path of a cell breaks, for a cell without a path.
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

    /// Parses a genotype of `space`, registered or not. White space around it is ignored.
    ///
    /// # Errors
    /// Returns an error if the text is not a genotype of `space`.
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

    /// Parses a genotype of a registered space. White space around it is ignored; anywhere else it is an
    /// error.
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
