//! Times predictions on single images and prints one line of JSON: zodarts' side of `peers/predict.py
//! --latency`.

use clap::Parser;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;
use zodarts_nas::model::Model;

/// Calls before the clock starts.
const UNTIMED: usize = 20;

/// Times predictions of a trained model on single images.
#[derive(Parser)]
struct Arguments {
    /// Folder of a trained run.
    run: PathBuf,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Calls to time.
    #[arg(long, default_value_t = 200)]
    calls: usize,
}

/// The measurement.
#[derive(Serialize)]
struct Timing {
    milliseconds: Vec<f64>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build_global()?;
    let model = Model::load(&arguments.run)?;
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let pixels = model.card.dataset.channels * model.card.input_size.pow(2);
    let image: Vec<f32> = (0..pixels).map(|_| random.random_range(0.0..1.0)).collect();
    let mut predictor = model.predictor();
    let mut timing = Timing { milliseconds: Vec::new() };
    for call in 0..arguments.calls + UNTIMED {
        let start = Instant::now();
        predictor.scores(&image)?;
        if call >= UNTIMED {
            timing.milliseconds.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    println!("{}", serde_json::to_string(&timing)?);
    Ok(())
}
