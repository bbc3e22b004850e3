//! A search with a normaliser of one's own, 1.5-entmax (Peters, Niculae and Martins 2019).
//!
//! It lies half way between softmax, which keeps every operation, and sparsemax, which drops many.
//!
//! ```sh
//! cargo run --release --package zodarts --example custom_normaliser
//! ```

use std::sync::Arc;
use zodarts::data::{Dataset, OpenOptions};
use zodarts::nas::memory::Memory;
use zodarts::nas::normaliser::Mixing;
use zodarts::nas::observer::Silent;
use zodarts::nas::search::{SearchInput, search};
use zodarts::nas::stage::Deadline;
use zodarts::run::settings::Preset;

#[derive(Debug)]
struct Entmax;

impl Mixing for Entmax {
    /// p = max(z/2 − θ, 0)², with θ such that p adds up to 1.
    fn forward(&self, row: &mut [f64]) {
        let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max) / 2.0;
        let share = |z: f64, theta: f64| (z / 2.0 - theta).max(0.0).powi(2);
        // At θ = top − 1 the largest alone has 1, at θ = top there is nothing.
        let (mut low, mut high) = (top - 1.0, top);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            let total: f64 = row.iter().map(|z| share(*z, middle)).sum();
            if total > 1.0 { low = middle } else { high = middle }
        }
        let total: f64 = row.iter().map(|z| share(*z, low)).sum();
        for z in row {
            *z = share(*z, low) / total;
        }
    }

    /// The Jacobian diag(s) − s·sᵀ/Σs with s = √p.
    fn pull_back(&self, p: &[f64], row: &mut [f64]) {
        let total: f64 = p.iter().map(|p| p.sqrt()).sum();
        let mean: f64 = p.iter().zip(&*row).map(|(p, g)| p.sqrt() * g).sum::<f64>() / total;
        for (g, p) in row.iter_mut().zip(p) {
            *g = p.sqrt() * (*g - mean);
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ())?;
    let mut settings = Preset::Quick.settings();
    settings.search.epochs = 10;
    let settings = settings.check()?;
    let development = dataset.train.merged(&dataset.val);
    let entmax: Arc<dyn Mixing> = Arc::new(Entmax);
    for mixing in [None, Some(&entmax)] {
        let input = SearchInput {
            info: &dataset.info,
            development: &development,
            settings: settings.part(|settings| &settings.search),
            method: settings.part(|settings| &*settings.method),
            mixing,
            seed: 0,
            deadline: Deadline::NONE,
            memory: Memory::available(),
            store: None,
        };
        let found = search(input, &mut Silent)?;
        let kept = found.mixture.values().iter().filter(|p| **p > 0.0).count();
        let name = if mixing.is_some() { "1.5-entmax" } else { "sparsemax" };
        println!("{name}: {kept} of 30 operations left, {}", found.genotype);
    }
    Ok(())
}

#[test]
fn it_runs() {
    main().unwrap();
}
