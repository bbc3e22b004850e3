//! The graph of a network in ONNX's operators: preprocessing, edges, classifier.

use super::builder::Builder;
use super::messages::{AttributeProto, FLOAT};
use zodarts_data::{Standardise, resize_matrix};
use zodarts_nas::model::{Model, loss_kind};
use zodarts_nn::graph::{EPSILON, Edge, Network, NodeId, Norm, Op};
use zodarts_nn::loss::LossKind;
use zodarts_nn::parameters::{Tensor, TensorLayout};

/// Name of the input, `(images, height, width, channels)` bytes.
pub const INPUT: &str = "image";
/// Name of the output, `(images, classes)` numbers.
pub const OUTPUT: &str = "probabilities";

/// Appends the nodes from [`INPUT`] to [`OUTPUT`].
pub fn write(builder: &mut Builder, model: &Model) {
    let mut values = vec![None; model.network.nodes.len()];
    values[0] = Some(prepare(builder, model));
    let mut writer = Writer { builder, model, network: &model.network, values, rectified: Vec::new() };
    let useful = useful(&model.network);
    for node in (1..writer.values.len()).filter(|node| useful[*node]) {
        let value = writer.sum(node);
        writer.values[node] = Some(value);
    }
    writer.classify();
}

/// Converts bytes to what the network takes: planes of its size with values from 0 to 1, standardised if the
/// model's images are.
fn prepare(builder: &mut Builder, model: &Model) -> String {
    let planes = resized(builder, model);
    match model.card.standardise {
        Standardise::None => planes,
        Standardise::Image => standardised(builder, &planes),
    }
}

/// Writes `(x − mean) / √(variance + ε)` over all values of an image.
fn standardised(builder: &mut Builder, planes: &str) -> String {
    let whole = || vec![AttributeProto::ints("axes", &[1, 2, 3]), AttributeProto::int("keepdims", 1)];
    let mean = builder.node("ReduceMean", "input.mean", &[planes], whole());
    let centred = builder.node("Sub", "input.centred", &[planes, &mean], vec![]);
    let squares = builder.node("Mul", "input.squares", &[&centred, &centred], vec![]);
    let variance = builder.node("ReduceMean", "input.variance", &[&squares], whole());
    let epsilon = builder.tensor("input.epsilon", &[], &[Standardise::EPSILON as f32]);
    let above = builder.node("Add", "input.above_zero", &[&variance, &epsilon], vec![]);
    let deviation = builder.node("Sqrt", "input.deviation", &[&above], vec![]);
    builder.node("Div", "input.standardised", &[&centred, &deviation], vec![])
}

/// Converts bytes to planes of the network's size with values from 0 to 1, as in training. Resizing is one
/// product with a matrix for the rows and one for the columns.
fn resized(builder: &mut Builder, model: &Model) -> String {
    let info = &model.card.dataset;
    let side = model.card.input_size;
    let floats = builder.node("Cast", "input.float", &[INPUT], vec![AttributeProto::int("to", FLOAT.into())]);
    let white = builder.tensor("input.white", &[], &[255.0]);
    let scaled = builder.node("Div", "input.scaled", &[&floats, &white], vec![]);
    let order = vec![AttributeProto::ints("perm", &[0, 3, 1, 2])];
    let planes = builder.node("Transpose", "input.planes", &[&scaled], order);
    if (info.height, info.width) == (side, side) {
        return planes;
    }
    let rows = builder.tensor("input.rows", &[side, info.height], &resize_matrix(info.height, side));
    let columns = transposed(&resize_matrix(info.width, side), info.width);
    let columns = builder.tensor("input.columns", &[info.width, side], &columns);
    let narrow = builder.node("MatMul", "input.narrow", &[&planes, &columns], vec![]);
    let small = builder.node("MatMul", "input.resized", &[&rows, &narrow], vec![]);
    let (low, high) = (builder.tensor("zero", &[], &[0.0]), builder.tensor("one", &[], &[1.0]));
    builder.node("Clip", "input.clipped", &[&small, &low, &high], vec![])
}

/// Transposes a matrix with rows of `width`.
fn transposed(matrix: &[f32], width: usize) -> Vec<f32> {
    (0..width).flat_map(|column| matrix.iter().skip(column).step_by(width).copied()).collect()
}

/// Returns true for each node that the output depends on.
fn useful(network: &Network) -> Vec<bool> {
    let mut useful = vec![false; network.nodes.len()];
    useful[network.output()] = true;
    for edge in network.edges.iter().rev() {
        useful[edge.source] |= useful[edge.target];
    }
    useful
}

struct Writer<'a> {
    builder: &'a mut Builder,
    model: &'a Model,
    network: &'a Network,
    /// The name of each node's value, once it is written.
    values: Vec<Option<String>>,
    /// Nodes whose `ReLU` is written, with its name.
    rectified: Vec<(NodeId, String)>,
}

