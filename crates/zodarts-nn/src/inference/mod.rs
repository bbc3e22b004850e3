//! Predictions by a network whose weights no longer change.
//!
//! [`Compiled`] is a network with everything known beforehand done beforehand: normalisations are folded into the
//! convolutions before them, weights are packed or transformed, and every activation has a buffer that it shares with those
//! whose time is over. A call allocates nothing.
//!
//! Images have *channels* in the SIMD lanes (see `zodarts_kernels`), so a single image uses the vector unit as well as a
//! thousand do. Threads share images; a single one they share only where its layers are large enough, by output channels.
//! How layers are cut depends on the network alone, so the scores of an image depend neither on its neighbours in a batch nor
//! on the number of threads, bit for bit.

mod buffers;
mod compiler;
mod contributions;
mod cost;
mod fold;
mod program;
mod sum;
mod worker;

pub use contributions::Contributions;

use crate::executor::Convolutions;
use crate::graph::Network;
use crate::scalar::Scalar;
use compiler::compile;
use rayon::prelude::*;
use std::sync::Mutex;
use zodarts_kernels::Kernels;

pub(crate) use self::{program::Program, sum::Threads, worker::Worker};

/// A network with given weights and running statistics, ready to score images.
#[derive(Debug)]
pub struct Compiled<T> {
    program: Program<T>,
    workers: Vec<Worker<T>>,
}

impl<T: Scalar> Compiled<T> {
    /// Compiles a network for the fastest kernels of this machine.
    ///
    /// # Panics
    /// If weights or statistics do not fit the network, or if it is a supernet, which has no running statistics.
    pub fn new(network: &Network, weights: &[T], statistics: &[T]) -> Self {
        Self::with_kernels(network, (weights, statistics), Kernels::detect(), Convolutions::default())
    }

    /// Compiles a network for given kernels; `parameters` are weights and running statistics.
    ///
    /// # Panics
    /// As [`Compiled::new`].
    pub fn with_kernels(
        network: &Network,
        parameters: (&[T], &[T]),
        kernels: Kernels<T>,
        convolutions: Convolutions,
    ) -> Self {
        Self { program: compile(network, parameters, kernels, convolutions), workers: Vec::new() }
    }

    /// Outputs of the network.
    pub fn classes(&self) -> usize {
        self.program.head.classes()
    }

    /// Values of an image.
    pub fn image_len(&self) -> usize {
        self.program.image_len()
    }

    /// Logits of `n×C×H×W` images: `n×classes` values.
    ///
    /// # Panics
    /// If the number of values is not a multiple of an image's.
    pub fn logits(&mut self, images: &[f32]) -> Vec<f64> {
        let mut logits = vec![0.0; images.len() / self.image_len() * self.classes()];
        self.logits_into(images, &mut logits);
        logits
    }

    /// Writes the logits of `n×C×H×W` images into `n×classes` values.
    ///
    /// # Panics
    /// If `images` and `logits` are not of the same number of images.
    pub fn logits_into(&mut self, images: &[f32], logits: &mut [f64]) {
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
        let groups = images.chunks(group * length).zip(logits.chunks_mut(group * classes));
        let queue = Mutex::new(groups);
        // The lock is held while images are taken, not while they are scored.
        let next = || queue.lock().expect("no thread panics while it takes images").next();
        let work = |worker: &mut Worker<T>, threads| {
            while let Some((images, logits)) = next() {
                T::score(program, worker, images, logits, threads);
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
}
