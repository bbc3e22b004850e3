//! Compiled networks against their definition, and the same bits in any batch on any number of threads.

mod common;

use Operation::{AvgPool3x3, Conv1x1, Conv3x3, None, SkipConnect};
use common::reference::{features, logits};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zodarts_kernels::Kernels;
use zodarts_nn::executor::Convolutions;
use zodarts_nn::graph::{Network, Shape};
use zodarts_nn::inference::{Compiled, TrainedParameters};
use zodarts_nn::networks::{MacroShape, discrete, resnet18};
use zodarts_nn::parameters::TensorLayout;
use zodarts_nn::scalar::Scalar;
use zodarts_nn::space::{Choice, NAS_BENCH_201, Operation};

const CHOICES: [[Operation; 6]; 5] = [
    [Conv3x3, Conv3x3, Conv3x3, Conv3x3, Conv3x3, Conv3x3],
    [Conv3x3, SkipConnect, Conv1x1, AvgPool3x3, Conv3x3, Conv1x1],
    [AvgPool3x3, AvgPool3x3, SkipConnect, AvgPool3x3, AvgPool3x3, Conv3x3],
    [SkipConnect, None, None, SkipConnect, AvgPool3x3, None],
    [None, None, None, Conv1x1, None, None],
];

/// A network with weights and running statistics as a training could leave them.
struct Trained<T> {
    network: Network,
    weights: Vec<T>,
    statistics: Vec<T>,
    random: ChaCha8Rng,
}

impl<T: Scalar> Trained<T> {
    fn new(network: Network) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(23);
        let mut draw = |layout: &TensorLayout| {
            let mut values = vec![T::ZERO; layout.len()];
            for tensor in layout.tensors() {
                let fan_in = tensor.shape.iter().skip(1).product::<usize>() as f64;
                let (low, high) = match &tensor.name {
                    name if name.ends_with("running_var") => (0.5, 2.0),
                    name if name.contains("bn") && name.ends_with(".weight") => (0.5, 1.5),
                    _ => (-1.5 / fan_in.sqrt(), 1.5 / fan_in.sqrt()),
                };
                for value in &mut values[tensor.range.clone()] {
                    *value = T::from_f64(random.random_range(low..high));
                }
            }
            values
        };
        let (weights, statistics) = (draw(&network.weights), draw(&network.statistics));
        Self { network, weights, statistics, random }
    }

    fn images(&mut self, count: usize) -> Vec<f32> {
        let Shape { channels, height, width } = self.network.input();
        (0..count * channels * height * width).map(|_| self.random.random_range(0.0..1.0)).collect()
    }

    fn compiled(&self, kernels: Kernels<T>, convolutions: Convolutions) -> Compiled<T> {
        let parameters = TrainedParameters { weights: &self.weights, statistics: &self.statistics };
        Compiled::with_kernels(&self.network, parameters, kernels, convolutions)
    }

    /// Returns the logits by the network's definition.
    fn expected(&self, images: &[f32]) -> Vec<f64> {
        logits(&self.network, &self.weights, &self.statistics, images)
    }
}

fn check<T: Scalar>(network: &Network, count: usize, kernels: Kernels<T>, convolutions: Convolutions) {
    let mut trained = Trained::<T>::new(network.clone());
    let images = trained.images(count);
    let expected = trained.expected(&images);
    let found = trained.compiled(kernels, convolutions).logits(&images);
    near(&found, &expected, if size_of::<T>() == 4 { 1e-5 } else { 1e-12 });
}

/// Holds values to expected ones, relative to the largest.
fn near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * scale, "value {i}: found {a}, expected {b}");
    }
}

/// On every implementation, by Winograd and by definition.
fn check_everywhere(network: &Network, count: usize) {
    for convolutions in [Convolutions::Fast, Convolutions::Direct] {
        check(network, count, Kernels::<f32>::detect(), convolutions);
        check(network, count, Kernels::<f32>::portable(), convolutions);
        check(network, count, Kernels::<f64>::portable(), convolutions);
    }
}

fn genotype(channels: usize, sides: [usize; 2], width: usize, choice: [Operation; 6]) -> Network {
    let input = Shape { channels, height: sides[0], width: sides[1] };
    let shape = MacroShape { input, classes: 3, channels: width, cells: 1 };
    discrete(&shape, Choice::new(&NAS_BENCH_201, &choice)).expect("a path")
}

#[test]
fn every_operation_by_definition() {
    for choice in CHOICES {
        check_everywhere(&genotype(1, [28, 28], 16, choice), 2);
    }
}

#[test]
fn odd_sizes_by_definition() {
    for (index, sides) in [[27, 29], [33, 7], [7, 5], [4, 4], [1, 1], [9, 1]].into_iter().enumerate() {
        check_everywhere(&genotype(3, sides, 5 + index, CHOICES[index % CHOICES.len()]), 2);
    }
}

#[test]
fn channels_that_do_not_fill_the_lanes_by_definition() {
    for width in [1, 3, 8, 12, 25] {
        check_everywhere(&genotype(1, [9, 10], width, CHOICES[1]), 1);
    }
}

#[test]
fn resnet18_by_definition() {
    for side in [28, 15] {
        check_everywhere(&resnet18(Shape { channels: 3, height: side, width: side }, 4, 12), 2);
    }
}

