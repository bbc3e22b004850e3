//! Processes that are killed again and again.

use crate::support::{assert_left, left, zodarts_in};
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Long enough to be killed many times.
const LONGER: &str = "\
[search]\nepochs = 24\nchannels = 4\ncells = 1\ninput_size = 12\n\
[train]\nepochs = 40\nchannels = 4\ncells = 1\ninput_size = 12\n";

/// So many kills that some must fall into the writing of a checkpoint.
const MANY: u32 = 50;
/// Most kills of one run before a test gives up.
const MOST: u32 = 1000;
const STEP: Duration = Duration::from_millis(2);

/// A command that is killed, and where its run lies.
struct Command {
    line: &'static str,
    run: &'static str,
    /// A file that shows that it has begun to compute.
    first: &'static str,
    /// Fewest kills that count.
    kills: u32,
    /// The factor by which it runs longer from kill to kill: a slow machine must reach its next checkpoint.
    patience: Duration,
}

const FIT: Command = Command {
    line: "fit --config longer.toml",
    run: "runs/phantom-zo-darts-plus-seed0",
    first: "search.jsonl",
    kills: MANY,
    patience: Duration::from_micros(200),
};

const COMPARE: Command = Command {
    line: "compare phantom --config longer.toml --methods random-ws --seeds 1 --out c",
    run: "c/trials/official/phantom/random-ws/seed-1",
    first: "random-ws.jsonl",
    kills: 5,
    // Genotypes are scored at one go.
    patience: Duration::from_millis(30),
};

/// Kills of all runs.
#[derive(Default)]
struct Kills {
    all: u32,
    /// Those while a checkpoint was being written.
    within: usize,
}

impl Command {
    fn start(&self, place: &Path) -> Child {
        let mut command = zodarts_in(place);
        command.args(self.line.split_whitespace()).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Runs it whole; how long it took to its first record, and from there.
    fn whole(&self, place: &Path) -> [Duration; 2] {
        let start = Instant::now();
        let mut child = self.start(place);
        while !place.join(self.run).join(self.first).exists() {
            assert!(child.try_wait().unwrap().is_none(), "it ends without a record");
            sleep(STEP);
        }
        let begun = Instant::now();
        assert!(child.wait().unwrap().success());
        [begun.duration_since(start), begun.elapsed()]
    }

    /// Runs it for a while. Whether it came to its end.
    fn run_for(&self, place: &Path, time: Duration) -> bool {
        let (start, mut child) = (Instant::now(), self.start(place));
        while start.elapsed() < time {
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                return true;
            }
            sleep(STEP);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        false
    }

    /// Files that a process was writing when it was killed.
    fn half_written(&self, place: &Path) -> usize {
        let folder = place.join(self.run).join("checkpoint");
        let Ok(files) = fs::read_dir(folder) else { return 0 };
        files.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with('.')).count()
    }

    /// Kills it at irregular times until it finishes, with the same result as a run that was never killed;
    /// repeats this until there were enough kills.
    fn check(&self) {
        let whole = Self::place();
        let took = self.whole(whole.path());
        let expected = left(&whole.path().join(self.run));
        let mut count = Kills::default();
        while count.all < self.kills || (self.kills >= MANY && count.within == 0) {
            let killed = Self::place();
            self.kill_on(killed.path(), took, &mut count);
            assert_eq!(self.half_written(killed.path()), 0, "what was half written is cleared away");
            let found = left(&killed.path().join(self.run));
            assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
            assert_left(&found, &expected);
        }
        let Kills { all, within } = count;
        eprintln!("{}: {all} kills, {within} of them while a checkpoint was being written", self.line);
    }

    /// A folder to run it in.
    fn place() -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("longer.toml"), LONGER).unwrap();
        place
    }

    /// Kills it until it finishes. Undisturbed, it takes `first` to its first record, and `rest` from there.
    fn kill_on(&self, place: &Path, [first, rest]: [Duration; 2], count: &mut Kills) {
        let mut here = 0;
        // Some are too short to do anything.
        let moment = |all: u32, here: u32| {
            let part = f64::from(all * 7919 % 271) / 271.0;
            first.mul_f64(0.6 + 0.4 * part) + rest.mul_f64(0.02 * part) + self.patience * here
        };
        while !self.run_for(place, moment(count.all, here)) {
            here += 1;
            count.all += 1;
            count.within += usize::from(self.half_written(place) > 0);
            assert!(here < MOST, "it does not come to its end");
        }
    }
}

#[test]
fn a_fit_killed_at_any_moment_goes_on_and_ends_in_the_same_bits() {
    FIT.check();
}

#[test]
fn a_comparison_killed_at_any_moment_goes_on_and_ends_in_the_same_bits() {
    COMPARE.check();
}
