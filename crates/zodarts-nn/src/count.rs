//! Numbers of parameters and operations.

use crate::graph::{Network, Op};
use serde::{Deserialize, Serialize};

/// Size and cost of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkCost {
    /// Trainable parameters.
    pub params: u64,
    /// Multiply-accumulates of convolutions and classifier for one image.
    pub macs: u64,
}

impl Network {
    /// Returns the number of parameters, and multiply-accumulates of one image.
    pub fn cost(&self) -> NetworkCost {
        let convolutions = self.edges.iter().map(|edge| match &edge.op {
            Op::Conv { shape, .. } => {
                let to = self.nodes[edge.target];
                (shape.weights() * to.height * to.width) as u64
            }
            _ => 0,
        });
        NetworkCost {
            params: self.weights.len() as u64,
            macs: convolutions.sum::<u64>() + self.linear.len() as u64,
        }
    }
}
