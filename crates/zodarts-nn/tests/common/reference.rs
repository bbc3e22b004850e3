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
    let parameters = Parameters::new(weights, statistics);
    let images = images.chunks_exact(size(network.input()).len());
    images.flat_map(|image| image_logits(network, &parameters, image)).collect()
}

/// Returns the mean and the deviation over all places of each channel at the last node of each resolution,
/// for one image.
pub fn features<T: Real>(network: &Network, weights: &[T], statistics: &[T], image: &[f32]) -> Vec<f64> {
    let values = node_values(network, &Parameters::new(weights, statistics), image);
    let size = |node: usize| (network.nodes[node].height, network.nodes[node].width);
    let mut features = Vec::new();
    for (node, value) in values.iter().enumerate().skip(1) {
        if (node + 1..values.len()).any(|later| size(later) == size(node)) {
            continue;
        }
        let channels = network.nodes[node].channels;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let planes: Vec<&[f64]> = value.chunks_exact(value.len() / channels).collect();
        for group in planes.chunks(channels.div_ceil(64)) {
            let means: Vec<f64> = group.iter().map(|plane| mean(plane)).collect();
            let deviation = |(plane, mean_of): (&&[f64], &f64)| {
                mean(&plane.iter().map(|value| (value - mean_of).powi(2)).collect::<Vec<f64>>()).sqrt()
            };
            let deviations: Vec<f64> = group.iter().zip(&means).map(deviation).collect();
            features.extend([mean(&means), mean(&deviations)]);
        }
    }
    features
}

fn size(shape: Shape) -> Size {
    Size { images: 1, channels: shape.channels, height: shape.height, width: shape.width }
}

impl Parameters {
    fn new<T: Real>(weights: &[T], statistics: &[T]) -> Self {
        let wide = |values: &[T]| values.iter().map(|value| value.to_f64()).collect();
        Self { weights: wide(weights), statistics: wide(statistics) }
    }
}

/// Returns the values of all nodes.
fn node_values(network: &Network, parameters: &Parameters, image: &[f32]) -> Vec<Vec<f64>> {
    let mut values: Vec<Vec<f64>> = vec![image.iter().map(|&value| value.into()).collect()];
    for node in 1..network.nodes.len() {
        let mut sum = vec![0.0; size(network.nodes[node]).len()];
        for edge in network.incoming(node).map(|edge| &network.edges[edge]) {
            let result = operation(network, edge, &values[edge.source], parameters);
            sum.iter_mut().zip(result).for_each(|(sum, value)| *sum += value);
        }
        values.push(sum);
    }
    values
}

fn image_logits(network: &Network, parameters: &Parameters, image: &[f32]) -> Vec<f64> {
    let values = node_values(network, parameters, image);
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
