//! Every kernel at every shape of the supernet, on one core. `cargo xtask roofline` sets the same runs
//! against this machine's limits.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use zodarts_bench::roofline::{Work, cases};
use zodarts_kernels::Kernels;

fn kernels(criterion: &mut Criterion) {
    for case in cases::all(Kernels::detect()) {
        let mut group = criterion.benchmark_group(case.kernel);
        group.throughput(match case.work {
            Work::Operations(operations) => Throughput::Elements(operations as u64),
            Work::Memory(traffic) => Throughput::Bytes(traffic.bytes() as u64),
        });
        let mut run = (case.prepare)();
        group.bench_function(case.shape, |bencher| bencher.iter(&mut run));
        group.finish();
    }
}

criterion_group!(benches, kernels);
criterion_main!(benches);
