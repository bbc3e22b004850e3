//! A discrete architecture: one operation per edge, written in NAS-Bench-201's form.

mod draw;
mod parse;

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use zodarts_nn::space::{ALPHAS, Choice, EDGE_LIST, EDGES, NODES, OPERATIONS, Operation};

/// Architectures in the search space: 5⁶.
pub const GENOTYPES: usize = OPERATIONS.pow(EDGES as u32);

/// One operation per edge, in the order of [`EDGE_LIST`].
///
/// Its text is NAS-Bench-201's architecture string, for example
/// `|nor_conv_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|`: one group per
/// node, in it one `operation~source` per incoming edge.
///
/// ```
/// use zodarts_nas::genotype::Genotype;
///
/// let genotype: Genotype = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|avg_pool_3x3~2|".parse()?;
/// assert_eq!(genotype.live_edges(), [true, false, true, false, false, true]);
/// assert_eq!(Genotype::from_index(genotype.index()), Some(genotype));
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
        /// The character, counted from 1.
        position: usize,
        /// What stands there, shortened.
        found: String,
        /// What should.
        expected: String,
    },
    /// No chain of operations other than `none` leads from the cell's input to its output.
    #[error("genotype {genotype} passes nothing from input to output: {reason}")]
    NoPath {
        /// The genotype.
        genotype: Genotype,
        /// Where the path breaks.
        reason: &'static str,
    },
}

impl GenotypeError {
    /// Returns what a user can do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            GenotypeError::Syntax { .. } => {
                "the form is |nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|"
            }
            GenotypeError::NoPath { .. } => "search longer or choose another",
        };
        Some(hint.into())
    }
}

impl Genotype {
    /// The genotype at `index` in `0..GENOTYPES`, `None` beyond: the inverse of [`Genotype::index`].
    pub fn from_index(index: usize) -> Option<Self> {
        let mut rest = index;
        let mut choice = [Operation::None; EDGES];
        for operation in choice.iter_mut().rev() {
            *operation = Operation::ALL[rest % OPERATIONS];
            rest /= OPERATIONS;
        }
        (rest == 0).then_some(Genotype(choice))
    }

    /// The operations read as a number in base 5, first edge most significant. This is lexicographic order,
    /// not the numbering of NAS-Bench-201's result files.
    pub fn index(self) -> usize {
        self.0.iter().fold(0, |index, operation| index * OPERATIONS + operation.index())
    }

    /// Every genotype, in the order of [`Genotype::index`].
    pub fn all() -> impl Iterator<Item = Genotype> {
        (0..GENOTYPES).filter_map(Genotype::from_index)
    }

    /// The strongest operation of each edge; of equals, the first in the order of [`Operation::ALL`].
    /// A NaN is never the strongest, and an edge of nothing else gets `none`.
    ///
    /// # Panics
    /// If `alpha` is not edge-major of length [`ALPHAS`].
    pub fn argmax(alpha: &[f32]) -> Self {
        assert_eq!(alpha.len(), ALPHAS, "architecture parameters");
        let (rows, _) = alpha.as_chunks::<OPERATIONS>();
        Genotype(std::array::from_fn(|edge| Operation::ALL[first_maximum(&rows[edge])]))
    }

    /// The edges that matter: not `none`, fed by the cell's input and heard at its output.
    pub fn live_edges(self) -> [bool; EDGES] {
        let (fed, heard) = (self.fed_nodes(), self.heard_nodes());
        std::array::from_fn(|edge| {
            self.0[edge] != Operation::None && fed[EDGE_LIST[edge].source] && heard[EDGE_LIST[edge].target]
        })
    }

    /// Whether anything flows from input to output.
    ///
    /// # Errors
    /// [`GenotypeError::NoPath`] with the place where the path breaks.
    pub fn check_connected(self) -> Result<(), GenotypeError> {
        let present = |edge: &usize| self.0[*edge] != Operation::None;
        let reason = if self.live_edges().contains(&true) {
            return Ok(());
        } else if !(0..EDGES).filter(present).any(|edge| EDGE_LIST[edge].target == NODES - 1) {
            "every edge into node 3 is none"
        } else if !(0..EDGES).filter(present).any(|edge| EDGE_LIST[edge].source == 0) {
            "every edge out of node 0 is none"
        } else {
            "no node that node 0 feeds leads to node 3"
        };
        Err(GenotypeError::NoPath { genotype: self, reason })
    }

    /// Nodes reachable from the input. Edges are sorted by target, so one sweep suffices.
    fn fed_nodes(self) -> [bool; NODES] {
        let mut fed = [false; NODES];
        fed[0] = true;
        for (edge, operation) in EDGE_LIST.iter().zip(self.0) {
            fed[edge.target] |= fed[edge.source] && operation != Operation::None;
        }
        fed
    }

    /// Nodes from which the output is reachable.
    fn heard_nodes(self) -> [bool; NODES] {
        let mut heard = [false; NODES];
        heard[NODES - 1] = true;
        for (edge, operation) in EDGE_LIST.iter().zip(self.0).rev() {
            heard[edge.source] |= heard[edge.target] && operation != Operation::None;
        }
        heard
    }
}

fn first_maximum(row: &[f32; OPERATIONS]) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (index, &value) in row.iter().enumerate() {
        if value > best.1 {
            best = (index, value);
        }
    }
    best.0
}

impl fmt::Display for Genotype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (edge, operation)) in EDGE_LIST.iter().zip(self.0).enumerate() {
            if edge.source == 0 {
                f.write_str(if position == 0 { "|" } else { "+|" })?;
            }
            write!(f, "{}~{}|", operation.name(), edge.source)?;
        }
        Ok(())
    }
}

impl FromStr for Genotype {
    type Err = GenotypeError;

    /// Reads an architecture string; white space around it is ignored, anywhere else it is an error.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::genotype(text)
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
