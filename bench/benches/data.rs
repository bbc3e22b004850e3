//! Reading a MedMNIST file against decompressing its members and nothing else: what is ours of the time is
//! the difference.
//!
//! Files are looked for in the folder named by `ZODARTS_BENCH_DATA`, else in `../shared/data` beside the
//! repository.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use zip::ZipArchive;
use zodarts_data::{Dataset, OpenOptions};

const FILES: [&str; 3] = ["breastmnist.npz", "pneumoniamnist.npz", "retinamnist.npz"];

fn data(criterion: &mut Criterion) {
    for file in FILES {
        let path = folder().join(file);
        if !path.is_file() {
            eprintln!(
                "SKIPPED: {} is not there; set ZODARTS_BENCH_DATA to a folder that has it",
                path.display()
            );
            continue;
        }
        let mut group = criterion.benchmark_group(file);
        group.throughput(Throughput::Bytes(inflate(&path).iter().map(|member| member.len() as u64).sum()));
        group.bench_function("inflate", |bencher| {
            bencher.iter_batched(|| (), |()| inflate(&path), BatchSize::PerIteration);
        });
        let path = path.to_str().expect("a path in UTF-8");
        let options = OpenOptions::default().with_offline(true);
        let open = || Dataset::open(path, &options, &|_| ()).expect("a sound file");
        group.bench_function("load", |bencher| {
            bencher.iter_batched(|| (), |()| open(), BatchSize::PerIteration);
        });
        group.finish();
    }
}

fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    std::env::var_os("ZODARTS_BENCH_DATA").map_or_else(beside, PathBuf::from)
}

/// All members of an archive, checksums compared.
fn inflate(path: &Path) -> Vec<Vec<u8>> {
    let mut archive = ZipArchive::new(BufReader::new(File::open(path).expect("a file"))).expect("an archive");
    let count = archive.len();
    let member = |index| {
        let mut bytes = Vec::new();
        archive.by_index(index).expect("a member").read_to_end(&mut bytes).expect("sound data");
        bytes
    };
    (0..count).map(member).collect()
}

criterion_group!(benches, data);
criterion_main!(benches);
