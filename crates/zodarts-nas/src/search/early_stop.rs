//! The criterion for stopping a search early: every edge has settled on one operation.
//!
//! Suppose that every edge with an effect is one-hot and all chains of a round compute the same operations.
//! Then the Jacobian of sparsemax is zero, so ∇α `L_val` is exactly zero, the chains follow the same path,
//! and the hypergradient is exactly zero. Only Adam's momentum and weight decay could still move α. An edge
//! has no effect if it reads a node that is always zero, or feeds one that does not reach the output; its
//! mixture may never settle.

use crate::genotype::Genotype;
use crate::methods::RoundReport;
use crate::supernet_problem::SupernetProblem;
use serde::{Deserialize, Serialize};
use zodarts_nn::graph::Network;
use zodarts_nn::liveness::{Extent, Liveness};
use zodarts_nn::space::{Mixture, Space};

/// Watches the rounds of an epoch for edges that have not settled.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct EarlyStop {
    one_hot: bool,
    genotype: Option<Genotype>,
    unchanged: bool,
}

impl EarlyStop {
    /// Returns the state after an epoch that ended with this α and had not settled.
    pub fn after(space: &'static Space, alpha: &[f32]) -> Self {
        Self { genotype: Some(Genotype::argmax(space, alpha)), ..Self::default() }
    }

    /// Begins an epoch.
    pub fn begin(&mut self) {
        self.one_hot = true;
        self.unchanged = true;
    }

    /// Records a round, after its update of α.
    pub fn watch(&mut self, problem: &SupernetProblem, alpha: &[f32], report: &RoundReport) {
        let decided = |alpha: &[f32]| decided(problem.network(), &problem.mixture(alpha));
        let main = decided(alpha);
        self.one_hot &= main.is_some() && report.perturbed_alphas.iter().all(|alpha| decided(alpha) == main);
        let genotype = Some(Genotype::argmax(problem.space(), alpha));
        self.unchanged &= self.genotype == genotype;
        self.genotype = genotype;
    }

    /// Returns true if in every round of the epoch all chains had settled on the same operations and the
    /// genotype did not change.
    pub fn is_settled(self) -> bool {
        self.one_hot && self.unchanged
    }
}

/// Returns the operations that have an effect, or `None` if one of them is not alone on its edge.
fn decided(network: &Network, mixture: &Mixture<f32>) -> Option<Mixture<bool>> {
    let mut live = Liveness::default();
    live.update(network, Some(mixture), Extent::Support);
    let choices = live.choices(network);
    let is_one_hot = |row: &[f32]| row.iter().filter(|p| **p > 0.0).count() == 1;
    let mut rows = choices.rows().zip(mixture.rows());
    rows.all(|(live, row)| live.iter().all(|live| !live) || is_one_hot(row)).then_some(choices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normaliser::Normaliser;
    use std::sync::Arc;
    use zodarts_nn::graph::Shape;
    use zodarts_nn::loss::{Loss, LossKind};
    use zodarts_nn::networks::{MacroShape, supernet};
    use zodarts_nn::space::NAS_BENCH_201;

    fn epoch(settled: &mut EarlyStop, alphas: &[(&[f32], &[f32])]) -> bool {
        let input = Shape { channels: 1, height: 4, width: 4 };
        let shape = MacroShape { input, classes: 2, channels: 8, cells: 1 };
        let network = Arc::new(supernet(&NAS_BENCH_201, &shape));
        let loss = Loss::new(LossKind::CrossEntropy);
        let problem = SupernetProblem::new(network, Arc::new(Normaliser::Sparsemax), loss, 0.5);
        settled.begin();
        for (alpha, perturbed) in alphas {
            let report = RoundReport { perturbed_alphas: vec![perturbed.to_vec()], ..RoundReport::default() };
            settled.watch(&problem, alpha, &report);
        }
        settled.is_settled()
    }

    #[test]
    fn settled_means_one_hot_in_all_chains_for_a_whole_epoch() {
        let mut sharp = vec![0.0; NAS_BENCH_201.alphas()];
        sharp.chunks_exact_mut(5).for_each(|row| row[3] = 1.0);
        let mut soft = sharp.clone();
        soft[3] = 0.2;
        let mut other = sharp.clone();
        (other[3], other[1]) = (0.0, 1.0);
        let mut settled = EarlyStop::default();
        // The first epoch has no earlier genotype to compare with.
        assert!(!epoch(&mut settled, &[(&sharp, &sharp), (&sharp, &sharp)]));
        assert!(epoch(&mut settled, &[(&sharp, &sharp), (&sharp, &sharp)]));
        assert!(!epoch(&mut settled, &[(&sharp, &sharp), (&sharp, &soft)]));
        assert!(!epoch(&mut settled, &[(&soft, &sharp), (&sharp, &sharp)]));
        assert!(!epoch(&mut settled, &[(&sharp, &sharp), (&other, &other)]));
    }

    #[test]
    fn an_edge_without_an_effect_need_not_decide() {
        // Edges 0→1 and 0→2 are `none`, so nodes 1 and 2 are always zero; edge 0→3 is a skip connection.
        let mut alpha = vec![0.0; NAS_BENCH_201.alphas()];
        for (edge, operation) in [(0, 0), (1, 0), (3, 1)] {
            alpha[5 * edge + operation] = 1.0;
        }
        let mut settled = EarlyStop::default();
        epoch(&mut settled, &[(&alpha, &alpha)]);
        assert!(epoch(&mut settled, &[(&alpha, &alpha)]));
        // Once 0→1 passes something, the edges out of node 1 have an effect again. One chain is enough for
        // that.
        let mut fed = alpha.clone();
        (fed[0], fed[1]) = (0.0, 1.0);
        assert!(!epoch(&mut settled, &[(&alpha, &fed)]));
        assert!(!epoch(&mut settled, &[(&fed, &fed)]));
    }

    #[test]
    fn chains_that_decided_differently_have_not_settled() {
        let mut first = vec![0.0; NAS_BENCH_201.alphas()];
        first.chunks_exact_mut(5).for_each(|row| row[3] = 1.0);
        let mut second = first.clone();
        (second[3], second[1]) = (0.0, 1.0);
        let mut settled = EarlyStop::default();
        epoch(&mut settled, &[(&first, &first)]);
        assert!(!epoch(&mut settled, &[(&first, &second)]));
    }
}
