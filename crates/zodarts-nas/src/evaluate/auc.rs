//! The area under the ROC curve, computed from ranks.

/// One class against the rest, sorted by score once, so that each resample takes one pass over the images.
pub(super) struct RankedScores {
    /// Images in ascending order of score.
    ranked: Vec<Ranked>,
}

struct Ranked {
    image: usize,
    positive: bool,
    /// True if the score is above that of the previous image.
    above_previous: bool,
}

impl RankedScores {
    /// Ranks finite scores. `positive` is true for the images of the class.
    pub(super) fn new(scores: &[f32], positive: &[bool]) -> Self {
        let mut images: Vec<usize> = (0..scores.len()).collect();
        // Adding zero turns -0 into 0, so that the two tie.
        images.sort_by(|&a, &b| (scores[a] + 0.0).total_cmp(&(scores[b] + 0.0)));
        let mut previous = f32::NEG_INFINITY;
        let ranked = images
            .into_iter()
            .map(|image| {
                let above_previous = scores[image] > previous;
                previous = scores[image];
                Ranked { image, positive: positive[image], above_previous }
            })
            .collect();
        Self { ranked }
    }

    /// Returns the area when image `i` counts `weights[i]` times, or `None` without a positive or without a
    /// negative image.
    ///
    /// This is the Mann–Whitney statistic: the share of pairs of a positive and a negative image in which the
    /// positive image scores higher, where ties count one half. It equals the trapezoidal area under the ROC
    /// curve.
    pub(super) fn auc(&self, weights: &[u32]) -> Option<f64> {
        let mut sweep = Sweep::default();
        for entry in &self.ranked {
            if entry.above_previous {
                sweep.close_tie();
            }
            let weight = u64::from(weights[entry.image]);
            if entry.positive {
                sweep.tied_positives += weight;
            } else {
                sweep.tied_negatives += weight;
            }
        }
        sweep.close_tie();
        let pairs = sweep.positives * sweep.negatives;
        (pairs > 0).then(|| sweep.twice_wins as f64 / (2.0 * pairs as f64))
    }

    /// Returns the influence of each image on the area, or `None` with fewer than two positive or two
    /// negative images, of which no variance is known.
    ///
    /// The sum of their squares is `DeLong`'s variance of the area (`DeLong`, `DeLong` and Clarke-Pearson,
    /// 1988).
    pub(super) fn influence(&self) -> Option<Vec<f64>> {
        let positives = self.ranked.iter().filter(|entry| entry.positive).count();
        let negatives = self.ranked.len() - positives;
        if positives < 2 || negatives < 2 {
            return None;
        }
        let (m, n) = (positives as f64, negatives as f64);
        // The share of the other kind that an image is right about: a positive image is above it.
        let mut shares = vec![0.0; self.ranked.len()];
        let (mut below_positives, mut below_negatives) = (0.0, 0.0);
        for tie in self.ranked.chunk_by(|_, next| !next.above_previous) {
            let tied_positives = tie.iter().filter(|entry| entry.positive).count() as f64;
            let tied_negatives = tie.len() as f64 - tied_positives;
            for entry in tie {
                shares[entry.image] = if entry.positive {
                    (below_negatives + tied_negatives / 2.0) / n
                } else {
                    (m - below_positives - tied_positives / 2.0) / m
                };
            }
            below_positives += tied_positives;
            below_negatives += tied_negatives;
        }
        let of_positives = self.ranked.iter().filter(|entry| entry.positive).map(|entry| shares[entry.image]);
        let area = of_positives.sum::<f64>() / m;
        let mut values = shares;
        for entry in &self.ranked {
            let count = if entry.positive { m } else { n };
            values[entry.image] = (values[entry.image] - area) / (count * (count - 1.0)).sqrt();
        }
        Some(values)
    }
}

/// Weights of the images below the current score and of those at it.
#[derive(Default)]
struct Sweep {
    positives: u64,
    negatives: u64,
    tied_positives: u64,
    tied_negatives: u64,
    twice_wins: u64,
}

impl Sweep {
    fn close_tie(&mut self) {
        self.twice_wins += self.tied_positives * (2 * self.negatives + self.tied_negatives);
        self.positives += std::mem::take(&mut self.tied_positives);
        self.negatives += std::mem::take(&mut self.tied_negatives);
    }
}
