//! Searches an architecture for the built-in images, trains it, and looks at the test images once.
//!
//! ```sh
//! cargo run --release --package zodarts --example search
//! ```

use zodarts::data::{Dataset, OpenOptions};
use zodarts::nas::observer::{Event, Observer};
use zodarts::run::folder::RunFolder;
use zodarts::run::job::Job;
use zodarts::run::settings::Preset;

/// Prints a line an epoch of the search.
struct Watch;

impl Observer for Watch {
    fn event(&mut self, event: Event<'_>) {
        if let Event::SearchEpoch { record, .. } = event {
            println!("epoch {:2}: loss {:.3}, {}", record.epoch + 1, record.val_loss, record.genotype);
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ())?;
    let mut settings = Preset::Quick.settings();
    // A few epochs show how it is done; the preset has more.
    (settings.search.epochs, settings.train.epochs) = (8, 10);
    let settings = settings.check()?;
    let place = tempfile::tempdir()?;
    let folder = RunFolder::create(place.path())?;
    let fit = Job::new(&dataset, "phantom", &settings, &folder).fit(&mut Watch)?;
    let report = fit.metrics.report;
    println!("test ACC {:.3}, 95 % interval {:.3?}, n = {}", report.acc, report.acc_ci95, report.n);
    Ok(())
}

#[test]
fn it_runs() {
    main().unwrap();
}
