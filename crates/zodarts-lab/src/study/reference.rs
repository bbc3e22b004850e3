//! The hypergradient that estimates are compared with.

use super::draws::DrawSize;
use super::estimator::zeroth_order;
use super::tasks::on_all_threads;
use super::vectors::{cosine, mean};
use super::{StudyContext, StudySettings};
use serde::Serialize;
use zodarts_nas::SupernetProblem;
use zodarts_nas::bilevel::BilevelProblem;
use zodarts_nas::methods::{Difference, Method, Mu, PerturbedChain, RoundBatches, ZerothOrder, ZoSettings};
use zodarts_nas::search::Snapshot;

/// The number of axes of α whose chains are in memory at a time.
const AXES: usize = 5;

/// The reference: central differences of the loss on the whole architecture half over every α, averaged over
/// draws of training batches. From the snapshot's chain, T steps are taken at α ± h along an axis over the
/// same training batches; then the loss is computed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reference {
    /// The mean over draws, one value for each α.
    pub gradient: Vec<f64>,
    /// Mean cosine between two draws.
    pub agreement: f64,
    /// The cosine that the exact hypergradient would have with `gradient`, estimated from the agreement by
    /// the formula of Spearman and Brown.
    pub ceiling: f64,
}

impl Reference {
    /// Computes the reference at a snapshot. `tick` is called with the passes as they are done.
    pub(crate) fn at(snapshot: &Snapshot, context: &StudyContext<'_>, tick: &(dyn Fn(usize) + Sync)) -> Self {
        let StudyContext { settings, methods, optimisers, draws, .. } = context;
        let zo = ZoSettings {
            mu: Mu::Absolute(settings.width),
            difference: Difference::CentralLoss,
            perturbed_chain: PerturbedChain::Exact,
            ..zeroth_order(methods)
        };
        let problem = &snapshot.problem;
        let alphas = problem.alpha_count();
        let axes: Vec<Vec<f32>> = (0..alphas).map(|index| axis(index, alphas)).collect();
        let validation = draws.architecture_half();
        let begin = || (problem.worker(), ZerothOrder::new(optimisers, zo));
        let estimate = |(worker, method): &mut (_, ZerothOrder), (draw, axes): (usize, &[Vec<f32>])| {
            let training = draws.draw(draw, DrawSize { training: zo.steps, validation: 0 }).training;
            let batches = RoundBatches {
                training: &training,
                validation: &validation,
                learning_rate: snapshot.learning_rate,
            };
            let mut state = snapshot.state.clone();
            let workers = std::slice::from_mut(worker);
            method.estimate_along(problem, workers, &mut state, &batches, axes);
            tick(Self::task_passes(axes.len(), zo.steps));
            Method::<SupernetProblem>::hypergradient(method).iter().map(|g| f64::from(*g)).collect()
        };
        let tasks: Vec<(usize, &[Vec<f32>])> =
            (0..settings.draws).flat_map(|draw| axes.chunks(AXES).map(move |axes| (draw, axes))).collect();
        let parts: Vec<Vec<f64>> = on_all_threads(tasks, begin, estimate);
        Self::of(&parts.chunks(alphas.div_ceil(AXES)).map(summed).collect::<Vec<_>>())
    }

    /// Returns the passes of `Reference::at` on `alphas` parameters with rounds of `steps` steps, as they
    /// are reported to `tick`.
    pub fn passes(settings: &StudySettings, alphas: usize, steps: usize) -> usize {
        settings.draws * (2 * alphas * (steps + 1) + alphas.div_ceil(AXES) * steps)
    }

    /// Returns the passes of the chains to both sides along some axes, and of the main chain. The loss on the
    /// half counts as one pass.
    fn task_passes(axes: usize, steps: usize) -> usize {
        2 * axes * (steps + 1) + steps
    }

    /// Returns the reference of the gradients of single draws.
    fn of(draws: &[Vec<f64>]) -> Self {
        let pairs = (0..draws.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let cosines: Vec<f64> = pairs.map(|(a, b)| cosine(&draws[a], &draws[b])).collect();
        let agreement = cosines.iter().sum::<f64>() / cosines.len().max(1) as f64;
        let (n, rho) = (draws.len() as f64, agreement.max(0.0));
        Self { gradient: mean(draws), agreement, ceiling: (n * rho / (1.0 + (n - 1.0) * rho)).sqrt() }
    }
}

fn axis(index: usize, alphas: usize) -> Vec<f32> {
    let mut axis = vec![0.0; alphas];
    axis[index] = 1.0;
    axis
}

fn summed(parts: &[Vec<f64>]) -> Vec<f64> {
    (0..parts[0].len()).map(|index| parts.iter().map(|part| part[index]).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_that_agree_leave_no_noise_and_those_that_do_not_leave_no_signal() {
        let same = Reference::of(&vec![vec![1.0, 2.0]; 3]);
        assert_eq!(same.gradient, [1.0, 2.0]);
        assert!((same.agreement - 1.0).abs() < 1e-12 && (same.ceiling - 1.0).abs() < 1e-12);
        let opposed = Reference::of(&[vec![1.0, 0.0], vec![-1.0, 0.0]]);
        assert_eq!((opposed.agreement, opposed.ceiling), (-1.0, 0.0));
        // Two draws at 60°: the mean of many such is at √(2·½/(1 + ½)) from their mean.
        let angle = Reference::of(&[vec![1.0, 0.0], vec![0.5, 0.75_f64.sqrt()]]);
        assert!(
            (angle.agreement - 0.5).abs() < 1e-12 && (angle.ceiling - (2.0_f64 / 3.0).sqrt()).abs() < 1e-12
        );
    }
}
