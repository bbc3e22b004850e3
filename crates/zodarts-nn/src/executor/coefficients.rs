//! Factors per channel that turn an edge into a term of a sum, forward and backward.
//!
//! An edge with normalisation contributes `p·(γ·ŷ + β)` with `ŷ = (raw − mean)·r` and `r = 1/√(var + ε)`.
//! Forward, this is `scale·raw + shift`. Backward, with `m₁ = mean(d)` and `m₂ = mean(d·ŷ)` over the batch,
//! the gradient of `raw` is `p·γ·r·(d − m₁ − ŷ·m₂) = a·d + b·raw + c`.

use super::live_network::LiveNetwork;
use super::pass::Parameters;
use super::shard::Shard;
use crate::graph::{EPSILON, Network, NodeId, Norm};
use crate::liveness::weight;
use crate::space::{Mixture, Space};
use zodarts_kernels::{Real, SampleMoments};

/// The factors of every edge and the constants of every node.
#[derive(Debug)]
pub struct Coefficients<T> {
    edges: Vec<EdgeCoefficients<T>>,
    biases: Vec<Vec<T>>,
    zeros: Vec<T>,
    ones: Vec<T>,
    /// Sums of ∂L/∂p, one for each row and operation.
    mixture_sums: Vec<f64>,
}

/// The factors of an edge, one per channel.
#[derive(Clone, Debug)]
struct EdgeCoefficients<T> {
    /// Factor of the edge's term, forward.
    scale: Vec<T>,
    /// Constant of the edge, forward.
    shift: Vec<T>,
    /// Mean of the edge's values, rounded to `T`.
    centre: Vec<T>,
    /// Moments of the edge's values over the batch.
    moments: Vec<SampleMoments>,
    /// a, the factor of d, backward.
    gradient: Vec<T>,
    /// b, the factor of the raw value, backward.
    value: Vec<T>,
    /// c, the constant, backward.
    constant: Vec<T>,
}

/// Factors of the gradient of an edge's raw value x, `gradient·d + value·x + constant`, one per channel.
#[derive(Clone, Copy)]
pub struct BackwardFactors<'a, T> {
    /// Factors of d.
    pub gradient: &'a [T],
    /// Factors of x.
    pub value: &'a [T],
    /// Constants.
    pub constant: &'a [T],
}

/// The shards of a batch, whose partial sums are added.
#[derive(Clone, Copy)]
pub struct BatchSums<'a, T> {
    /// The shards in use.
    pub shards: &'a [Shard<T>],
    /// Images in the batch.
    pub images: usize,
}

impl<T: Real> Coefficients<T> {
    /// Creates factors of zero.
    pub fn new(network: &Network) -> Self {
        let zeros = |channels| vec![T::ZERO; channels];
        let edges = network.edges.iter().map(|edge| {
            let channels = network.nodes[edge.target].channels;
            EdgeCoefficients {
                scale: zeros(channels),
                shift: zeros(channels),
                centre: zeros(channels),
                moments: vec![SampleMoments::default(); channels],
                gradient: zeros(channels),
                value: zeros(channels),
                constant: zeros(channels),
            }
        });
        let most = network.nodes.iter().map(|shape| shape.channels).max().unwrap_or(0);
        Self {
            edges: edges.collect(),
            biases: network.nodes.iter().map(|shape| zeros(shape.channels)).collect(),
            zeros: zeros(most),
            ones: vec![T::ONE; most],
            mixture_sums: Vec::new(),
        }
    }

    /// Returns the factors of the edge's term, one per channel.
    pub fn scale(&self, edge: usize) -> &[T] {
        &self.edges[edge].scale
    }

    /// Returns the means of the edge's values, one per channel.
    pub fn centre(&self, edge: usize) -> &[T] {
        &self.edges[edge].centre
    }

