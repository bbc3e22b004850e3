//! The hot loop of predictions does not allocate.

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use zodarts_nn::graph::{Network, Shape};
use zodarts_nn::inference::Compiled;
use zodarts_nn::networks::{MacroShape, discrete, resnet18};
use zodarts_nn::space::Operation::{AvgPool3x3, Conv1x1, Conv3x3, SkipConnect};
use zodarts_nn::space::{Choice, NAS_BENCH_201};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations of a second call on the same number of images.
fn allocations(network: &Network, count: usize) -> usize {
    let input = network.input();
    let images = vec![0.5; count * input.channels * input.height * input.width];
    let weights = vec![0.01; network.weights.len()];
    let statistics = vec![1.0; network.statistics.len()];
    let mut logits = vec![0.0; count * network.classes];
    let mut compiled = Compiled::<f32>::new(network, &weights, &statistics);
    compiled.logits_into(&images, &mut logits);
    let region = Region::new(ALLOCATOR);
    compiled.logits_into(&images, &mut logits);
    region.change().allocations
}

#[test]
fn a_second_call_allocates_nothing() {
    let input = Shape { channels: 1, height: 28, width: 28 };
    let shape = MacroShape { input, classes: 2, channels: 16, cells: 1 };
    let choice = [Conv3x3, SkipConnect, Conv1x1, AvgPool3x3, Conv3x3, AvgPool3x3];
    let choice = Choice::new(&NAS_BENCH_201, &choice);
    for network in [discrete(&shape, choice).unwrap(), resnet18(input, 2, 8)] {
        assert_eq!(allocations(&network, 1), 0);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        // A thread that is still starting allocates, too.
        pool.broadcast(|_| ());
        assert_eq!(pool.install(|| allocations(&network, 9)), 0);
    }
}
