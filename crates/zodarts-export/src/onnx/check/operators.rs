//! The operators of exported graphs, by their definitions in ONNX (opset 17), for one image.
//!
//! A function returns `None` if its operator is not defined for inputs of such shapes.

use super::array::Array;
use super::attributes::Attributes;
use super::fault::OnnxFault;
use super::windows::{Form, average_pool, conv};
use crate::onnx::messages::{FLOAT, NodeProto};

/// Computes a node's output.
///
/// # Errors
/// If the operator or one of its attributes is unknown, or it is not defined for these inputs.
pub fn apply(node: &NodeProto, inputs: &[&Array]) -> Result<Array, OnnxFault> {
    let mut attributes = Attributes::of(node);
    let typed = inputs.iter().all(|input| input.bytes == (node.op_type == "Cast"));
    let output = compute(node, inputs, &mut attributes)?.filter(|_| typed);
    attributes.finish()?;
    let inputs = || inputs.iter().map(|input| (input.bytes, &input.shape)).collect::<Vec<_>>();
    output.ok_or_else(|| {
        OnnxFault::of_node(node, format!("not defined for inputs of these types and shapes: {:?}", inputs()))
    })
}

fn compute(
    node: &NodeProto,
    inputs: &[&Array],
    attributes: &mut Attributes,
) -> Result<Option<Array>, OnnxFault> {
    Ok(match (node.op_type.as_str(), inputs) {
        ("Add", [x, y]) => paired(x, y, |x, y| x + y),
        ("AveragePool", [x]) => {
            let padding_counts = attributes.int("count_include_pad")? != 0;
            average_pool(x, form(attributes)?).filter(|_| !padding_counts)
        }
        ("BatchNormalization", [x, scale, shift, mean, variance]) => {
            let epsilon = attributes.float("epsilon")?;
            batch_normalization(x, [scale, shift, mean, variance], epsilon)
        }
        ("Cast", [x]) => (attributes.int("to")? == i64::from(FLOAT)).then(|| x.map(|value| value)),
        ("Clip", [x, low, high]) => match (low.scalar(), high.scalar()) {
            (Some(low), Some(high)) if low <= high => Some(x.map(|value| value.clamp(low, high))),
            _ => None,
        },
        ("Conv", [x, filters]) => conv(x, filters, form(attributes)?),
        ("Div", [x, divisor]) => paired(x, divisor, |value, divisor| value / divisor),
        ("Flatten", [x]) => (attributes.int("axis")? == 1)
            .then(|| Array::new(vec![1, x.values.len()], x.values.clone()))
            .filter(|_| x.shape.first() == Some(&1)),
        ("Gemm", [a, b, c]) => (attributes.int("transB")? == 1).then(|| gemm(a, b, c)).flatten(),
        ("GlobalAveragePool", [x]) => global_average_pool(x),
        ("MatMul", [a, b]) => mat_mul(a, b),
        ("Mul", [x, y]) => paired(x, y, |x, y| x * y),
        ("ReduceMean", [x]) => {
            let whole = attributes.sizes("axes")? == [1, 2, 3] && attributes.int("keepdims")? == 1;
            mean(x).filter(|_| whole)
        }
        ("Relu", [x]) => Some(x.map(|value| if value < 0.0 { 0.0 } else { value })),
        ("Sigmoid", [x]) => Some(x.map(|value| 1.0 / (1.0 + (-value).exp()))),
        ("Softmax", [x]) => (attributes.int("axis")? == 1).then(|| softmax(x)).flatten(),
        ("Sqrt", [x]) => Some(x.map(f32::sqrt)),
        ("Sub", [x, y]) => paired(x, y, |x, y| x - y),
        ("Sum", [first, rest @ ..]) => sum(first, rest),
        ("Transpose", [x]) => transpose(x, attributes.sizes("perm")?),
        _ => {
            let reason = format!("unknown operator, or not for {} inputs", inputs.len());
            return Err(OnnxFault::of_node(node, reason));
        }
    })
}

fn form(attributes: &mut Attributes) -> Result<Form, OnnxFault> {
    Ok(Form {
        kernel: attributes.sizes("kernel_shape")?,
        strides: attributes.sizes("strides")?,
        pads: attributes.sizes("pads")?,
    })
}

/// Returns `(x − mean) / √(variance + ε) · scale + shift`, each of the four for a channel.
fn batch_normalization(x: &Array, parameters: [&Array; 4], epsilon: f32) -> Option<Array> {
    let [1, channels, height, width] = x.shape[..] else { return None };
    if parameters.iter().any(|parameter| parameter.shape != [channels]) {
        return None;
    }
    let mut output = x.clone();
    for (channel, plane) in output.values.chunks_exact_mut(height * width).enumerate() {
        let [scale, shift, mean, variance] = parameters.map(|parameter| parameter.values[channel]);
        let deviation = (variance + epsilon).sqrt();
        for value in plane.iter_mut() {
            *value = (*value - mean) / deviation * scale + shift;
        }
    }
    Some(output)
}

