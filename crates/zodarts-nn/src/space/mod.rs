//! Search spaces: the cells of a network, the edges of a cell, and the operations that an edge can have.
//!
//! A [`Space`] is a value. The shape of the architecture parameters α, the supernet, the network of a
//! genotype, the genotype's text and every drawing follow from it. `docs/extending.md` adds one.

mod choice;
mod mixture;
mod nas_bench_201;
mod operation;
mod stages;

pub use choice::{Choice, MAX_ROWS, one_hot};
pub use mixture::Mixture;
pub use nas_bench_201::NAS_BENCH_201;
pub use operation::Operation;
pub use stages::STAGES;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use thiserror::Error;

/// Stages of a searched network; between two of them, a reduction block halves the image.
pub const STAGE_COUNT: usize = 3;

/// Most edges of a cell.
const MAX_CELL_EDGES: usize = 24;

/// A directed edge of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// The node the edge reads.
    pub source: usize,
    /// The node the edge adds to.
    pub target: usize,
}

/// The cells that a search tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellSharing {
    /// One cell, which all stages repeat.
    AllStages,
    /// A cell for each stage.
    PerStage,
}

/// An edge of one of the cells: a row of α and of the mixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellEdge {
    /// The cell, counted from 0; `None` if all stages share one.
    pub cell: Option<usize>,
    /// The edge.
    pub edge: Edge,
}

/// A search space.
///
/// Node 0 of a cell is its input, the last node its output, and every other node the sum of its incoming
/// edges. A row is an edge of one of the cells: rows count through the edges of the first cell, then through
/// those of the next.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Space {
    /// The name in settings and before genotypes: lower-case letters, digits and hyphens.
    pub name: &'static str,
    /// One line for people.
    pub description: &'static str,
    /// The cells that are told apart.
    pub sharing: CellSharing,
    /// Nodes of a cell, its input and output included.
    pub nodes: usize,
    /// The edges of a cell, by target, then by source. Every node but the input has one.
    pub edges: &'static [Edge],
    /// The candidate operations of an edge, in the order of α.
    pub operations: &'static [Operation],
}

/// A name that no registered space has.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown search space {found:?}, expected one of {}", names())]
pub struct UnknownSpace {
    /// The name found.
    pub found: String,
}

fn names() -> String {
    Space::ALL.map(|space| space.name).join(", ")
}

impl Space {
    /// Every registered space. Settings and files find a space here by its name.
    pub const ALL: [&'static Space; 2] = [&NAS_BENCH_201, &STAGES];

    /// Returns the registered space of that name.
    ///
    /// # Errors
    /// [`UnknownSpace`] if there is none.
    pub fn named(name: &str) -> Result<&'static Space, UnknownSpace> {
        let space = Self::ALL.into_iter().find(|space| space.name == name);
        space.ok_or_else(|| UnknownSpace { found: name.to_owned() })
    }

    /// Returns the number of different cells: 1, or one for each stage.
    pub fn cells(&self) -> usize {
        match self.sharing {
            CellSharing::AllStages => 1,
            CellSharing::PerStage => STAGE_COUNT,
        }
    }

    /// Returns the cell that a stage repeats.
    pub fn cell_of_stage(&self, stage: usize) -> usize {
        stage.min(self.cells() - 1)
    }

    /// Returns the number of rows of α and of the mixture: the edges of all cells.
    pub fn rows(&self) -> usize {
        self.cells() * self.edges.len()
    }

    /// Returns the number of operations of an edge, which are the columns of α and of the mixture.
    pub fn columns(&self) -> usize {
        self.operations.len()
    }

    /// Returns the length of α, which has the shape `(rows, columns)`.
    pub fn alphas(&self) -> usize {
        self.rows() * self.columns()
    }

    /// Returns the most operations that can be live: all of every row but `none`.
    pub fn most_live(&self) -> usize {
        self.rows() * self.operations.iter().filter(|operation| **operation != Operation::None).count()
    }

    /// Returns the rows of a cell.
    pub fn rows_of(&self, cell: usize) -> std::ops::Range<usize> {
        cell * self.edges.len()..(cell + 1) * self.edges.len()
    }

