use super::{CellSharing, Edge, Operation, Space};

/// A small space with a cell of its own for each stage: three nodes, four operations.
pub static STAGES: Space = Space {
    name: "stages",
    description: "a cell of three nodes for each stage",
    sharing: CellSharing::PerStage,
    nodes: 3,
    edges: &[Edge { source: 0, target: 1 }, Edge { source: 0, target: 2 }, Edge { source: 1, target: 2 }],
    operations: &[Operation::SkipConnect, Operation::Conv3x3, Operation::AvgPool3x3, Operation::None],
};