#[test]
fn an_image_keeps_its_bits_in_any_batch_on_any_number_of_threads() {
    let mut trained = Trained::<f32>::new(genotype(1, [14, 14], 8, CHOICES[1]));
    let images = trained.images(17);
    let classes = trained.network.classes;
    let alone: Vec<f64> = images
        .chunks_exact(14 * 14)
        .flat_map(|image| trained.compiled(Kernels::detect(), Convolutions::Fast).logits(image))
        .collect();
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut compiled = trained.compiled(Kernels::detect(), Convolutions::Fast);
        for count in 0..=17 {
            let logits = pool.install(|| compiled.logits(&images[..count * 14 * 14]));
            assert_eq!(logits, alone[..count * classes], "{count} images on {threads} threads");
        }
    }
}

#[test]
fn places_add_up_to_the_logits() {
    let resnet = resnet18(Shape { channels: 3, height: 28, width: 28 }, 4, 12);
    for network in [genotype(1, [14, 10], 12, CHOICES[1]), genotype(3, [9, 9], 5, CHOICES[0]), resnet] {
        let mut trained = Trained::<f32>::new(network);
        let image = trained.images(1);
        let mut compiled = trained.compiled(Kernels::detect(), Convolutions::Fast);
        let logits = compiled.logits(&image);
        let found = compiled.contributions(&image);
        let output = trained.network.nodes[trained.network.output()];
        assert_eq!((found.height, found.width), (output.height, output.width));
        near(&found.logits(), &logits, 1e-6);
    }
}

/// The sole operation of the cells is a 1×1 convolution, and those around the cells reach little further: a
/// spot in a corner changes only places near that corner.
#[test]
fn a_spot_changes_the_places_near_it() {
    let mut trained = Trained::<f32>::new(genotype(1, [40, 40], 8, CHOICES[4]));
    let mut image = trained.images(1);
    let mut compiled = trained.compiled(Kernels::detect(), Convolutions::Direct);
    let before = compiled.contributions(&image);
    image[0] += 1.0;
    let after = compiled.contributions(&image);
    let moved: Vec<bool> = before.of(0).iter().zip(after.of(0)).map(|(a, b)| a != b).collect();
    assert!(moved[0], "the place of the spot");
    assert!(!moved[before.width * before.height - 1], "the place furthest from it");
}

/// Large enough to be cut into parts for threads, and to take several images through at a time.
#[test]
fn a_large_network_keeps_its_bits_too() {
    let input = Shape { channels: 1, height: 28, width: 28 };
    let mut trained = Trained::<f32>::new(resnet18(input, 2, 64));
    let images = trained.images(6);
    // By definition a single image takes seconds.
    let expected = trained.expected(&images[5 * 28 * 28..]);
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut compiled = trained.compiled(Kernels::detect(), Convolutions::Fast);
    let together = pool(1).install(|| compiled.logits(&images));
    near(&together[5 * 2..], &expected, 1e-5);
    for threads in [2, 3] {
        let pool = pool(threads);
        assert_eq!(pool.install(|| compiled.logits(&images)), together);
        let alone = images.chunks(28 * 28).flat_map(|image| pool.install(|| compiled.logits(image)));
        assert_eq!(alone.collect::<Vec<_>>(), together);
    }
}

#[test]
#[should_panic(expected = "images and logits")]
fn half_an_image_is_refused() {
    let mut trained = Trained::<f32>::new(genotype(1, [6, 6], 4, CHOICES[4]));
    let images = trained.images(2);
    trained.compiled(Kernels::detect(), Convolutions::Fast).logits(&images[..54]);
}

#[test]
#[should_panic(expected = "predictions of a supernet")]
fn a_supernet_is_refused() {
    let input = Shape { channels: 1, height: 6, width: 6 };
    let shape = MacroShape { input, classes: 2, channels: 4, cells: 1 };
    let trained = Trained::<f32>::new(zodarts_nn::networks::supernet(&NAS_BENCH_201, &shape));
    trained.compiled(Kernels::detect(), Convolutions::Fast);
}

#[test]
fn features_by_definition_beside_the_same_logits_in_any_batch() {
    let resnet = resnet18(Shape { channels: 3, height: 28, width: 28 }, 4, 12);
    for network in [genotype(2, [14, 10], 12, CHOICES[1]), genotype(1, [9, 9], 5, CHOICES[0]), resnet] {
        let mut trained = Trained::<f32>::new(network);
        let images = trained.images(5);
        let mut compiled = trained.compiled(Kernels::detect(), Convolutions::Fast);
        let mut found = vec![0.0; 5 * compiled.features()];
        let mut beside = vec![0.0; 5 * compiled.classes()];
        compiled.logits_and_features_into(&images, &mut beside, &mut found);
        assert_eq!(beside, compiled.logits(&images));
        for (image, found) in
            images.chunks_exact(images.len() / 5).zip(found.chunks_exact(compiled.features()))
        {
            let Trained { network, weights, statistics, .. } = &trained;
            near(found, &features(network, weights, statistics, image), 1e-4);
            let mut alone = vec![0.0; found.len()];
            compiled.logits_and_features_into(image, &mut vec![0.0; compiled.classes()], &mut alone);
            assert_eq!(alone, found, "the features of an image alone");
        }
    }
}
