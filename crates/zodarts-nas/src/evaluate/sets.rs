//! Prediction sets by split-conformal prediction (Vovk et al., 2005; Sadinle et al., 2019): the classes that
//! an image may be of, so that the true one is among them as often as was asked for.
//!
//! A class is in the set if its probability is at least as high as that of all but a small share of the
//! class's own validation images. So the promise holds for each class, also for a rare one, whatever the
//! network: for a new image of the class from where the validation images come from, the set holds the class
//! with at least the wanted probability, over draws of the validation images.

use super::{EvaluateError, Labels, Scores, inputs, wilson};
use serde::{Deserialize, Serialize};
use zodarts_data::Task;

/// The probabilities that a network gave each validation image's true class, by class and in rising order.
#[derive(Clone, Debug, PartialEq)]
pub struct TrueProbabilities(Vec<Vec<f32>>);

impl TrueProbabilities {
    /// Returns the probabilities of the true classes. With several labels per image, a label has those of the
    /// images that have it.
    ///
    /// # Errors
    /// Returns an error if scores and labels do not fit each other or the task.
    pub fn of(scores: &Scores, labels: &Labels, task: Task, names: &[String]) -> Result<Self, EvaluateError> {
        inputs::check(scores, labels, task, names)?;
        let of_class = |class: usize| {
            let column = scores.column(class).into_iter().zip(labels.positive(class, task));
            column.filter(|(_, truth)| *truth).map(|(score, _)| score).collect()
        };
        Ok(Self::new((0..names.len()).map(of_class).collect()))
    }

    /// Wraps probabilities, one list per class, in any order.
    pub fn new(mut classes: Vec<Vec<f32>>) -> Self {
        for class in &mut classes {
            class.sort_by(f32::total_cmp);
        }
        Self(classes)
    }

    /// Returns the probabilities of each class in rising order.
    pub fn classes(&self) -> &[Vec<f32>] {
        &self.0
    }
}

/// The rule by which classes are in the prediction set of an image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PredictionSets {
    /// The probability with which the set holds the true class.
    pub coverage: f64,
    /// The lowest probability at which each class is in the set; 0 for a class with too few validation
    /// images, which is in every set.
    pub least: Vec<f32>,
    /// The number of validation images of each class.
    pub images: Vec<usize>,
}

/// The quality of prediction sets on some images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetsReport {
    /// The rule.
    #[serde(flatten)]
    pub sets: PredictionSets,
    /// Number of images, or of labels that images have.
    pub n: u64,
    /// The share whose set holds the true class; `None` without images.
    pub realised: Option<f64>,
    /// The 95 % interval of that share.
    pub realised_ci95: Option<[f64; 2]>,
    /// The mean number of classes in a set.
    pub mean_size: f64,
    /// The share of images whose set is a single class.
    pub single: f64,
    /// One entry per class.
    pub classes: Vec<ClassCoverage>,
}

/// The share of a class's images whose set holds the class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassCoverage {
    /// Name of the class.
    pub name: String,
    /// Number of images.
    pub n: u64,
    /// The share; `None` without images.
    pub realised: Option<f64>,
    /// The 95 % interval of the share.
    pub realised_ci95: Option<[f64; 2]>,
}

impl PredictionSets {
    /// Returns the rule for a coverage above 0 and below 1.
    pub fn new(truths: &TrueProbabilities, coverage: f64) -> Self {
        let classes = truths.classes();
        let least = classes.iter().map(|rising| least(rising, coverage)).collect();
        Self { coverage, least, images: classes.iter().map(Vec::len).collect() }
    }

    /// Returns the number of a class's validation images from which on the class can be left out of a set.
    pub fn images_needed(coverage: f64) -> usize {
        // A rounding error must not require one more image.
        ((coverage / (1.0 - coverage) - 1e-9).ceil() as usize).max(1)
    }

