//! Per-channel factors that turn an edge into a term of a sum, forward and backward.
//!
//! An edge with normalisation contributes `p·(γ·ŷ + β)` with `ŷ = (raw − mean)·r` and `r = 1/√(var + ε)`:
//! forward that is `scale·raw + shift`. Backward, with `m₁ = mean(d)` and `m₂ = mean(d·ŷ)` over the batch, the
//! gradient of `raw` is `p·γ·r·(d − m₁ − ŷ·m₂) = a·d + b·raw + c`.

use super::Point;
use super::plan::Plan;
use super::shard::Shard;
use crate::graph::{EPSILON, Network, NodeId, Norm};
use crate::liveness::{Liveness, weight};
use crate::space::{EDGES, OPERATIONS};
use zodarts_kernels::{Moments2, Real};

/// Factors of every edge, constants of every node.
#[derive(Debug)]
pub struct Coefficients<T> {
    edges: Vec<EdgeCoefficients<T>>,
    biases: Vec<Vec<T>>,
    zeros: Vec<T>,
    ones: Vec<T>,
}

#[derive(Clone, Debug)]
struct EdgeCoefficients<T> {
    scale: Vec<T>,
    shift: Vec<T>,
    centre: Vec<T>,
    moments: Vec<Moments2>,
    gradient: Vec<T>,
    raw: Vec<T>,
    constant: Vec<T>,
}

/// Factors of the gradient of an edge's convolution result: `gradient·d + raw·x + constant`.
#[derive(Clone, Copy)]
pub struct Back<'a, T> {
    pub gradient: &'a [T],
    pub raw: &'a [T],
    pub constant: &'a [T],
}

impl<T: Real> Coefficients<T> {
    pub fn new(network: &Network) -> Self {
        let zeros = |channels| vec![T::ZERO; channels];
        let edges = network.edges.iter().map(|edge| {
            let channels = network.nodes[edge.target].channels;
            EdgeCoefficients {
                scale: zeros(channels),
                shift: zeros(channels),
                centre: zeros(channels),
                moments: vec![Moments2::default(); channels],
                gradient: zeros(channels),
                raw: zeros(channels),
                constant: zeros(channels),
            }
        });
        let most = network.nodes.iter().map(|shape| shape.channels).max().unwrap_or(0);
        Self {
            edges: edges.collect(),
            biases: network.nodes.iter().map(|shape| zeros(shape.channels)).collect(),
            zeros: zeros(most),
            ones: vec![T::ONE; most],
        }
    }

    pub fn scale(&self, edge: usize) -> &[T] {
        &self.edges[edge].scale
    }

    pub fn centre(&self, edge: usize) -> &[T] {
        &self.edges[edge].centre
    }

