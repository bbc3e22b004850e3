//! ONNX: the network with its preprocessing inside, from bytes to probabilities.

mod builder;
mod check;
mod graph;
mod messages;

pub use check::OnnxFault;

use crate::about::About;
use crate::{CheckFault, SampleInputs};
use builder::{Builder, batched};
use check::Evaluator;
use messages::{FLOAT, GraphProto, ModelProto, OperatorSetIdProto, StringStringEntryProto, UINT8};
use prost::Message;
use zodarts_nas::model::Model;

/// Version of the file format, of ONNX 1.12 and later.
const IR_VERSION: i64 = 8;
/// Version of the operators.
const OPSET: i64 = 17;

/// Returns a model as the bytes of an ONNX file.
///
/// Input `image`: `uint8[images, height, width, channels]` at the size of the data set. Output
/// `probabilities`: `float[images, classes]`. Resizing and scaling are part of the graph. Class names and
/// other facts about the model are in the metadata.
pub fn encode(model: &Model) -> Vec<u8> {
    let info = &model.card.dataset;
    let mut builder = Builder::default();
    graph::write(&mut builder, model);
    let about = About::of(model);
    let image = batched(graph::INPUT, UINT8, &[info.height, info.width, info.channels], &about.input());
    let scores = batched(graph::OUTPUT, FLOAT, &[info.classes.len()], about.output());
    let entry = |(key, value): (&str, String)| StringStringEntryProto { key: key.into(), value };
    ModelProto {
        ir_version: IR_VERSION,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
        producer_name: "zodarts".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        doc_string: about.sentence(),
        graph: Some(GraphProto {
            node: builder.nodes,
            name: info.name.clone(),
            initializer: builder.tensors,
            input: vec![image],
            output: vec![scores],
        }),
        metadata_props: about.entries().into_iter().map(entry).collect(),
    }
    .encode_to_vec()
}

/// Returns the largest difference between the probabilities of an ONNX file's bytes and the engine's, over
/// sample images.
///
/// # Errors
/// If the file cannot be read or run, has other metadata, or gives another number of probabilities.
pub fn verify(model: &Model, bytes: &[u8], inputs: &SampleInputs) -> Result<f32, CheckFault> {
    let evaluator = Evaluator::read(bytes)?;
    let facts = About::of(model).entries().into_iter().map(|(key, value)| (key.to_owned(), value));
    if !facts.eq(evaluator.metadata.iter().cloned()) {
        return Err(OnnxFault::Expected("the facts about the model as metadata").into());
    }
    let mut found = Vec::new();
    for image in inputs.images() {
        found.extend(evaluator.run(image)?);
    }
    inputs.largest_difference(model, &found)
}