    /// Returns the classes in the set of an image, in rising order, given its scores and the classes that are
    /// decided for, which are always in it.
    pub fn set(&self, scores: &[f32], decided: &[usize]) -> Vec<usize> {
        let is_in = |class: &usize| scores[*class] >= self.least[*class] || decided.contains(class);
        (0..scores.len()).filter(is_in).collect()
    }

    /// Returns the coverage of the sets of some images, for each of which `decide` returns the classes that
    /// are decided for.
    ///
    /// # Errors
    /// Returns an error if scores and labels do not fit each other or the task.
    pub fn on(
        &self,
        scores: &Scores,
        labels: &Labels,
        task: Task,
        names: &[String],
        decide: impl Fn(&[f32]) -> Vec<usize>,
    ) -> Result<SetsReport, EvaluateError> {
        inputs::check(scores, labels, task, names)?;
        let sets: Vec<Vec<usize>> = scores.rows().map(|row| self.set(row, &decide(row))).collect();
        let of_class = |class: usize| {
            let truths = labels.positive(class, task);
            let covered = sets.iter().zip(&truths).filter(|(set, truth)| **truth && set.contains(&class));
            (covered.count() as u64, truths.iter().filter(|truth| **truth).count() as u64)
        };
        let counts: Vec<(u64, u64)> = (0..names.len()).map(of_class).collect();
        let share = |(covered, n): (u64, u64)| (n > 0).then(|| covered as f64 / n as f64);
        let class = |(name, &(covered, n)): (&String, &(u64, u64))| ClassCoverage {
            name: name.clone(),
            n,
            realised: share((covered, n)),
            realised_ci95: wilson(covered, n),
        };
        let all = counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
        let images = sets.len() as f64;
        Ok(SetsReport {
            sets: self.clone(),
            n: all.1,
            realised: share(all),
            realised_ci95: wilson(all.0, all.1),
            mean_size: sets.iter().map(Vec::len).sum::<usize>() as f64 / images,
            single: sets.iter().filter(|set| set.len() == 1).count() as f64 / images,
            classes: names.iter().zip(&counts).map(class).collect(),
        })
    }
}

/// Returns the rank of the probability that bounds a set, from 1 for the highest of `images`; above `images`
/// if none is low enough.
fn rank(images: usize, coverage: f64) -> usize {
    // A rounding error must not require one more image.
    ((images + 1) as f64 * coverage - 1e-9).ceil() as usize
}

