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
        "study",
        "study hypergradient",
        "data",
        "data info",
        "data check",
        "presets",
        "completions",
        "man",
    ] {
        let name = if command.is_empty() { "zodarts".into() } else { command.replace(' ', "-") };
        insta::assert_snapshot!(name, stdout(place.path(), &format!("{command} --help")));
    }
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
