//! The hot loop does not allocate: after a first step has made the buffers, further steps ask for no memory
//! at all.
#![allow(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use zodarts_nn::executor::{BatchView, Executor, GradientTargets, Parameters};
use zodarts_nn::graph::{Network, Shape};
use zodarts_nn::loss::Loss;
use zodarts_nn::networks::{MacroShape, resnet18, supernet};
use zodarts_nn::optim::{Sgd, SgdState};
use zodarts_nn::space::{Mixture, NAS_BENCH_201};

/// Tries of each network.
const TRIES: usize = 5;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Takes a step with every operation live, then counts the allocations of three steps with other mixtures.
/// Returns the least of some tries: the queues of the thread pool grow when other programs delay its threads,
/// which is not the step's doing.
fn allocations_of_later_steps(network: Network) -> usize {
    let network = Arc::new(network);
    let input = network.input();
    let count = 19;
    let images = vec![0.5; count * input.channels * input.height * input.width];
    let targets = vec![0.5; count * network.classes];
    let mut weights: Vec<f32> = (0..network.weights.len()).map(|i| ((i % 7) as f32 - 3.0) / 30.0).collect();
    let (mut gradient, mut state) = (vec![0.0; weights.len()], SgdState::new(weights.len()));
    let mut mixture = Mixture::filled(&NAS_BENCH_201, 0.2);
    let mut slopes = mixture.clone();
    let mut executor = Executor::new(network);
    let sgd = Sgd::default();
    let mut step = |mixture: &Mixture<f32>| {
        let buffers = GradientTargets { weights: Some(&mut gradient), mixture: Some(&mut slopes) };
        let batch = BatchView { images: &images, targets: &targets, count };
        let parameters = Parameters { weights: &weights, mixture: Some(mixture) };
        executor.pass(parameters, &Loss::default(), batch, buffers);
        sgd.step(&mut state, &mut weights, &gradient, 0.1);
    };
    step(&mixture);
    let mut count = || {
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        for operation in 0..3 {
            mixture[operation].fill(0.0);
            mixture[operation][operation + 1] = 1.0;
            step(&mixture);
        }
        ALLOCATIONS.load(Ordering::Relaxed) - before
    };
    (0..TRIES).map(|_| count()).min().unwrap_or_default()
}

#[test]
fn steps_allocate_nothing_after_the_first() {
    let input = Shape { channels: 1, height: 9, width: 9 };
    let shape = MacroShape { input, classes: 2, channels: 8, cells: 1 };
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        // Four times 24 channels make the third stage batched.
        for network in [supernet(&NAS_BENCH_201, &shape), resnet18(input, 2, 8), resnet18(input, 2, 24)] {
            let count = pool.install(|| allocations_of_later_steps(network));
            assert_eq!(count, 0, "allocations on {threads} threads");
        }
    }
}
