//! The limit of a kernel, as something to run.

use super::Work;
use zodarts_kernels::probe::{MultiplyAdd, Traffic};
use zodarts_kernels::{Kernels, Pixel};

/// Steps of a run of multiply-adds: about 10 µs.
const STEPS: usize = 5_000;

/// Does what a kernel does at least, and nothing else: the same memory traffic, or multiply-adds on
/// registers.
pub struct Limit {
    kernels: Kernels<f32>,
    work: Work,
    read: Vec<Pixel<f32>>,
    written: Vec<Pixel<f32>>,
    updated: Vec<Pixel<f32>>,
    output: Pixel<f32>,
}

/// Operations or bytes of a run of the limit of this work.
pub fn amount(work: Work) -> f64 {
    match work {
        Work::Operations(_) => MultiplyAdd::<f32>::operations(STEPS),
        Work::Memory(_) => work.amount(),
    }
}

impl Limit {
    pub fn new(kernels: Kernels<f32>, work: Work) -> Self {
        let traffic = match work {
            Work::Operations(_) => super::Traffic::default(),
            Work::Memory(traffic) => traffic,
        };
        let block = |pixels| vec![Pixel([1.0; zodarts_kernels::LANES]); pixels];
        Self {
            kernels,
            work,
            read: block(traffic.read),
            written: block(traffic.written),
            updated: block(traffic.updated),
            output: Pixel::ZERO,
        }
    }

    pub fn run(&mut self) {
        let Self { kernels, work, read, written, updated, output } = self;
        match work {
            Work::Operations(_) => kernels.run(MultiplyAdd { steps: STEPS, output }),
            Work::Memory(_) => kernels.run(Traffic { read, written, updated, output }),
        }
    }
}
