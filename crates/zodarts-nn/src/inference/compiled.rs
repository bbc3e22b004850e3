//! A network compiled for predictions, and the distribution of images over threads.

use super::compiled_score::CompiledScore;
use super::compiler::{TrainedParameters, compile};
use super::contributions::{Contributions, contributions};
use super::image_queue::{Group, ImageQueue};
use super::node_sum::Threads;
use super::program::Program;
use super::worker::Worker;
use crate::executor::Convolutions;
use crate::graph::Network;
use rayon::prelude::*;
use std::sync::Mutex;
use zodarts_kernels::Kernels;

/// A network with given weights and running statistics, ready to classify images.
#[derive(Debug)]
pub struct Compiled<T> {
    program: Program<T>,
    workers: Vec<Worker<T>>,
}

impl<T: CompiledScore> Compiled<T> {
    /// Compiles a network for the fastest kernels of this machine.
    ///
    /// # Panics
    /// If weights or statistics do not fit the network, or if it is a supernet, which has no running
    /// statistics.
    pub fn new(network: &Network, weights: &[T], statistics: &[T]) -> Self {
        let parameters = TrainedParameters { weights, statistics };
        Self::with_kernels(network, parameters, Kernels::detect(), Convolutions::default())
    }

    /// Compiles a network for given kernels.
    ///
    /// # Panics
    /// As [`Compiled::new`].
    pub fn with_kernels(
        network: &Network,
        parameters: TrainedParameters<'_, T>,
        kernels: Kernels<T>,
        convolutions: Convolutions,
    ) -> Self {
        Self { program: compile(network, parameters, kernels, convolutions), workers: Vec::new() }
    }

    /// Returns the number of outputs of the network.
    pub fn classes(&self) -> usize {
        self.program.head.classes()
    }

    /// Returns the number of values of an image.
    pub fn image_len(&self) -> usize {
        self.program.image_len()
    }

    /// Returns the logits of images `(count, channels, height, width)`, `(count, classes)` values.
    ///
    /// # Panics
    /// If the number of values is not a multiple of an image's.
    pub fn logits(&mut self, images: &[f32]) -> Vec<f64> {
        let mut logits = vec![0.0; images.len() / self.image_len() * self.classes()];
        self.logits_into(images, &mut logits);
        logits
    }

    /// Writes the logits of images `(count, channels, height, width)` into `logits`, `(count, classes)`.
    ///
    /// # Panics
    /// If `images` and `logits` do not hold the same number of images.
    pub fn logits_into(&mut self, images: &[f32], logits: &mut [f64]) {
        self.compute(images, logits, &mut []);
    }

    /// Returns the number of features of an image: the mean and the deviation over all places of each channel
    /// at the end of each stage. Of more than 64 channels, neighbours are averaged to at most 64.
    pub fn features(&self) -> usize {
        self.program.features()
    }

    /// Writes logits as [`Compiled::logits_into`] does, and features into `features`, `(count, features)`.
    ///
    /// # Panics
    /// If `images`, `logits` and `features` do not hold the same number of images.
    pub fn logits_and_features_into(&mut self, images: &[f32], logits: &mut [f64], features: &mut [f64]) {
        let count = images.len() / self.image_len();
        assert_eq!(features.len(), count * self.features(), "images and features");
        self.compute(images, logits, features);
    }

    /// Writes the logits of images, and their features unless there is no room for them.
    fn compute(&mut self, images: &[f32], logits: &mut [f64], features: &mut [f64]) {
        let (length, classes) = (self.image_len(), self.classes());
        let count = images.len() / length;
        assert_eq!((images.len(), logits.len()), (count * length, count * classes), "images and logits");
        let Self { program, workers } = self;
        let threads = rayon::current_num_threads();
        let group = count.div_ceil(threads).clamp(1, program.group());
        let active = threads.min(count.div_ceil(group));
        while workers.len() < active {
            workers.push(Worker::new(program));
        }
        let queue = Mutex::new(ImageQueue::new(Group { images, logits, features }, count, group));
        // The lock is held while images are taken, not while they are scored.
        let next = || queue.lock().expect("no thread panics while it takes images").next();
        let work = |worker: &mut Worker<T>, threads| {
            while let Some(group) = next() {
                T::score(program, worker, group, threads);
            }
        };
        match &mut workers[..active] {
            // From within the pool, its other threads are woken faster.
            [only] if threads > 1 && program.most_parts() > 1 => {
                rayon::scope(|_| work(only, Threads::All));
            }
            [only] => work(only, Threads::One),
            workers => workers.par_iter_mut().for_each(|worker| work(worker, Threads::One)),
        }
    }

    /// Returns the contribution of each place of an image `(channels, height, width)` to the logits.
    ///
    /// # Panics
    /// If the number of values is not that of an image.
    pub fn contributions(&mut self, image: &[f32]) -> Contributions {
        assert_eq!(image.len(), self.image_len(), "values of an image");
        let Self { program, workers } = self;
        if workers.is_empty() {
            workers.push(Worker::new(program));
        }
        let mut logits = vec![0.0; program.head.classes()];
        let group = Group { images: image, logits: &mut logits, features: &mut [] };
        T::score(program, &mut workers[0], group, Threads::One);
        contributions(program, workers[0].output(program))
    }
}
