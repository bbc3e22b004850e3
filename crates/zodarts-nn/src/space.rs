//! The shape of a NAS-Bench-201 cell: nodes, edges and candidate operations.
//!
//! A cell has four nodes `0..=3`. Every ordered pair `source < target` is an edge, so there are six;
//! node 0 is the cell's input, node 3 its output, and every other node is the sum of its incoming edges.

/// Nodes of a cell, its input and output included.
pub const NODES: usize = 4;
/// Edges of a cell.
pub const EDGES: usize = 6;
/// Candidate operations of an edge.
pub const OPERATIONS: usize = 5;
/// Length of the architecture parameters α: one value for each edge and operation, edge-major.
pub const ALPHAS: usize = EDGES * OPERATIONS;

/// One weight per edge and operation: the mixture `p` of a supernet, or a one-hot row per edge for a
/// discrete network. Indexed `[edge][operation]`.
pub type Mixture<T> = [[T; OPERATIONS]; EDGES];

/// A directed edge of the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The node the edge reads.
    pub source: usize,
    /// The node the edge adds to.
    pub target: usize,
}

/// The six edges in the order of the architecture string: by target, then by source.
pub const EDGE_LIST: [Edge; EDGES] = [
    Edge { source: 0, target: 1 },
    Edge { source: 0, target: 2 },
    Edge { source: 1, target: 2 },
    Edge { source: 0, target: 3 },
    Edge { source: 1, target: 3 },
    Edge { source: 2, target: 3 },
];

/// A candidate operation, in the search space's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Zero.
    None,
    /// The identity.
    SkipConnect,
    /// `ReLU` → 1×1 convolution → `BatchNorm`.
    Conv1x1,
    /// `ReLU` → 3×3 convolution → `BatchNorm`.
    Conv3x3,
    /// 3×3 average at stride 1; the divisor counts only pixels inside the image.
    AvgPool3x3,
}

impl Operation {
    /// Every operation, in the order of the architecture parameters.
    pub const ALL: [Operation; OPERATIONS] = [
        Operation::None,
        Operation::SkipConnect,
        Operation::Conv1x1,
        Operation::Conv3x3,
        Operation::AvgPool3x3,
    ];

    /// The field's standard name, as used in architecture strings.
    pub fn name(self) -> &'static str {
        match self {
            Operation::None => "none",
            Operation::SkipConnect => "skip_connect",
            Operation::Conv1x1 => "nor_conv_1x1",
            Operation::Conv3x3 => "nor_conv_3x3",
            Operation::AvgPool3x3 => "avg_pool_3x3",
        }
    }

    /// Position in [`Operation::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

/// A choice of one operation per edge.
pub type Choice = [Operation; EDGES];

/// The one-hot mixture of a choice.
pub fn one_hot<T: Copy + From<u8>>(choice: &Choice) -> Mixture<T> {
    let mut mixture = [[T::from(0); OPERATIONS]; EDGES];
    for (row, operation) in mixture.iter_mut().zip(choice) {
        row[operation.index()] = T::from(1);
    }
    mixture
}
