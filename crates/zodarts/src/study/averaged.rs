//! A bilevel problem whose batches are several of another's.

use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::methods::combined;

/// Losses and gradients averaged over the parts of a batch, by their images: the same function as part by part, normalised within
/// each part, with less noise.
pub struct Averaged<P>(pub P);

impl<P: BilevelProblem> BilevelProblem for Averaged<P> {
    type Batch = Vec<P::Batch>;
    type Worker = (P::Worker, Gradients);

    fn weight_count(&self) -> usize {
        self.0.weight_count()
    }

    fn alpha_count(&self) -> usize {
        self.0.alpha_count()
    }

    fn worker(&self) -> Self::Worker {
        let gradients =
            Gradients { weights: vec![0.0; self.weight_count()], alpha: vec![0.0; self.alpha_count()] };
        (self.0.worker(), gradients)
    }

    fn evaluate(
        &self,
        (worker, part): &mut Self::Worker,
        weights: &[f32],
        alpha: &[f32],
        batch: &Self::Batch,
        want: Want,
        gradients: &mut Gradients,
    ) -> Evaluation {
        if let [only] = &batch[..] {
            return self.0.evaluate(worker, weights, alpha, only, want, gradients);
        }
        gradients.weights.fill(0.0);
        gradients.alpha.fill(0.0);
        let mut total = Evaluation::default();
        for images in batch {
            let evaluation = self.0.evaluate(worker, weights, alpha, images, want, part);
            total = combined(total, evaluation);
            // A running mean: each part moves it by its share of the images so far.
            let share = evaluation.images as f32 / total.images as f32;
            if want.weights() {
                blend(&mut gradients.weights, &part.weights, share);
            }
            if want.alpha() {
                blend(&mut gradients.alpha, &part.alpha, share);
            }
        }
        total
    }
}

fn blend(mean: &mut [f32], value: &[f32], share: f32) {
    mean.iter_mut().zip(value).for_each(|(mean, value)| *mean += share * (value - *mean));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Loss Σ (w − c)² over a batch of `images` copies of c; counts as many images.
    struct Shifted;

    impl BilevelProblem for Shifted {
        type Batch = (f32, usize);
        type Worker = ();

        fn weight_count(&self) -> usize {
            1
        }

        fn alpha_count(&self) -> usize {
            1
        }

        fn worker(&self) {}

        fn evaluate(
            &self,
            (): &mut (),
            weights: &[f32],
            alpha: &[f32],
            (c, images): &(f32, usize),
            want: Want,
            gradients: &mut Gradients,
        ) -> Evaluation {
            let distance = weights[0] + alpha[0] - c;
            let slope = |wanted: bool| if wanted { 2.0 * distance } else { f32::NAN };
            (gradients.weights[0], gradients.alpha[0]) = (slope(want.weights()), slope(want.alpha()));
            Evaluation { loss: f64::from(distance * distance), correct: 1.0, images: *images }
        }
    }

    #[test]
    fn parts_count_by_their_images() {
        let problem = Averaged(Shifted);
        let mut worker = problem.worker();
        let mut gradients = Gradients { weights: vec![7.0], alpha: vec![7.0] };
        let batch = vec![(0.0, 3), (4.0, 1)];
        let found = problem.evaluate(&mut worker, &[1.0], &[1.0], &batch, Want::Both, &mut gradients);
        assert_eq!(found, Evaluation { loss: 4.0, correct: 2.0, images: 4 });
        assert_eq!((gradients.weights[0], gradients.alpha[0]), (2.0, 2.0), "(3·4 + 1·(−4))/4");
        problem.evaluate(&mut worker, &[1.0], &[1.0], &batch[..1].to_vec(), Want::Alpha, &mut gradients);
        assert_eq!(gradients.alpha[0], 4.0);
    }
}
