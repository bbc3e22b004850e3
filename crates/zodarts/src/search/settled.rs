//! When a search has nothing left to decide.
//!
//! If every edge is one-hot and stays one-hot under the perturbation, sparsemax has no slope: ∇α `L_val` is
//! exactly zero, both chains of a round follow the same path, and the hypergradient is exactly zero. Only
//! Adam's momentum and weight decay could still move α.

use crate::genotype::Genotype;
use crate::methods::RoundReport;
use crate::normaliser::Normaliser;
use zodarts_nn::space::Mixture;

/// Watches the rounds of an epoch.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    one_hot: bool,
    genotype: Option<Genotype>,
    unchanged: bool,
}

impl Settled {
    /// Starts an epoch.
    pub fn begin(&mut self) {
        self.one_hot = true;
        self.unchanged = true;
    }

    /// Takes note of a round, after its update of α.
    pub fn watch(&mut self, normaliser: Normaliser, temperature: f64, alpha: &[f32], report: &RoundReport) {
        let one_hot = |alpha: &[f32]| is_one_hot(&normaliser.mixture(alpha, temperature));
        self.one_hot &= one_hot(alpha) && report.perturbed_alphas.iter().all(|alpha| one_hot(alpha));
        let genotype = Some(Genotype::argmax(alpha));
        self.unchanged &= self.genotype == genotype;
        self.genotype = genotype;
    }

    /// Whether every round of the epoch was one-hot, in all chains, with the same genotype as before.
    pub fn is_settled(&self) -> bool {
        self.one_hot && self.unchanged
    }
}

fn is_one_hot(mixture: &Mixture<f32>) -> bool {
    mixture.iter().all(|row| row.iter().filter(|p| **p > 0.0).count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zodarts_nn::space::ALPHAS;

    fn epoch(settled: &mut Settled, alphas: &[(&[f32], &[f32])]) -> bool {
        settled.begin();
        for (alpha, perturbed) in alphas {
            let report = RoundReport { perturbed_alphas: vec![perturbed.to_vec()], ..RoundReport::default() };
            settled.watch(Normaliser::Sparsemax, 0.5, alpha, &report);
        }
        settled.is_settled()
    }

    #[test]
    fn settled_means_one_hot_in_all_chains_for_a_whole_epoch() {
        let mut sharp = vec![0.0; ALPHAS];
        sharp.chunks_exact_mut(5).for_each(|row| row[3] = 1.0);
        let mut soft = sharp.clone();
        soft[3] = 0.2;
        let mut other = sharp.clone();
        (other[3], other[1]) = (0.0, 1.0);
        let mut settled = Settled::default();
        // The first epoch has no genotype to compare with.
        assert!(!epoch(&mut settled, &[(&sharp, &sharp), (&sharp, &sharp)]));
        assert!(epoch(&mut settled, &[(&sharp, &sharp), (&sharp, &sharp)]));
        assert!(!epoch(&mut settled, &[(&sharp, &sharp), (&sharp, &soft)]));
        assert!(!epoch(&mut settled, &[(&soft, &sharp), (&sharp, &sharp)]));
        assert!(!epoch(&mut settled, &[(&sharp, &sharp), (&other, &other)]));
    }
}
