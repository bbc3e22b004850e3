//! Nodes and tensors of a graph as they are added.

use super::messages::{
    AttributeProto, DimensionProto, FLOAT, NodeProto, TensorProto, TensorShapeProto, TensorTypeProto,
    TypeProto, ValueInfoProto,
};
use std::collections::HashSet;

/// A graph to which nodes and tensors are added.
#[derive(Default)]
pub struct Builder {
    pub nodes: Vec<NodeProto>,
    pub tensors: Vec<TensorProto>,
    known: HashSet<String>,
}

impl Builder {
    /// Adds an operation with one output, which has the operation's name, and returns that name.
    pub fn node(
        &mut self,
        op: &str,
        name: impl Into<String>,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) -> String {
        let name = name.into();
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|&input| input.into()).collect(),
            output: vec![name.clone()],
            name: name.clone(),
            op_type: op.into(),
            attribute: attributes,
        });
        name
    }

    /// Adds a tensor unless there is one of that name, and returns its name.
    pub fn tensor(&mut self, name: impl Into<String>, shape: &[usize], values: &[f32]) -> String {
        let name = name.into();
        assert_eq!(shape.iter().product::<usize>(), values.len(), "sizes of {name}");
        if self.known.insert(name.clone()) {
            self.tensors.push(TensorProto {
                dims: shape.iter().map(|&size| size as i64).collect(),
                data_type: FLOAT,
                name: name.clone(),
                raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            });
        }
        name
    }
}

/// Returns an input or output for any number of images.
pub fn batched(name: &str, elem_type: i32, shape: &[usize], about: &str) -> ValueInfoProto {
    let any = DimensionProto { dim_param: Some("images".into()), dim_value: None };
    let fixed = |&size: &usize| DimensionProto { dim_value: Some(size as i64), dim_param: None };
    let dim = [any].into_iter().chain(shape.iter().map(fixed)).collect();
    let tensor_type = Some(TensorTypeProto { elem_type, shape: Some(TensorShapeProto { dim }) });
    ValueInfoProto { name: name.into(), r#type: Some(TypeProto { tensor_type }), doc_string: about.into() }
}
