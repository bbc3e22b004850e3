use super::{Mixture, Operation, Space};
use std::fmt;
use std::ops::Deref;

/// Most rows of a space: a [`Choice`] holds its operations in place, so that it can be copied.
pub const MAX_ROWS: usize = 64;

/// A choice of one operation for each row of a space. It dereferences to its operations.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Choice {
    space: &'static Space,
    /// `None` beyond the rows of the space, so that equal choices are equal values.
    operations: [Operation; MAX_ROWS],
}

impl Choice {
    /// Makes a choice in `space`, an operation for each row.
    ///
    /// # Panics
    /// If there are more or fewer operations than rows, or one that the space does not have.
    pub fn new(space: &'static Space, operations: &[Operation]) -> Self {
        assert_eq!(operations.len(), space.rows(), "operations of a choice in {space}");
        for operation in operations {
            assert!(space.column(*operation).is_some(), "{space} has no {}", operation.name());
        }
        let mut choice = Self { space, operations: [Operation::None; MAX_ROWS] };
        choice.operations[..operations.len()].copy_from_slice(operations);
        choice
    }

    /// Returns the search space.
    pub fn space(&self) -> &'static Space {
        self.space
    }

    /// Returns the column of each row's operation.
    ///
    /// # Panics
    /// Never: every operation is one of the space.
    pub fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        self.iter().map(|operation| self.space.column(*operation).expect("an operation of the space"))
    }

    /// Returns, for each row, true if its edge lies on a path from its cell's input to its output.
    pub fn live_edges(&self) -> Vec<bool> {
        let cells = self.chunks_exact(self.space.edges.len());
        cells.flat_map(|operations| live_edges(self.space, operations)).collect()
    }

    /// Returns true if a path leads from the input to the output of every cell.
    pub fn is_connected(&self) -> bool {
        self.live_edges().chunks_exact(self.space.edges.len()).all(|cell| cell.contains(&true))
    }
}

/// Returns, for each edge of one cell, true if it is live. Edges are sorted by target, so one sweep each way
/// suffices.
fn live_edges(space: &Space, operations: &[Operation]) -> Vec<bool> {
    let present = |edge: usize| operations[edge] != Operation::None;
    let (mut fed, mut heard) = (vec![false; space.nodes], vec![false; space.nodes]);
    fed[0] = true;
    for (index, edge) in space.edges.iter().enumerate() {
        fed[edge.target] |= present(index) && fed[edge.source];
    }
    heard[space.nodes - 1] = true;
    for (index, edge) in space.edges.iter().enumerate().rev() {
        heard[edge.source] |= present(index) && heard[edge.target];
    }
    let live =
        |(index, edge): (usize, &super::Edge)| present(index) && fed[edge.source] && heard[edge.target];
    space.edges.iter().enumerate().map(live).collect()
}

impl Deref for Choice {
    type Target = [Operation];

    fn deref(&self) -> &[Operation] {
        &self.operations[..self.space.rows()]
    }
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.space)?;
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Returns the one-hot mixture of a choice.
pub fn one_hot<T: Copy + From<u8>>(choice: &Choice) -> Mixture<T> {
    let mut mixture = Mixture::filled(choice.space, T::from(0));
    for (row, column) in choice.columns().enumerate() {
        mixture[row][column] = T::from(1);
    }
    mixture
}