impl Writer<'_> {
    /// Writes the sum of all edges into a node and returns its name.
    fn sum(&mut self, node: NodeId) -> String {
        let network = self.network;
        let edges: Vec<&Edge> = network.incoming(node).map(|edge| &network.edges[edge]).collect();
        let terms: Vec<String> = edges.iter().map(|edge| self.edge(edge)).collect();
        match &terms[..] {
            [term] => term.clone(),
            terms => {
                let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
                self.builder.node("Sum", format!("node.{node}"), &terms, vec![])
            }
        }
    }

    /// Returns the name of a node's value. Networks hold no edge from a node that nothing reaches.
    fn value(&self, node: NodeId) -> String {
        self.values[node].clone().expect("nodes in topological order")
    }

    fn edge(&mut self, edge: &Edge) -> String {
        let Edge { source, target, .. } = *edge;
        let name = |kind: &str| format!("{kind}.{source}-{target}");
        let input = self.value(source);
        match &edge.op {
            Op::Skip => input,
            Op::Relu => self.rectified(source),
            Op::AvgPool3 => {
                let attributes = pool(3, 1, &[1, 1, 1, 1]);
                self.builder.node("AveragePool", name("avg_pool_3x3"), &[&input], attributes)
            }
            Op::AvgPool2 => {
                // A window that hangs over an odd side averages what there is.
                let shape = self.network.nodes[source];
                let over = [0, 0, (shape.height % 2) as i64, (shape.width % 2) as i64];
                self.builder.node("AveragePool", name("avg_pool_2x2"), &[&input], pool(2, 2, &over))
            }
            Op::Norm(norm) => self.norm(norm, &input),
            Op::Conv { shape, weight, relu, norm } => {
                let input = if *relu { self.rectified(source) } else { input };
                let tensor = tensor(&self.network.weights, weight.start);
                let filter =
                    self.builder.tensor(&tensor.name, &tensor.shape, &self.model.weights[weight.clone()]);
                let (kernel, stride, pad) =
                    (shape.kernel as i64, shape.stride as i64, (shape.kernel / 2) as i64);
                let attributes = vec![
                    AttributeProto::ints("kernel_shape", &[kernel, kernel]),
                    AttributeProto::ints("strides", &[stride, stride]),
                    AttributeProto::ints("pads", &[pad; 4]),
                ];
                let name = tensor.name.trim_end_matches(".weight");
                let result = self.builder.node("Conv", name, &[&input, &filter], attributes);
                match norm {
                    Some(norm) => self.norm(norm, &result),
                    None => result,
                }
            }
        }
    }

    /// Writes the `ReLU` of a node, once for all of its readers, and returns its name.
    fn rectified(&mut self, node: NodeId) -> String {
        if let Some((_, name)) = self.rectified.iter().find(|(known, _)| *known == node) {
            return name.clone();
        }
        let input = self.value(node);
        let name = self.builder.node("Relu", format!("relu.{node}"), &[&input], vec![]);
        self.rectified.push((node, name.clone()));
        name
    }

    /// Writes a normalisation with its running statistics and returns its name.
    fn norm(&mut self, norm: &Norm, input: &str) -> String {
        let Model { weights, statistics, .. } = self.model;
        let mean = tensor(&self.network.statistics, norm.statistics.start);
        let variance = tensor(&self.network.statistics, mean.range.end);
        let name = mean.name.trim_end_matches(".running_mean").to_owned();
        let channels = mean.range.len();
        let affine = |part: usize| match &norm.affine {
            Some((scale, shift)) => weights[[scale, shift][part].clone()].to_vec(),
            None => vec![[1.0, 0.0][part]; channels],
        };
        let mut add = |suffix: &str, values: &[f32]| {
            self.builder.tensor(format!("{name}.{suffix}"), &[channels], values)
        };
        let inputs = [
            input.to_owned(),
            add("weight", &affine(0)),
            add("bias", &affine(1)),
            add("running_mean", &statistics[mean.range.clone()]),
            add("running_var", &statistics[variance.range.clone()]),
        ];
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let attributes = vec![AttributeProto::float("epsilon", EPSILON as f32)];
        self.builder.node("BatchNormalization", name, &inputs, attributes)
    }

    /// Writes the classifier: `ReLU`, average over the plane, linear layer, probabilities.
    fn classify(&mut self) {
        let Network { linear, bias, .. } = self.network;
        let rectified = self.rectified(self.network.output());
        let builder = &mut *self.builder;
        let mean = builder.node("GlobalAveragePool", "head.mean", &[&rectified], vec![]);
        let flat = builder.node("Flatten", "head.flat", &[&mean], vec![AttributeProto::int("axis", 1)]);
        let mut parameter = |start: usize, values: &[f32]| {
            let Tensor { name, shape, .. } = tensor(&self.network.weights, start);
            builder.tensor(name, shape, values)
        };
        let matrix = parameter(linear.start, &self.model.weights[linear.clone()]);
        let offsets = parameter(bias.start, &self.model.weights[bias.clone()]);
        let attributes = vec![AttributeProto::int("transB", 1)];
        let logits = builder.node("Gemm", "head.linear", &[&flat, &matrix, &offsets], attributes);
        match loss_kind(self.model.card.dataset.task) {
            LossKind::CrossEntropy => {
                builder.node("Softmax", OUTPUT, &[&logits], vec![AttributeProto::int("axis", 1)])
            }
            LossKind::Binary => builder.node("Sigmoid", OUTPUT, &[&logits], vec![]),
        };
    }
}

fn pool(kernel: i64, stride: i64, pads: &[i64; 4]) -> Vec<AttributeProto> {
    vec![
        AttributeProto::ints("kernel_shape", &[kernel, kernel]),
        AttributeProto::ints("strides", &[stride, stride]),
        AttributeProto::ints("pads", pads),
        AttributeProto::int("count_include_pad", 0),
    ]
}

/// Returns the tensor of a layout that begins at a position.
fn tensor(layout: &TensorLayout, start: usize) -> &Tensor {
    layout.tensors().iter().find(|tensor| tensor.range.start == start).expect("a parameter's first value")
}
