//! Times training steps of the supernet and prints one line of JSON: zodarts' side of `peers/step.py`.

use clap::Parser;
use serde::Serialize;
use std::time::Instant;
use zodarts_bench::problem::{SupernetStep, uniform_mixture};
use zodarts_nas::genotype::Genotype;
use zodarts_nn::graph::Shape;
use zodarts_nn::networks::{MacroShape, supernet};
use zodarts_nn::space::{NAS_BENCH_201, one_hot};

/// Steps before the clock starts.
const UNTIMED: usize = 2;

/// Times training steps of the supernet, with all operations live unless told otherwise.
#[derive(Parser)]
struct Arguments {
    /// Images in a batch.
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// Rows and columns of an image.
    #[arg(long, default_value_t = 28)]
    side: usize,
    /// Channels of the first stage.
    #[arg(long, default_value_t = 16)]
    channels: usize,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Steps to time, after two that are not.
    #[arg(long, default_value_t = 9)]
    steps: usize,
    /// Only the operations of this architecture live, as at the end of a search.
    #[arg(long, value_name = "STRING")]
    genotype: Option<Genotype>,
}

/// The measurement.
#[derive(Serialize)]
struct Timing {
    milliseconds: Vec<f64>,
    loss: f64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build_global()?;
    let input = Shape { channels: 1, height: arguments.side, width: arguments.side };
    let shape = MacroShape { input, classes: 2, channels: arguments.channels, cells: 3 };
    let network = supernet(&NAS_BENCH_201, &shape);
    let mixture = arguments.genotype.map_or_else(uniform_mixture, |genotype| one_hot(&genotype.0));
    let mut problem = SupernetStep::new(network, mixture, arguments.batch);
    let mut timing = Timing { milliseconds: Vec::new(), loss: 0.0 };
    for step in 0..arguments.steps + UNTIMED {
        let start = Instant::now();
        timing.loss = problem.step().loss;
        if step >= UNTIMED {
            timing.milliseconds.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    println!("{}", serde_json::to_string(&timing)?);
    Ok(())
}
