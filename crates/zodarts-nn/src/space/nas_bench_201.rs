use super::{CellSharing, Edge, Operation, Space};

/// The space of NAS-Bench-201 (Dong and Yang, ICLR 2020): one cell of four nodes, in which every ordered pair
/// of nodes is an edge.
pub static NAS_BENCH_201: Space = Space {
    name: "nas-bench-201",
    description: "one cell of four nodes, the same in all stages",
    sharing: CellSharing::AllStages,
    nodes: 4,
    edges: &[
        Edge { source: 0, target: 1 },
        Edge { source: 0, target: 2 },
        Edge { source: 1, target: 2 },
        Edge { source: 0, target: 3 },
        Edge { source: 1, target: 3 },
        Edge { source: 2, target: 3 },
    ],
    operations: &[
        Operation::None,
        Operation::SkipConnect,
        Operation::Conv1x1,
        Operation::Conv3x3,
        Operation::AvgPool3x3,
    ],
};
