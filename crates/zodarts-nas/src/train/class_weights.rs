//! Weights of the classes in the loss.

use crate::settings::ClassWeights;
use zodarts_data::{Samples, Task};

/// Returns one weight per class, `n / (classes · n_class)`, or, for several labels per image, one weight per
/// label for its positive side, the number of negatives per positive. Classes without images, and labels that
/// every image has, have weight 1.
pub fn weights(kind: ClassWeights, task: Task, samples: &Samples) -> Option<Vec<f64>> {
    match kind {
        ClassWeights::None => None,
        ClassWeights::Balanced => {
            let counts = samples.class_counts();
            let images = samples.cases() as f64;
            let share = if task == Task::MultiLabel { None } else { Some(counts.len() as f64) };
            Some(counts.iter().map(|&count| balanced(count as f64, images, share)).collect())
        }
    }
}

fn balanced(count: f64, images: f64, classes: Option<f64>) -> f64 {
    match classes {
        _ if count == 0.0 => 1.0,
        Some(classes) => images / (classes * count),
        // The images that have it must not lose their weight.
        None if count >= images => 1.0,
        None => (images - count) / count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_classes_weigh_alike_in_sum() {
        let counts = [147.0, 399.0];
        let weights = counts.map(|count| balanced(count, 546.0, Some(2.0)));
        assert!((weights[0] * 147.0 - weights[1] * 399.0).abs() < 1e-9);
        assert!((weights[0] * 147.0 + weights[1] * 399.0 - 546.0).abs() < 1e-9);
        assert_eq!(balanced(0.0, 10.0, Some(2.0)), 1.0);
        assert_eq!(balanced(2.0, 10.0, None), 4.0);
        assert_eq!((balanced(0.0, 10.0, None), balanced(10.0, 10.0, None)), (1.0, 1.0));
    }
}
