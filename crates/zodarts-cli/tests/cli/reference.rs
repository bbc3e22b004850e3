//! Documents that are generated from the command's own definitions.

use crate::support::{place, stdout};
use std::fs;
use std::path::Path;

#[test]
fn the_reference_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference.md");
    let kept = fs::read_to_string(path).unwrap();
    let made = stdout(place().path(), "reference");
    assert!(made == kept, "docs/reference.md is not what the command says; run `cargo xtask reference`");
    for command in ["fit", "compare", "study hypergradient", "data check", "explain", "report"] {
        assert!(made.contains(&format!("\n## `zodarts {command}`\n")), "{command}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let place = place();
    assert!(stdout(place.path(), "man").starts_with(".ie"), "roff");
    stdout(place.path(), "man --out pages");
    for page in ["zodarts.1", "zodarts-fit.1", "zodarts-data-check.1"] {
        let text = fs::read_to_string(place.path().join("pages").join(page)).unwrap();
        assert!(text.contains(".SH NAME"), "{page}");
    }
    assert!(!place.path().join("pages/zodarts-reference.1").exists(), "what is hidden stays so");
}
