//! A disk that fills up during a run: a small file system in memory, in a namespace of its own. The test is
//! skipped with a message where that is not possible.
#![cfg(target_os = "linux")]

use crate::support::{assert_left, left, run};
use std::fs;
use std::process::{Command, Output};

const LONG: &str = "\
[search]\nepochs = 6\nchannels = 4\ncells = 1\ninput_size = 12\n\
[train]\nepochs = 6\nchannels = 4\ncells = 1\ninput_size = 12\n";

const RUN: &str = "runs/phantom-zo-darts-plus-seed0";

/// Room for two checkpoints of the search and not for the third that takes the place of the first; then room
/// for all.
const SCRIPT: &str = r#"
mount -t tmpfs -o size=520k tmpfs disk || exit 77
cp long.toml disk && cd disk || exit 78
"$ZODARTS" fit --config long.toml; echo "status $?"
ls "$RUN/checkpoint"
mount -o remount,size=64m "$PWD" || exit 79
"$ZODARTS" fit --config long.toml; echo "status $?"
cp -r runs ..
"#;

#[test]
fn a_full_disk_ends_a_run_and_takes_nothing_away() {
    let [whole, full] = [(), ()].map(|()| tempfile::tempdir().unwrap());
    for place in [&whole, &full] {
        fs::write(place.path().join("long.toml"), LONG).unwrap();
    }
    let place = full.path();
    fs::create_dir(place.join("disk")).unwrap();
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", SCRIPT]).current_dir(place);
    let output = command.env("ZODARTS", env!("CARGO_BIN_EXE_zodarts")).env("RUN", RUN).output();
    let Some(Output { status, stdout, stderr }) =
        output.ok().filter(|output| output.status.code() == Some(0))
    else {
        eprintln!(
            "SKIPPED: no small file system to fill: `unshare --map-root-user --mount` and `mount` do not \
             work here"
        );
        return;
    };
    let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(status.success());
    assert!(stderr.contains("cannot be written: No space left on device"), "{stderr}");
    assert!(stdout.starts_with("status 1\nlatest.safetensors\nprevious.safetensors\n"), "{stdout}{stderr}");
    assert!(stderr.contains("search resumes") && stdout.ends_with("status 0\n"), "{stdout}{stderr}");
    run(whole.path(), "fit --config long.toml").success();
    let [expected, found] = [whole.path(), place].map(|place| left(&place.join(RUN)));
    assert_left(&found, &expected);
}
