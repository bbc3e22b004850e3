//! The memory of an executor is what was foretold.

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::sync::Arc;
use zodarts_kernels::Kernels;
use zodarts_nn::executor::{BatchView, Convolutions, Executor, GradientTargets, Parameters, bytes_needed};
use zodarts_nn::graph::{Network, Shape};
use zodarts_nn::loss::{Loss, LossKind};
use zodarts_nn::networks::{MacroShape, resnet18, supernet};
use zodarts_nn::space::{Mixture, NAS_BENCH_201};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Returns the bytes that an executor holds after a dense pass with gradients.
fn held(network: &Arc<Network>, convolutions: Convolutions, count: usize) -> u64 {
    let input = network.input();
    let images = vec![0.5; count * input.channels * input.height * input.width];
    let targets = vec![0.5; count * network.classes];
    let weights = vec![0.01; network.weights.len()];
    let mut gradient = vec![0.0; weights.len()];
    let mixture = Mixture::<f32>::filled(&NAS_BENCH_201, 0.2);
    let batch = BatchView { images: &images, targets: &targets, count };
    let region = Region::new(ALLOCATOR);
    let mut executor = Executor::with_kernels(network.clone(), Kernels::detect(), convolutions);
    let parameters = Parameters { weights: &weights, mixture: Some(&mixture) };
    let buffers = GradientTargets { weights: Some(&mut gradient), mixture: None };
    executor.pass(parameters, &Loss::new(LossKind::CrossEntropy), batch, buffers);
    let stats = region.change();
    (stats.bytes_allocated - stats.bytes_deallocated) as u64
}

/// One test, for the allocator counts what every thread does.
#[test]
fn what_was_foretold_is_what_is_held() {
    // Threads of the pool are started outside of the measurement.
    rayon::broadcast(|_| ());
    let input = Shape { channels: 1, height: 28, width: 28 };
    let paper = supernet(&NAS_BENCH_201, &MacroShape { input, classes: 2, channels: 16, cells: 3 });
    let odd = Shape { channels: 3, height: 13, width: 13 };
    let small = supernet(&NAS_BENCH_201, &MacroShape { input: odd, classes: 5, channels: 6, cells: 1 });
    // Four times 24 channels make the third stage batched.
    let networks = [paper, small, resnet18(odd, 4, 16), resnet18(odd, 4, 24)].map(Arc::new);
    for network in &networks {
        for convolutions in [Convolutions::Fast, Convolutions::Direct] {
            for count in [5, 60] {
                let foretold = bytes_needed::<f32>(network, convolutions, count);
                let held = held(network, convolutions, count);
                let ratio = foretold as f64 / held as f64;
                let nodes = network.nodes.len();
                assert!(
                    (0.98..1.1).contains(&ratio),
                    "{nodes} nodes, {convolutions:?}, {count} images: {foretold} bytes foretold, {held} held"
                );
            }
        }
    }
}
