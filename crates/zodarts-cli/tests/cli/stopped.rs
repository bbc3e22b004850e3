//! Runs that a user ends, and those that get in each other's way.
#![cfg(unix)]

use crate::support::{assert_left, left, place, run, stdout, zodarts_in};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// A network that trains in a moment, for as long as a test needs.
const LONG: &str = "\
[search]\nepochs = 40\nchannels = 4\ncells = 1\ninput_size = 12\n\
[train]\nepochs = 60\nchannels = 4\ncells = 1\ninput_size = 12\n\
policy = \"strong\"\naveraging = 0.9\n";

const RUN: &str = "runs/phantom-zo-darts-plus-seed0";

fn long() -> tempfile::TempDir {
    let place = place();
    fs::write(place.path().join("long.toml"), LONG).unwrap();
    place
}

/// Starts a command and waits for a file.
fn started(place: &Path, line: &str, file: &str) -> Child {
    let mut command = zodarts_in(place);
    command.args(line.split_whitespace()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    while !place.join(file).exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ends before {file} is there");
        sleep(Duration::from_millis(2));
    }
    child
}

fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Ends a command with a signal once a file is there.
fn ended(place: &Path, line: &str, file: &str, signal: &str) -> Output {
    let child = started(place, line, file);
    send(&child, signal);
    child.wait_with_output().unwrap()
}

#[test]
fn a_run_that_is_interrupted_says_how_to_go_on_and_does() {
    let (whole, stopped) = (long(), long());
    run(whole.path(), "fit --config long.toml").success();
    let place = stopped.path();
    let line = "fit --config long.toml";
    for (file, signal, status) in [
        ("config.toml", "-INT", 130),
        ("search.jsonl", "-INT", 130),
        ("search.json", "-TERM", 143),
        ("train.jsonl", "-INT", 130),
    ] {
        let output = ended(place, line, &format!("{RUN}/{file}"), signal);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{file}: {text}");
        assert!(
            text.contains(&format!(
                "interrupted
hint: its files are in {RUN}"
            )),
            "{text}"
        );
        assert!(text.contains("hint: run the same command again to resume"), "{text}");
        assert!(output.stdout.is_empty());
    }
    // By now it is clear that it goes on, so it may be insisted on.
    let output = run(place, "fit --config long.toml --resume").success();
    let text = String::from_utf8(output.get_output().stderr.clone()).unwrap();
    assert!(
        text.contains(&format!("resuming the run in {RUN}")) && text.contains("training resumes"),
        "{text}"
    );
    let [expected, found] = [whole.path(), place].map(|place| left(&place.join(RUN)));
    assert_left(&found, &expected);
    assert!(place.join(RUN).join("report.html").is_file());
    // Finished, the same command begins another.
    run(place, line).success();
    assert!(left(&place.join(format!("{RUN}-2"))) == expected);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let place = long();
    let child = started(place.path(), "fit --config long.toml", &format!("{RUN}/search.jsonl"));
    send(&child, "-INT");
    send(&child, "-INT");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
}

#[test]
fn a_comparison_that_is_interrupted_goes_on_where_it_was() {
    let place = long();
    let line = "compare phantom --config long.toml --methods zo-darts-plus,random --seeds 1 --out c";
    let trials = "c/trials/official/phantom";
    let output = ended(place.path(), line, &format!("{trials}/zo-darts-plus/seed-1/train.jsonl"), "-INT");
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(text.contains("interrupted") && !text.contains("failed"), "{text}");
    assert!(!place.path().join(trials).join("random").exists());
    let output = run(place.path(), line).success();
    let text = String::from_utf8(output.get_output().stderr.clone()).unwrap();
    assert!(text.contains("training resumes"), "{text}");
}

#[test]
fn two_do_not_work_in_one_folder() {
    let place = long();
    let line = "search phantom --config long.toml --out s";
    let child = started(place.path(), line, "s/lock");
    let owner = format!("s: another zodarts (process {} on ", child.id());
    run(place.path(), line).failure().code(1).stderr(predicates::str::contains(owner));
    // Without a folder of its own to insist on, a second run has one.
    send(&child, "-KILL");
    child.wait_with_output().unwrap();
    assert!(place.path().join("s/lock").exists(), "the lock of a killed process is left");
    run(place.path(), line).success();
    assert!(!place.path().join("s/lock").exists());
}

#[test]
fn what_is_not_the_same_run_does_not_go_on() {
    let place = long();
    let place = place.path();
    let nothing = "found no interrupted `zodarts search` with these settings and data";
    run(place, "search phantom --config tiny.toml --resume")
        .failure()
        .code(1)
        .stderr(predicates::str::contains(nothing));
    assert!(!place.join("runs").exists());
    ended(place, "search phantom --config long.toml", &format!("{RUN}/search.jsonl"), "-INT");
    // Another setting, another seed, another command: each begins anew.
    run(place, "search phantom --config tiny.toml").success();
    assert!(
        place.join(format!("{RUN}-2/search.json")).is_file() && !place.join(RUN).join("search.json").exists()
    );
    run(place, "search phantom --config tiny.toml --seed 1").success();
    run(place, "fit --config tiny.toml").success();
    assert!(place.join(format!("{RUN}-3/metrics.json")).is_file());
    let refused = |line: &str, part: &str| {
        run(place, line).failure().code(1).stderr(predicates::str::contains(part.to_owned()));
    };
    let out = format!("--out {RUN}");
    refused(&format!("search phantom --config tiny.toml {out}"), "`search.epochs` = 40, not 1");
    refused(&format!("fit --config long.toml {out}"), "made by `zodarts search`, not `zodarts fit`");
    refused(&format!("search phantom:1 --config long.toml {out}"), "data with fingerprint");
    refused(&format!("search phantom --config long.toml --resume=never {out}"), "holds files");
    refused("search phantom --config long.toml --resume=perhaps", "perhaps");
    run(place, &format!("search phantom --config long.toml {out}")).success();
    refused(&format!("search phantom --config long.toml --resume {out}"), "holds files");
}

#[test]
fn a_training_in_the_folder_of_its_search_goes_on() {
    let (whole, stopped) = (long(), long());
    for place in [whole.path(), stopped.path()] {
        stdout(place, "search phantom --config tiny.toml --out s");
    }
    let line = "train --run s --config long.toml";
    run(whole.path(), line).success();
    let output = ended(stopped.path(), line, "s/train.jsonl", "-TERM");
    assert_eq!(output.status.code(), Some(143));
    run(stopped.path(), line).success();
    assert!(left(&whole.path().join("s")) == left(&stopped.path().join("s")));
    run(stopped.path(), line).failure().stderr(predicates::str::contains("already holds a training"));
}