    /// Returns the factors of the gradient of the edge's raw value.
    pub fn backward_factors(&self, edge: usize) -> BackwardFactors<'_, T> {
        let EdgeCoefficients { gradient, value, constant, .. } = &self.edges[edge];
        BackwardFactors { gradient, value, constant }
    }

    /// Returns the constants of a node, one per channel.
    pub fn bias(&self, node: NodeId) -> &[T] {
        &self.biases[node]
    }

    /// Returns a zero for each channel of the widest node.
    pub fn zeros(&self) -> &[T] {
        &self.zeros
    }

    /// Returns a one for each channel of the widest node.
    pub fn ones(&self) -> &[T] {
        &self.ones
    }

    /// Sets the factors that do not depend on statistics: an edge without normalisation is scaled by its
    /// weight.
    pub fn begin(&mut self, network: &Network, parameters: Parameters<'_, T>) {
        for (index, edge) in network.edges.iter().enumerate() {
            if edge.op.norm().is_none() {
                let p = weight(network, index, parameters.mixture);
                let own = &mut self.edges[index];
                own.scale.fill(p);
                own.gradient.fill(p);
            }
        }
    }

    /// Adds the shifts of a node's incoming edges.
    pub fn sum_shifts(&mut self, net: &LiveNetwork, node: NodeId) {
        let bias = &mut self.biases[node];
        bias.fill(T::ZERO);
        for edge in net.incoming(node) {
            bias.iter_mut().zip(&self.edges[edge].shift).for_each(|(sum, &shift)| *sum += shift);
        }
    }

    /// Sets the forward factors of a node's outgoing edges from the statistics of the whole batch.
    pub fn take_batch(
        &mut self,
        net: &LiveNetwork,
        parameters: Parameters<'_, T>,
        shards: &[Shard<T>],
        node: NodeId,
    ) {
        for index in net.outgoing(node) {
            let Some(norm) = net.op(index).norm() else { continue };
            let own = &mut self.edges[index];
            for (channel, total) in own.moments.iter_mut().enumerate() {
                let at = net.plan.edge_sums[index] + channel;
                let parts = shards.iter().map(|shard| shard.partial.moments[at]);
                *total = parts.fold(SampleMoments::default(), SampleMoments::merge);
            }
            own.set_forward(norm, parameters.weights, weight(&net.network, index, parameters.mixture));
        }
    }

    /// Moves running statistics towards those of the last batch.
    pub fn update_running(&self, net: &LiveNetwork, running: &mut [T], momentum: f64) {
        for (index, edge) in net.live_edges() {
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

    /// Sets the backward factors of a node's incoming edges. Writes the gradients of their scales and shifts
    /// to `gradient`, if there is one.
    pub fn backward(
        &mut self,
        net: &LiveNetwork,
        parameters: Parameters<'_, T>,
        batch: BatchSums<'_, T>,
        node: NodeId,
        mut gradient: Option<&mut [T]>,
    ) {
        let shape = net.network.nodes[node];
        let count = (batch.images * shape.height * shape.width) as f64;
        for index in net.incoming(node) {
            let Some(norm) = net.op(index).norm() else { continue };
            let p = weight(&net.network, index, parameters.mixture).to_f64();
            for channel in 0..shape.channels {
                let sums = self.sums(net, batch.shards, index, channel);
                self.edges[index].set_backward(norm, parameters.weights, p, channel, sums, count);
                if let (Some(gradient), Some((scale, shift))) = (gradient.as_deref_mut(), &norm.affine) {
                    gradient[scale.start + channel] = T::from_f64(p * sums.products);
                    gradient[shift.start + channel] = T::from_f64(p * sums.gradients);
                }
            }
        }
    }

    /// Writes ∂L/∂p, after the backward pass.
    pub fn mixture_gradients(
        &mut self,
        net: &LiveNetwork,
        parameters: Parameters<'_, T>,
        shards: &[Shard<T>],
        gradient: &mut Mixture<T>,
    ) {
        let columns = net.network.space.map_or(0, Space::columns);
        let mut sums_of_p = std::mem::take(&mut self.mixture_sums);
        sums_of_p.clear();
        sums_of_p.resize(gradient.values().len(), 0.0);
        for (index, edge) in net.live_edges() {
            let Some((row, column)) = edge.choice else { continue };
            for channel in 0..net.channels(edge.target) {
                sums_of_p[row * columns + column] += match edge.op.norm() {
                    Some(norm) => {
                        let (scale, shift) = norm.scale_and_shift(parameters.weights, channel);
                        let sums = self.sums(net, shards, index, channel);
                        scale * sums.products + shift * sums.gradients
                    }
                    None => total(shards, net.plan.edge_sums[index] + channel),
                };
            }
        }
        for (gradient, sum) in gradient.values_mut().iter_mut().zip(&sums_of_p) {
            *gradient = T::from_f64(*sum);
        }
        self.mixture_sums = sums_of_p;
    }

    /// Returns the sums of one channel of an edge over the batch.
    fn sums(&self, net: &LiveNetwork, shards: &[Shard<T>], edge: usize, channel: usize) -> NormSums {
        let node = net.network.edges[edge].target;
        let gradients = total(shards, net.plan.node_sums[node] + channel);
        let own = &self.edges[edge];
        let moments = own.moments[channel];
        // The dot products were centred on the mean rounded to T.
        let rounding = moments.mean - own.centre[channel].to_f64();
        let centred = total(shards, net.plan.edge_sums[edge] + channel) - rounding * gradients;
        NormSums { gradients, products: centred * inverse_deviation(&moments) }
    }
}

/// Sums over the batch for one channel of a normalisation.
#[derive(Clone, Copy)]
struct NormSums {
    /// Σ d.
    gradients: f64,
    /// Σ d·ŷ.
    products: f64,
}

impl<T: Real> EdgeCoefficients<T> {
    /// Sets the forward factors from the moments; p is the weight of the edge.
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

    /// Sets the backward factors of a channel with `count` values; p is the weight of the edge.
    fn set_backward(
        &mut self,
        norm: &Norm,
        weights: &[T],
        p: f64,
        channel: usize,
        sums: NormSums,
        count: f64,
    ) {
        let moments = self.moments[channel];
        let inverse = inverse_deviation(&moments);
        let a = p * norm.scale_and_shift(weights, channel).0 * inverse;
        let b = -a * inverse * sums.products / count;
        self.gradient[channel] = T::from_f64(a);
        self.value[channel] = T::from_f64(b);
        self.constant[channel] = T::from_f64(-a * sums.gradients / count - b * moments.mean);
    }
}

/// Returns 1/√(var + ε).
fn inverse_deviation(moments: &SampleMoments) -> f64 {
    1.0 / (moments.variance() + EPSILON).sqrt()
}

/// Returns the sum of the shards' sums at a position.
fn total<T>(shards: &[Shard<T>], at: usize) -> f64 {
    shards.iter().map(|shard| shard.partial.sums[at]).sum()
}
