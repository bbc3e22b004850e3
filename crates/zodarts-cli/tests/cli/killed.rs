//! A comparison whose process is killed again and again.

use crate::support::{run, zodarts_in};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

/// Long enough to be killed many times.
const LONGER: &str = "\
[search]\nepochs = 12\nchannels = 4\ncells = 1\ninput_size = 12\n\
[train]\nepochs = 20\nchannels = 4\ncells = 1\ninput_size = 12\n";

const COMMAND: &str =
    "compare phantom --config longer.toml --methods zo-darts-plus,random-ws --seeds 1 --out c";

/// Fewest kills that count, and most before the test gives up.
const KILLS: std::ops::Range<u64> = 5..500;

/// Runs the command for a while. Whether it came to its end.
fn run_for(place: &Path, time: Duration) -> bool {
    let mut command = zodarts_in(place);
    command.args(COMMAND.split_whitespace()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let step = Duration::from_millis(5);
    for _ in 0..time.as_millis() / step.as_millis() {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return true;
        }
        sleep(step);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}

/// What a trial leaves, times aside.
fn left(place: &Path, method: &str) -> Vec<Vec<u8>> {
    let trial = place.join("c/trials/official/phantom").join(method).join("seed-1");
    let files = ["genotype.txt", "model.json", "model.safetensors", "predictions.csv"];
    files.map(|file| fs::read(trial.join(file)).unwrap()).into()
}

#[test]
fn killed_at_any_moment_it_goes_on_and_ends_in_the_same_bits() {
    let [whole, killed] = [(), ()].map(|()| tempfile::tempdir().unwrap());
    for place in [&whole, &killed] {
        fs::write(place.path().join("longer.toml"), LONGER).unwrap();
    }
    run(whole.path(), COMMAND).success();
    // Moments without a pattern, and longer ones in time: a slow machine must come to its first checkpoint.
    let moment = |kill: u64| Duration::from_millis(60 + kill * 30 + kill * 7919 % 271);
    let kills =
        (0..KILLS.end).find(|kill| run_for(killed.path(), moment(*kill))).expect("it comes to its end");
    assert!(kills >= KILLS.start, "{kills} kills");
    eprintln!("{kills} kills");
    for method in ["zo-darts-plus", "random-ws"] {
        assert!(left(killed.path(), method) == left(whole.path(), method), "{method} differs");
    }
}
