//! Predictions by a network whose weights no longer change.
//!
//! [`Compiled`] is a network with everything known beforehand done beforehand: normalisations are folded into the
//! convolutions before them, weights are packed or transformed, and every activation has a buffer that it shares with those
//! whose time is over. A call allocates nothing.
//!
//! Images are scored one by one with *channels* in the SIMD lanes (see `zodarts_kernels`), by as many threads as there are
//! images to share. So the scores of an image depend neither on its neighbours in a batch nor on the number of threads, bit
//! for bit, and a single image uses the vector unit as well as a thousand do.

mod buffers;
mod fold;
mod program;
mod scalar;
mod sum;
mod worker;

use crate::executor::Convolutions;
use crate::graph::Network;
use program::Program;
use rayon::prelude::*;
use std::sync::Mutex;
use worker::Worker;
use zodarts_kernels::Kernels;

pub use scalar::Scalar;

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
        Self { program: Program::new(network, parameters, kernels, convolutions), workers: Vec::new() }
    }

    /// Outputs of the network.
    pub fn classes(&self) -> usize {
        self.program.head.classes()
    }

    /// Logits of `n×C×H×W` images: `n×classes` values.
    ///
    /// # Panics
    /// If the number of values is not a multiple of an image's.
    pub fn logits(&mut self, images: &[f32]) -> Vec<f64> {
        let mut logits = vec![0.0; images.len() / self.program.image_len() * self.classes()];
        self.logits_into(images, &mut logits);
        logits
    }

    /// Writes the logits of `n×C×H×W` images into `n×classes` values.
    ///
    /// # Panics
    /// If `images` and `logits` are not of the same number of images.
    pub fn logits_into(&mut self, images: &[f32], logits: &mut [f64]) {
        let (length, classes) = (self.program.image_len(), self.classes());
        let count = images.len() / length;
        assert_eq!((images.len(), logits.len()), (count * length, count * classes), "images and logits");
        let Self { program, workers } = self;
        let threads = rayon::current_num_threads().min(count);
        while workers.len() < threads {
            workers.push(Worker::new(program));
        }
        let queue = Mutex::new(images.chunks_exact(length).zip(logits.chunks_exact_mut(classes)));
        // The lock is held while an image is taken, not while it is scored.
        let next = || queue.lock().expect("no thread panics while it takes an image").next();
        let work = |worker: &mut Worker<T>| {
            while let Some((image, logits)) = next() {
                T::score(program, worker, image, logits);
            }
        };
        match &mut workers[..threads] {
            [only] => work(only),
            workers => workers.par_iter_mut().for_each(work),
        }
    }
}