/// Returns the lowest probability at which a class is in a set.
fn least(rising: &[f32], coverage: f64) -> f32 {
    let rank = rank(rising.len(), coverage);
    if rank > rising.len() { 0.0 } else { rising[rising.len() - rank.max(1)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn names() -> [String; 3] {
        ["a", "b", "c"].map(String::from)
    }

    #[test]
    fn a_coverage_needs_as_many_images_as_one_of_them_may_be_missed() {
        let needed = [0.5, 0.9, 0.95, 0.99].map(PredictionSets::images_needed);
        assert_eq!(needed, [1, 9, 19, 99]);
    }

    #[test]
    fn a_set_holds_what_is_decided_and_what_is_likely_enough() {
        let nine: Vec<f32> = (1..=9).map(|tenth| tenth as f32 / 10.0).collect();
        let truths = TrueProbabilities::new(vec![nine.clone(), nine[..8].to_vec(), nine]);
        let sets = PredictionSets::new(&truths, 0.8);
        assert_eq!((&sets.least[..], &sets.images[..]), (&[0.2_f32, 0.1, 0.2][..], &[9, 8, 9][..]));
        assert_eq!(sets.set(&[0.85, 0.1, 0.05], &[0]), [0, 1]);
        assert_eq!(sets.set(&[0.3, 0.05, 0.65], &[2]), [0, 2]);
        assert_eq!(sets.set(&[0.1, 0.05, 0.1], &[1]), [1], "never empty");
        // Too few images to leave a class out.
        assert_eq!(PredictionSets::new(&truths, 0.95).least, [0.0; 3]);
    }

    /// Draws scores of a class: more probability for the true one than for others, but not always.
    fn draw(images: usize, random: &mut ChaCha8Rng) -> (Scores, Labels) {
        let (mut scores, mut labels) = (Vec::new(), Vec::new());
        for image in 0..images {
            let truth = [0, 0, 0, 1, 1, 2][image % 6];
            let mut row: [f32; 3] = std::array::from_fn(|class| {
                random.random_range(0.01..1.0_f32) + if class == truth { 0.4 } else { 0.0 }
            });
            let sum: f32 = row.iter().sum();
            for score in &mut row {
                *score /= sum;
            }
            scores.extend(row);
            labels.push(truth as u16);
        }
        (Scores::new(images, 3, scores).unwrap(), Labels::new(images, 1, labels).unwrap())
    }

    #[test]
    fn each_class_is_covered_as_often_as_was_asked_for() {
        let random = &mut ChaCha8Rng::seed_from_u64(5);
        let task = Task::MultiClass;
        for (coverage, rounds) in [(0.8, 400), (0.95, 400)] {
            let mut covered = [0.0; 3];
            for _ in 0..rounds {
                let (scores, labels) = draw(180, random);
                let truths = TrueProbabilities::of(&scores, &labels, task, &names()).unwrap();
                let sets = PredictionSets::new(&truths, coverage);
                let (scores, labels) = draw(180, random);
                // No class is decided for, which would only raise the coverage.
                let found = sets.on(&scores, &labels, task, &names(), |_| Vec::new()).unwrap();
                for (sum, class) in covered.iter_mut().zip(&found.classes) {
                    *sum += class.realised.unwrap() / f64::from(rounds);
                }
            }
            for (class, covered) in covered.into_iter().enumerate() {
                // Of class c there are 30 images: the rank's rounding adds up to 1/31.
                let n = [90.0, 60.0, 30.0][class];
                let wanted = coverage - 0.008..coverage + 1.0 / (n + 1.0) + 0.008;
                assert!(wanted.contains(&covered), "{coverage}, class {class}: {covered}");
            }
        }
    }

    #[test]
    fn the_report_counts_sizes_and_classes() {
        let sets = PredictionSets { coverage: 0.9, least: vec![0.3, 0.3, 0.9], images: vec![20; 3] };
        let values = vec![0.5, 0.4, 0.1, 0.2, 0.7, 0.1, 0.6, 0.2, 0.2, 0.1, 0.1, 0.8];
        let (scores, labels) =
            (Scores::new(4, 3, values).unwrap(), Labels::new(4, 1, vec![1, 1, 2, 2]).unwrap());
        let first = |row: &[f32]| crate::evaluate::decide(row, Task::MultiClass);
        let found = sets.on(&scores, &labels, Task::MultiClass, &names(), first).unwrap();
        assert_eq!((found.n, found.realised, found.mean_size, found.single), (4, Some(0.75), 1.25, 0.75));
        let classes: Vec<_> = found.classes.iter().map(|class| (class.n, class.realised)).collect();
        assert_eq!(classes, [(0, None), (2, Some(1.0)), (2, Some(0.5))]);
    }

    #[test]
    fn a_label_has_its_own_images() {
        let scores = Scores::new(3, 2, vec![0.9, 0.2, 0.6, 0.7, 0.1, 0.3]).unwrap();
        let labels = Labels::new(3, 2, vec![1, 0, 1, 1, 0, 0]).unwrap();
        let names = &names()[..2];
        let truths = TrueProbabilities::of(&scores, &labels, Task::MultiLabel, names).unwrap();
        assert_eq!(truths.classes(), [vec![0.6, 0.9], vec![0.7]]);
        let sets = PredictionSets::new(&truths, 0.5);
        assert_eq!(sets.least, [0.6, 0.7]);
        let found = sets.on(&scores, &labels, Task::MultiLabel, names, |_| Vec::new()).unwrap();
        assert_eq!((found.n, found.realised), (3, Some(1.0)));
        assert_eq!((found.mean_size, found.single), (1.0, 1.0 / 3.0));
    }
}
