//! `zodarts export`.

use crate::support::{place, run, stdout};
use predicates::str::contains;

#[test]
fn a_trained_network_is_exported_checked_and_named() {
    let place = place();
    stdout(place.path(), "fit --config tiny.toml --out run");
    let exported = run(place.path(), "export run --to onnx").success();
    exported.stdout(contains("run/network.onnx")).stderr(contains("checked on sample images"));
    assert!(place.path().join("run/network.onnx").is_file());

    let printed = stdout(place.path(), "export run --to safetensors --out weights.safetensors");
    assert_eq!(printed, "weights.safetensors\n");

    let exported =
        run(place.path(), "export run --to pytorch --out lesions.py --python no-such-python").success();
    exported.stdout("lesions.py\nlesions.safetensors\n").stderr(contains("not run here, so not checked"));
}

#[test]
fn what_cannot_be_exported_is_said_and_nothing_is_written() {
    let place = place();
    stdout(place.path(), "search phantom --config tiny.toml --out searched");
    let refused = |arguments: &str, message: &str| {
        run(place.path(), arguments).code(1).stderr(contains(message));
    };
    refused("export searched --to onnx", "`model.json` is missing");
    refused("export searched --to keras", "[possible values: onnx, pytorch, safetensors]");
    refused("export nowhere --to onnx", "nowhere");
    stdout(place.path(), "fit --config tiny.toml --out run");
    refused("export run --to pytorch --out my-network.py", "expected a file name of letters, digits and `_`");
    refused("export run --to onnx --out no/such/folder/n.onnx", "no/such/folder/n.onnx: cannot be written");
    assert!(!place.path().join("my-network.py").exists());
}
