//! Blends of two images of a batch with their targets.

use super::batch::Batch;
use crate::rng::epoch_order;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution};
use serde::{Deserialize, Serialize};

/// A way to blend the images of a batch. One λ ~ Beta(α, α) and one random pairing are drawn per batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mix {
    /// No blending.
    #[default]
    None,
    /// λ·x + (1 − λ)·x' for pixels and targets (Zhang et al., ICLR 2018).
    Mixup {
        /// The parameter α of the Beta distribution; 0 for no blending.
        alpha: f32,
    },
    /// A box of area 1 − λ comes from the other image; targets are weighted by area (Yun et al., ICCV 2019).
    Cutmix {
        /// The parameter α of the Beta distribution; 0 for no blending.
        alpha: f32,
    },
}

impl Mix {
    /// Blends a filled batch.
    pub(super) fn apply(self, batch: &mut Batch, rng: &mut ChaCha8Rng) {
        match self {
            Mix::None => {}
            Mix::Mixup { alpha } => {
                let Some(lambda) = draw(alpha, rng) else { return };
                let partners = epoch_order(batch.n, rng);
                blend(&mut batch.images, &mut batch.scratch, &partners, lambda);
                blend(&mut batch.targets, &mut batch.scratch, &partners, lambda);
            }
            Mix::Cutmix { alpha } => {
                let Some(lambda) = draw(alpha, rng) else { return };
                let partners = epoch_order(batch.n, rng);
                let kept = paste(batch, &partners, &Region::draw(batch.height, batch.width, lambda, rng));
                blend(&mut batch.targets, &mut batch.scratch, &partners, kept);
            }
        }
    }
}

fn draw(alpha: f32, rng: &mut ChaCha8Rng) -> Option<f32> {
    Beta::new(alpha, alpha).ok().map(|beta| beta.sample(rng)).filter(|lambda| lambda.is_finite())
}

fn blend(values: &mut [f32], copy: &mut Vec<f32>, partners: &[usize], lambda: f32) {
    if partners.is_empty() {
        return;
    }
    copy.clear();
    copy.extend_from_slice(values);
    let length = values.len() / partners.len();
    for (row, &partner) in values.chunks_exact_mut(length).zip(partners) {
        for (value, other) in row.iter_mut().zip(&copy[partner * length..]) {
            *value = (other + lambda * (*value - other)).clamp(0.0, 1.0);
        }
    }
}

/// A box clipped to the image.
#[derive(Clone, Debug)]
struct Region {
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
}

impl Region {
    fn draw(height: usize, width: usize, lambda: f32, rng: &mut ChaCha8Rng) -> Region {
        let side = (1.0 - lambda).max(0.0).sqrt();
        let mut span = |length: usize| {
            let half = (length as f32 * side) as usize / 2;
            let centre = rng.random_range(0..length as u64) as usize;
            centre.saturating_sub(half)..(centre + half).min(length)
        };
        Region { rows: span(height), columns: span(width) }
    }
}

/// Pastes the partners' pixels into the region; returns the share of the image that was kept.
fn paste(batch: &mut Batch, partners: &[usize], region: &Region) -> f32 {
    let (area, width, length) = (batch.height * batch.width, batch.width, batch.image_len());
    batch.scratch.clear();
    batch.scratch.extend_from_slice(&batch.images);
    for (image, &partner) in batch.images.chunks_exact_mut(length).zip(partners) {
        let other = &batch.scratch[partner * length..][..length];
        for start in (0..batch.channels).flat_map(|c| region.rows.clone().map(move |y| c * area + y * width))
        {
            let span = start + region.columns.start..start + region.columns.end;
            image[span.clone()].copy_from_slice(&other[span]);
        }
    }
    1.0 - (region.rows.len() * region.columns.len()) as f32 / area as f32
}
