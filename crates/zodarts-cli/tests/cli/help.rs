//! Help and lists, word for word.

use crate::support::{place, run, stdout};

#[test]
fn help_reads_as_it_did() {
    let place = place();
    for command in [
        "",
        "fit",
        "search",
        "train",
        "evaluate",
        "predict",
        "explain",
        "report",
        "export",
        "compare",
        "cross-validate",
        "study",
        "study hypergradient",
        "data",
        "data info",
        "data check",
        "data list",
        "presets",
        "settings",
        "completions",
        "man",
    ] {
        let name = if command.is_empty() { "zodarts".into() } else { command.replace(' ', "-") };
        insta::assert_snapshot!(name, stdout(place.path(), &format!("{command} --help")));
    }
}

#[test]
fn a_command_has_few_options() {
    let place = place();
    let most = [("fit", 27), ("search", 25), ("train", 27), ("compare", 26), ("study hypergradient", 26)];
    for (command, most) in most {
        let help = stdout(place.path(), &format!("{command} --help"));
        let options = help.lines().filter(|line| {
            let line = line.trim_start();
            line.starts_with("--") || line.starts_with('-') && line.contains(", --")
        });
        let count = options.count();
        assert!((10..=most).contains(&count), "{command} has {count} options");
    }
}

#[test]
fn settings_are_listed_and_explained() {
    let place = place();
    let listed = stdout(place.path(), "settings");
    for line in ["search.epochs", "method, of darts-unrolled", "data.drop_leaks", "predict.sensitivity"] {
        assert!(listed.contains(line), "{line}: {listed}");
    }
    let one = stdout(place.path(), "settings search.epochs");
    let expected = "search.epochs\n  Epochs: passes over the images on which the weights are trained.\n  \
                    default  50\n  accepts  1 to 100000\n";
    assert_eq!(one, expected);
    let both = stdout(place.path(), "settings method.radius");
    assert!(both.contains("(of darts-v2)") && both.contains("(of darts-unrolled)"), "{both}");
    let method = stdout(place.path(), "settings method");
    assert!(method.contains("method.smoothing") && !method.contains("search.epochs"), "{method}");
    let json: serde_json::Value =
        serde_json::from_str(&stdout(place.path(), "settings search.epochs --json")).unwrap();
    assert_eq!((&json[0]["key"], &json[0]["default"]), (&"search.epochs".into(), &50.into()));
    run(place.path(), "settings search.epoks").code(1).stderr(predicates::str::contains("`search.epochs`"));
}

#[test]
fn presets_read_as_they_did() {
    insta::assert_snapshot!("presets-table", stdout(place().path(), "presets"));
}

#[test]
fn presets_are_json_for_programs() {
    let presets: serde_json::Value = serde_json::from_str(&stdout(place().path(), "presets --json")).unwrap();
    assert_eq!(presets[2]["name"], "paper");
    assert_eq!(presets[2]["settings"]["train.epochs"], "300");
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(place().path(), &format!("completions {shell}")).contains("evaluate"), "{shell}");
    }
}

#[test]
fn usage_errors_are_the_users_input() {
    run(place().path(), "fit --no-such-option").code(1);
    run(place().path(), "train phantom --run a --genotype b").code(1);
    run(place().path(), "").code(1);
    run(place().path(), "--version").code(0);
}
