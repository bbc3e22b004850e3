//! Predictions of a network by its definition, in `f64`.

use zodarts_kernels::Real;
use zodarts_kernels::reference::{Size, avg_pool2, avg_pool3, conv2d, global_average};
use zodarts_nn::graph::{EPSILON, Edge, Network, Norm, Op, Shape};

/// The parameters of a network, widened to `f64`.
struct Parameters {
    weights: Vec<f64>,
    statistics: Vec<f64>,
}

/// Returns the logits of images `(count, channels, height, width)` under running statistics, `(count,
/// classes)`.
pub fn logits<T: Real>(network: &Network, weights: &[T], statistics: &[T], images: &[f32]) -> Vec<f64> {
    let wide = |values: &[T]| values.iter().map(|value| value.to_f64()).collect();
    let parameters = Parameters { weights: wide(weights), statistics: wide(statistics) };
    let images = images.chunks_exact(size(network.input()).len());
    images.flat_map(|image| image_logits(network, &parameters, image)).collect()
}

fn size(shape: Shape) -> Size {
    Size { images: 1, channels: shape.channels, height: shape.height, width: shape.width }
}

fn image_logits(network: &Network, parameters: &Parameters, image: &[f32]) -> Vec<f64> {
    let mut values: Vec<Vec<f64>> = vec![image.iter().map(|&value| value.into()).collect()];
    for node in 1..network.nodes.len() {
        let mut sum = vec![0.0; size(network.nodes[node]).len()];
        for edge in network.incoming(node).map(|edge| &network.edges[edge]) {
            let result = operation(network, edge, &values[edge.source], parameters);
            sum.iter_mut().zip(result).for_each(|(sum, value)| *sum += value);
        }
        values.push(sum);
    }
    let features = global_average(&values[network.output()], &size(network.nodes[network.output()]));
    let rows = parameters.weights[network.linear.clone()].chunks_exact(features.len());
    rows.zip(&parameters.weights[network.bias.clone()])
        .map(|(row, bias)| bias + row.iter().zip(&features).map(|(w, x)| w * x).sum::<f64>())
        .collect()
}

fn operation(network: &Network, edge: &Edge, source: &[f64], parameters: &Parameters) -> Vec<f64> {
    let from = size(network.nodes[edge.source]);
    match &edge.op {
        Op::Conv { shape, weight, relu, norm } => {
            let input = if *relu { rectified(source) } else { source.to_vec() };
            let result = conv2d(shape, &input, &from, &parameters.weights[weight.clone()]);
            match norm {
                Some(norm) => normalised(norm, &result, shape.outputs, parameters),
                None => result,
            }
        }
        Op::Norm(norm) => normalised(norm, source, from.channels, parameters),
        Op::Skip => source.to_vec(),
        Op::AvgPool3 => avg_pool3(source, &from),
        Op::AvgPool2 => avg_pool2(source, &from),
        Op::Relu => rectified(source),
    }
}

fn rectified(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| value.max(0.0)).collect()
}

fn normalised(norm: &Norm, values: &[f64], channels: usize, parameters: &Parameters) -> Vec<f64> {
    let (means, variances) = parameters.statistics[norm.statistics.clone()].split_at(channels);
    let planes = values.chunks_exact(values.len() / channels).enumerate();
    let normalised = planes.flat_map(|(channel, plane)| {
        let (gamma, beta) = norm.scale_and_shift(&parameters.weights, channel);
        let deviation = (variances[channel] + EPSILON).sqrt();
        plane.iter().map(move |value| gamma * (value - means[channel]) / deviation + beta)
    });
    normalised.collect()
}
