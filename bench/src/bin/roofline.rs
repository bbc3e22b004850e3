//! Prints how near each kernel comes to this machine's limit. Run it through `cargo xtask roofline`.

use clap::Parser;
use zodarts_bench::roofline;
use zodarts_kernels::Kernels;

/// Share of this machine's limits that each kernel reaches.
#[derive(Parser)]
#[command(name = "cargo xtask roofline")]
struct Arguments {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Measurements of each kernel; what is shown are medians.
    #[arg(long, default_value_t = 31, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Measure the kernels that run on any processor instead of the fastest for this one.
    #[arg(long)]
    portable: bool,
}

fn main() -> anyhow::Result<()> {
    let Arguments { json, rounds, portable } = Arguments::parse();
    let kernels = if portable { Kernels::portable() } else { Kernels::detect() };
    let report = roofline::measure(kernels, rounds as usize);
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(())
}