    /// Returns the cell and the edge of a row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn cell_edge(&self, row: usize) -> CellEdge {
        assert!(row < self.rows(), "row {row} of {}", self.rows());
        let cell = (self.cells() > 1).then_some(row / self.edges.len());
        CellEdge { cell, edge: self.edges[row % self.edges.len()] }
    }

    /// Returns the cell and the edge of every row.
    pub fn cell_edges(&self) -> impl Iterator<Item = CellEdge> + '_ {
        (0..self.rows()).map(|row| self.cell_edge(row))
    }

    /// Returns the column of an operation, if the space has it.
    pub fn column(&self, operation: Operation) -> Option<usize> {
        self.operations.iter().position(|known| *known == operation)
    }

    /// Returns the number of genotypes, or `None` if it is beyond [`u32::MAX`].
    pub fn genotypes(&self) -> Option<usize> {
        let count = u32::try_from(self.columns()).ok()?.checked_pow(self.rows() as u32)?;
        usize::try_from(count).ok()
    }

    /// Checks the rules that the networks and files rely on.
    ///
    /// # Panics
    /// If a rule of [`Space`] is broken, the last node is not reached, or there are more than [`MAX_ROWS`]
    /// rows or 24 edges of a cell.
    pub fn check(&self) {
        let name = self.name;
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        assert!(!name.is_empty() && name.chars().all(plain), "{name:?}: a name is a-z, 0-9 and hyphens");
        assert!(self.nodes >= 2, "{name}: {} nodes", self.nodes);
        assert!(self.edges.is_sorted_by_key(|edge| (edge.target, edge.source)), "{name}: order of the edges");
        for (index, edge) in self.edges.iter().enumerate() {
            assert!(edge.source < edge.target && edge.target < self.nodes, "{name}: {edge:?}");
            assert!(!self.edges[..index].contains(edge), "{name}: {edge:?} stands there twice");
        }
        let fed = |node: usize| self.edges.iter().any(|edge| edge.target == node);
        assert!((1..self.nodes).all(fed), "{name}: a node without an edge into it");
        for (index, operation) in self.operations.iter().enumerate() {
            assert!(
                !self.operations[..index].contains(operation),
                "{name}: {operation:?} stands there twice"
            );
        }
        assert!(self.operations.iter().any(|operation| *operation != Operation::None), "{name}: operations");
        assert!(self.edges.len() <= MAX_CELL_EDGES, "{name}: {} edges of a cell", self.edges.len());
        assert!(self.rows() <= MAX_ROWS, "{name}: {} rows", self.rows());
    }
}

impl fmt::Display for CellEdge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from node {} to {}", self.edge.source, self.edge.target)?;
        self.cell.map_or(Ok(()), |cell| write!(f, " of cell {}", cell + 1))
    }
}

impl fmt::Debug for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Space({})", self.name)
    }
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl Serialize for Space {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for &'static Space {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Space::named(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_spaces_keep_the_rules_and_have_names_of_their_own() {
        for (index, space) in Space::ALL.into_iter().enumerate() {
            space.check();
            assert_eq!(Space::named(space.name), Ok(space));
            assert!(Space::ALL[..index].iter().all(|other| other.name != space.name));
            let text = serde_json::to_string(space).unwrap();
            assert_eq!(serde_json::from_str::<&'static Space>(&text).unwrap(), space);
        }
        let message = Space::named("darts").unwrap_err().to_string();
        assert_eq!(message, "unknown search space \"darts\", expected one of nas-bench-201, stages");
    }

    #[test]
    fn rows_count_through_the_edges_of_each_cell() {
        assert_eq!((NAS_BENCH_201.rows(), NAS_BENCH_201.alphas()), (6, 30));
        assert_eq!(NAS_BENCH_201.genotypes(), Some(15_625));
        assert_eq!(NAS_BENCH_201.cell_edge(2), CellEdge { cell: None, edge: NAS_BENCH_201.edges[2] });
        assert_eq!((STAGES.rows(), STAGES.alphas()), (9, 36));
        assert_eq!(STAGES.cell_edge(7), CellEdge { cell: Some(2), edge: STAGES.edges[1] });
        assert_eq!(STAGES.rows_of(1), 3..6);
        assert_eq!([0, 1, 2].map(|stage| STAGES.cell_of_stage(stage)), [0, 1, 2]);
        assert_eq!([0, 1, 2].map(|stage| NAS_BENCH_201.cell_of_stage(stage)), [0, 0, 0]);
    }

    #[test]
    #[should_panic(expected = "a node without an edge into it")]
    fn a_node_that_nothing_feeds_is_refused() {
        Space { nodes: 5, ..NAS_BENCH_201 }.check();
    }
}
