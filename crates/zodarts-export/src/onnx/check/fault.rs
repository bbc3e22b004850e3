//! Reasons to refuse an ONNX file.

use crate::onnx::messages::NodeProto;
use thiserror::Error;

/// A reason why the bytes of an ONNX file cannot be read or run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OnnxFault {
    /// The bytes are no encoded model.
    #[error("it cannot be decoded: {0}")]
    Encoding(#[from] prost::DecodeError),
    /// A part of the model is missing or has another form than this one.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A constant tensor of this name has other values than its type and shape say.
    #[error("tensor `{0}` has no float values of its shape")]
    Tensor(String),
    /// Several values have this name.
    #[error("several values are named `{0}`")]
    Name(String),
    /// A node cannot be run.
    #[error("node `{node}`: `{operator}`: {reason}")]
    #[non_exhaustive]
    Node {
        /// The node's name.
        node: String,
        /// The node's operator.
        operator: String,
        /// The operator, attribute, input or shape that is at fault.
        reason: String,
    },
}

impl OnnxFault {
    /// Returns the fault of a node.
    pub fn of_node(node: &NodeProto, reason: String) -> Self {
        Self::Node { node: node.name.clone(), operator: node.op_type.clone(), reason }
    }
}