/// Returns `a · bᵀ + c` for `a` of `(1, depth)`, `b` of `(columns, depth)` and `c` of `(columns)`.
fn gemm(a: &Array, b: &Array, c: &Array) -> Option<Array> {
    let ([1, depth], [columns, other]) = (&a.shape[..], &b.shape[..]) else { return None };
    if depth != other || *depth == 0 || c.shape != [*columns] {
        return None;
    }
    let rows = b.values.chunks_exact(*depth).zip(&c.values);
    let sums = rows.map(|(row, offset)| dot(a.values.iter(), row.iter()) + offset);
    Some(Array::new(vec![1, *columns], sums.collect()))
}

fn dot<'a>(a: impl Iterator<Item = &'a f32>, b: impl Iterator<Item = &'a f32>) -> f32 {
    a.zip(b).map(|(a, b)| a * b).sum()
}

/// Returns the mean of each plane, `(1, channels, 1, 1)`.
fn global_average_pool(x: &Array) -> Option<Array> {
    let [1, channels, height, width] = x.shape[..] else { return None };
    let planes = x.values.chunks_exact(height * width);
    let means = planes.map(|plane| plane.iter().sum::<f32>() / plane.len() as f32);
    Some(Array::new(vec![1, channels, 1, 1], means.collect()))
}

/// Returns the product of a matrix and each plane of `(1, channels, height, width)`, or of each plane and a
/// matrix.
fn mat_mul(a: &Array, b: &Array) -> Option<Array> {
    let (outer, rows, depth, other, columns) = match (&a.shape[..], &b.shape[..]) {
        ([rows, depth], [outer @ .., other, columns]) | ([outer @ .., rows, depth], [other, columns]) => {
            (outer, *rows, *depth, *other, *columns)
        }
        _ => return None,
    };
    if depth != other || rows * depth * columns == 0 {
        return None;
    }
    // The one matrix is taken again for every plane.
    let a = a.values.chunks_exact(rows * depth).cycle();
    let b = b.values.chunks_exact(depth * columns).cycle();
    let mut values = Vec::new();
    for (a, b) in a.zip(b).take(outer.iter().product()) {
        for row in a.chunks_exact(depth) {
            values.extend((0..columns).map(|column| dot(row.iter(), b[column..].iter().step_by(columns))));
        }
    }
    Some(Array::new([outer, &[rows, columns]].concat(), values))
}

/// Returns `exp(x) / Σ exp(x)` of `(1, classes)`.
fn softmax(x: &Array) -> Option<Array> {
    let [1, _] = x.shape[..] else { return None };
    let largest = x.values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers = x.map(|value| (value - largest).exp());
    let total: f32 = powers.values.iter().sum();
    Some(powers.map(|power| power / total))
}

/// Returns the result of an operation on each value of an array, and the value of another at the same place
/// or its only value.
fn paired(x: &Array, y: &Array, operation: impl Fn(f32, f32) -> f32) -> Option<Array> {
    if let Some(y) = y.scalar() {
        return Some(x.map(|x| operation(x, y)));
    }
    let values = x.values.iter().zip(&y.values).map(|(x, y)| operation(*x, *y)).collect();
    (x.shape == y.shape).then(|| Array::new(x.shape.clone(), values))
}

/// Returns the mean of an image's values, `(1, 1, 1, 1)`.
fn mean(x: &Array) -> Option<Array> {
    let [1, _, _, _] = x.shape[..] else { return None };
    let sum: f64 = x.values.iter().map(|value| f64::from(*value)).sum();
    Some(Array::new(vec![1; 4], vec![(sum / x.values.len() as f64) as f32]))
}

fn sum(first: &Array, rest: &[&Array]) -> Option<Array> {
    let mut total = first.clone();
    for term in rest {
        total.values.iter_mut().zip(&term.values).for_each(|(total, value)| *total += value);
    }
    rest.iter().all(|term| term.shape == first.shape).then_some(total)
}

/// Returns the array with its four sizes in another order.
fn transpose(x: &Array, order: [usize; 4]) -> Option<Array> {
    let [_, b, c, d] = x.shape[..] else { return None };
    let mut sorted = order;
    sorted.sort_unstable();
    if sorted != [0, 1, 2, 3] {
        return None;
    }
    let [sizes, strides] =
        [[x.shape[0], b, c, d], [b * c * d, c * d, d, 1]].map(|of| order.map(|axis| of[axis]));
    let mut positions = vec![0];
    for (size, stride) in sizes.into_iter().zip(strides) {
        let along = |start: usize| (0..size).map(move |index| start + index * stride);
        positions = positions.into_iter().flat_map(along).collect();
    }
    Some(Array::new(sizes.into(), positions.into_iter().map(|position| x.values[position]).collect()))
}