    pub fn back(&self, edge: usize) -> Back<'_, T> {
        let EdgeCoefficients { gradient, raw, constant, .. } = &self.edges[edge];
        Back { gradient, raw, constant }
    }

    pub fn bias(&self, node: NodeId) -> &[T] {
        &self.biases[node]
    }

    pub fn zeros(&self) -> &[T] {
        &self.zeros
    }

    pub fn ones(&self) -> &[T] {
        &self.ones
    }

    /// Sets what does not depend on statistics: edges without normalisation are scaled by their weight.
    pub fn begin(&mut self, network: &Network, point: Point<'_, T>) {
        for (index, edge) in network.edges.iter().enumerate() {
            if edge.op.norm().is_none() {
                let p = weight(network, index, point.mixture);
                let own = &mut self.edges[index];
                own.scale.fill(p);
                own.gradient.fill(p);
            }
        }
    }

    /// Adds up the shifts of a node's incoming edges.
    pub fn sum_shifts(&mut self, network: &Network, live: &Liveness, node: NodeId) {
        let bias = &mut self.biases[node];
        bias.fill(T::ZERO);
        for edge in network.incoming(node).filter(|&edge| live.edges[edge]) {
            bias.iter_mut().zip(&self.edges[edge].shift).for_each(|(sum, &shift)| *sum += shift);
        }
    }

    /// Takes the statistics of a node's outgoing edges from the whole batch.
    pub fn take_batch(
        &mut self,
        network: &Network,
        plan: &Plan,
        live: &Liveness,
        point: Point<'_, T>,
        shards: &[Shard<T>],
        node: NodeId,
    ) {
        for index in network.outgoing(node).filter(|&edge| live.edges[edge]) {
            let Some(norm) = network.edges[index].op.norm() else { continue };
            let own = &mut self.edges[index];
            for (channel, total) in own.moments.iter_mut().enumerate() {
                let at = plan.edge_sums[index] + channel;
                let parts = shards.iter().map(|shard| shard.moments[at]);
                *total = parts.fold(Moments2::default(), Moments2::merge);
            }
            own.set_forward(norm, point.weights, weight(network, index, point.mixture));
        }
    }

    /// Takes the statistics of all edges from running averages.
    pub fn take_running(&mut self, network: &Network, live: &Liveness, point: Point<'_, T>, running: &[T]) {
        assert_eq!(running.len(), network.statistics.len(), "running statistics");
        for (index, edge) in network.edges.iter().enumerate().filter(|(index, _)| live.edges[*index]) {
            let Some(norm) = edge.op.norm() else { continue };
            let own = &mut self.edges[index];
            let (means, variances) = running[norm.statistics.clone()].split_at(own.moments.len());
            for (moments, (mean, variance)) in own.moments.iter_mut().zip(means.iter().zip(variances)) {
                *moments = Moments2 { count: 1.0, mean: mean.to_f64(), squares: variance.to_f64() };
            }
            own.set_forward(norm, point.weights, weight(network, index, point.mixture));
        }
        for node in 0..network.nodes.len() {
            self.sum_shifts(network, live, node);
        }
    }

    /// Moves running statistics towards those of the last batch.
    pub fn update_running(&self, network: &Network, live: &Liveness, running: &mut [T], momentum: f64) {
        for (index, edge) in network.edges.iter().enumerate().filter(|(index, _)| live.edges[*index]) {
            let Some(norm) = edge.op.norm() else { continue };
            let moments = &self.edges[index].moments;
            let (means, variances) = running[norm.statistics.clone()].split_at_mut(moments.len());
            let towards = |old: &mut T, new: f64| {
                *old = T::from_f64((1.0 - momentum) * old.to_f64() + momentum * new);
            };
            for (moments, (mean, variance)) in moments.iter().zip(means.iter_mut().zip(variances)) {
                towards(mean, moments.mean);
                towards(variance, moments.squares / (moments.count - 1.0).max(1.0));
            }
        }
    }

    /// Backward factors of a node's incoming edges, and gradients of their scales and shifts.
    #[expect(clippy::too_many_arguments, reason = "the executor's parts, borrowed one by one")]
    pub fn backward(
        &mut self,
        network: &Network,
        plan: &Plan,
        live: &Liveness,
        point: Point<'_, T>,
        (shards, images): (&[Shard<T>], usize),
        node: NodeId,
        mut gradient: Option<&mut [T]>,
    ) {
        let shape = network.nodes[node];
        let count = (images * shape.height * shape.width) as f64;
        for index in network.incoming(node).filter(|&edge| live.edges[edge]) {
            let Some(norm) = network.edges[index].op.norm() else { continue };
            let p = weight(network, index, point.mixture).to_f64();
            for channel in 0..shape.channels {
                let sums = self.sums(plan, shards, (node, index), channel);
                self.edges[index].set_backward(norm, point.weights, p, channel, sums, count);
                if let (Some(gradient), Some((scale, shift))) = (gradient.as_deref_mut(), &norm.affine) {
                    gradient[scale.start + channel] = T::from_f64(p * sums.products);
                    gradient[shift.start + channel] = T::from_f64(p * sums.gradients);
                }
            }
        }
    }

    /// ∂L/∂p, once the backward pass is done.
    pub fn choice_gradients(
        &self,
        network: &Network,
        plan: &Plan,
        live: &Liveness,
        point: Point<'_, T>,
        shards: &[Shard<T>],
    ) -> [[f64; OPERATIONS]; EDGES] {
        let mut choices = [[0.0; OPERATIONS]; EDGES];
        for (index, edge) in network.edges.iter().enumerate().filter(|(index, _)| live.edges[*index]) {
            let Some((row, column)) = edge.choice else { continue };
            for channel in 0..network.nodes[edge.target].channels {
                choices[row][column] += match edge.op.norm() {
                    Some(norm) => {
                        let (scale, shift) = norm.scale_and_shift(point.weights, channel);
                        let sums = self.sums(plan, shards, (edge.target, index), channel);
                        scale * sums.products + shift * sums.gradients
                    }
                    None => total(shards, plan.edge_sums[index] + channel),
                };
            }
        }
        choices
    }

    /// Σ d and Σ d·ŷ of one channel over the batch.
    fn sums(&self, plan: &Plan, shards: &[Shard<T>], (node, edge): (NodeId, usize), channel: usize) -> Sums {
        let gradients = total(shards, plan.node_sums[node] + channel);
        let own = &self.edges[edge];
        let moments = own.moments[channel];
        // The dot products were centred on the mean rounded to T.
        let rounding = moments.mean - own.centre[channel].to_f64();
        let centred = total(shards, plan.edge_sums[edge] + channel) - rounding * gradients;
        Sums { gradients, products: centred * inverse_deviation(&moments) }
    }
}

/// Sums over the batch for one channel.
#[derive(Clone, Copy)]
struct Sums {
    /// Σ d.
    gradients: f64,
    /// Σ d·ŷ.
    products: f64,
}

impl<T: Real> EdgeCoefficients<T> {
    fn set_forward(&mut self, norm: &Norm, weights: &[T], p: T) {
        for channel in 0..self.moments.len() {
            let moments = self.moments[channel];
            let (gamma, beta) = norm.scale_and_shift(weights, channel);
            let scale = gamma * inverse_deviation(&moments);
            self.scale[channel] = T::from_f64(p.to_f64() * scale);
            self.shift[channel] = T::from_f64(p.to_f64() * (beta - scale * moments.mean));
            self.centre[channel] = T::from_f64(moments.mean);
        }
    }

    fn set_backward(&mut self, norm: &Norm, weights: &[T], p: f64, channel: usize, sums: Sums, count: f64) {
        let moments = self.moments[channel];
        let inverse = inverse_deviation(&moments);
        let a = p * norm.scale_and_shift(weights, channel).0 * inverse;
        let b = -a * inverse * sums.products / count;
        self.gradient[channel] = T::from_f64(a);
        self.raw[channel] = T::from_f64(b);
        self.constant[channel] = T::from_f64(-a * sums.gradients / count - b * moments.mean);
    }
}

fn inverse_deviation(moments: &Moments2) -> f64 {
    1.0 / (moments.variance() + EPSILON).sqrt()
}

fn total<T>(shards: &[Shard<T>], at: usize) -> f64 {
    shards.iter().map(|shard| shard.sums[at]).sum()
}
