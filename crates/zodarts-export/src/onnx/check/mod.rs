//! Reads the bytes of an ONNX file and runs them, by the definitions of ONNX and without the exporter's
//! graph.
//!
//! An operator, an attribute or a field that is not known is refused, so that no part of a file goes
//! unchecked.

mod array;
mod attributes;
mod fault;
mod operators;
mod windows;

pub use fault::OnnxFault;

use super::messages::{DimensionProto, FLOAT, GraphProto, ModelProto, UINT8, ValueInfoProto};
use array::{Array, product};
use prost::Message;
use std::collections::{HashMap, HashSet};

/// A graph that can be run.
pub struct Evaluator {
    /// Facts about the model by name.
    pub metadata: Vec<(String, String)>,
    graph: GraphProto,
    constants: HashMap<String, Array>,
    /// Height, width and channels of an image.
    image: [usize; 3],
    classes: usize,
    /// The index of the last node that reads a value, by the value's name.
    last_use: HashMap<String, usize>,
}

impl Evaluator {
    /// Reads a file's bytes.
    ///
    /// # Errors
    /// If they are no model of ONNX's IR version 8 and opset 17, hold something unknown, or take or give
    /// something else than images and probabilities.
    pub fn read(bytes: &[u8]) -> Result<Self, OnnxFault> {
        let model = ModelProto::decode(bytes)?;
        // Decoding leaves out fields that the messages do not have.
        check(model.encoded_len() == bytes.len(), "no fields but those of an exported network")?;
        let versions: Vec<(&str, i64)> =
            model.opset_import.iter().map(|set| (set.domain.as_str(), set.version)).collect();
        check(model.ir_version == 8 && versions == [("", 17)], "IR version 8 and opset 17")?;
        let graph = model.graph.ok_or(OnnxFault::Expected("a graph"))?;
        let ([input], [output]) = (&graph.input[..], &graph.output[..]) else {
            return Err(OnnxFault::Expected("one input and one output"));
        };
        let form = "an input `uint8[images, height, width, channels]`";
        let image = sizes(input, UINT8).ok_or(OnnxFault::Expected(form))?;
        let form = "an output `float[images, classes]`";
        let [classes] = sizes(output, FLOAT).ok_or(OnnxFault::Expected(form))?;
        check_names(&graph)?;
        let mut last_use = HashMap::new();
        for (at, node) in graph.node.iter().enumerate() {
            last_use.extend(node.input.iter().map(|name| (name.clone(), at)));
        }
        last_use.insert(output.name.clone(), usize::MAX);
        let constant = |tensor| Array::read(tensor).map(|array| (tensor.name.clone(), array));
        let constants = graph.initializer.iter().map(constant).collect::<Result<_, _>>()?;
        let metadata = model.metadata_props.into_iter().map(|entry| (entry.key, entry.value)).collect();
        Ok(Self { metadata, graph, constants, image, classes, last_use })
    }

    /// Runs the graph and returns the output of one image: a probability for each class.
    ///
    /// # Errors
    /// If the image is of another size, or a node cannot be run.
    pub fn run(&self, image: &[u8]) -> Result<Vec<f32>, OnnxFault> {
        let [height, width, channels] = self.image;
        check(product(&self.image) == Some(image.len()), "an input of the images' size")?;
        let pixels = image.iter().map(|&byte| f32::from(byte)).collect();
        let image = Array { bytes: true, shape: vec![1, height, width, channels], values: pixels };
        let mut values = HashMap::from([(self.graph.input[0].name.as_str(), image)]);
        for (at, node) in self.graph.node.iter().enumerate() {
            let undefined = |name| OnnxFault::of_node(node, format!("input `{name}` is not defined"));
            let value =
                |name| values.get(name).or_else(|| self.constants.get(name)).ok_or_else(|| undefined(name));
            let inputs = node.input.iter().map(|name| value(name.as_str())).collect::<Result<Vec<_>, _>>()?;
            let output = operators::apply(node, &inputs)?;
            values.insert(&node.output[0], output);
            values.retain(|&name, _| self.last_use.get(name).is_some_and(|&last| last > at));
        }
        let output = values.remove(self.graph.output[0].name.as_str());
        let output = output.filter(|output| output.shape == [1, self.classes]);
        output.map(|output| output.values).ok_or(OnnxFault::Expected("an output as declared"))
    }
}

fn check(holds: bool, expected: &'static str) -> Result<(), OnnxFault> {
    if holds { Ok(()) } else { Err(OnnxFault::Expected(expected)) }
}

/// Returns the sizes of an input or output after the first, which is named because it is not known; `None` if
/// it is of another form.
fn sizes<const N: usize>(value: &ValueInfoProto, element: i32) -> Option<[usize; N]> {
    let tensor = value.r#type.as_ref()?.tensor_type.as_ref().filter(|tensor| tensor.elem_type == element)?;
    let [DimensionProto { dim_value: None, dim_param: Some(_) }, sizes @ ..] =
        &tensor.shape.as_ref()?.dim[..]
    else {
        return None;
    };
    let sizes = sizes.iter().map(|size| usize::try_from(size.dim_value?).ok());
    sizes.collect::<Option<Vec<usize>>>()?.try_into().ok()
}

/// Checks that each node has one output, and that no two values have the same name.
fn check_names(graph: &GraphProto) -> Result<(), OnnxFault> {
    check(graph.node.iter().all(|node| node.output.len() == 1), "one output of each node")?;
    let outputs = graph.node.iter().map(|node| &node.output[0]);
    let tensors = graph.initializer.iter().map(|tensor| &tensor.name);
    let mut known = HashSet::new();
    let mut names = graph.input.iter().map(|input| &input.name).chain(tensors).chain(outputs);
    names.find(|&name| !known.insert(name)).map_or(Ok(()), |name| Err(OnnxFault::Name(name.clone())))
}
