//! Networks of every kind in every format, compared with the engine.

mod common;
#[path = "common/tract.rs"]
mod tract;

use common::{Kind, PLAIN, model};
use std::path::Path;
use tract::by_tract;
use zodarts_data::{Standardise, Task};
use zodarts_export::{CheckResult, ExportError, Format, SampleInputs, TOLERANCE, check_onnx, export};
use zodarts_nas::evaluate::LabelThresholds;
use zodarts_nas::settings::Architecture;

/// A program that is not there: these tests do not run Python exports. `tests/whole_split.rs` does.
const NO_PYTHON: &str = "no-such-python";

fn kinds() -> Vec<Kind> {
    vec![
        PLAIN,
        Kind { side: 32, ..PLAIN.clone() },
        Kind { side: 9, image: (13, 17), standardise: Standardise::Image, ..PLAIN.clone() },
        Kind {
            channels: 3,
            classes: 5,
            task: Task::OrdinalRegression,
            side: 15,
            standardise: Standardise::Image,
            image: (15, 15),
            ..PLAIN.clone()
        },
        Kind { classes: 14, task: Task::MultiLabel, ..PLAIN.clone() },
        Kind {
            genotype: "|none~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+\
                |skip_connect~0|nor_conv_3x3~1|skip_connect~2|",
            ..PLAIN.clone()
        },
        Kind {
            architecture: Architecture::Resnet18,
            channels: 3,
            classes: 7,
            task: Task::MultiClass,
            side: 14,
            ..PLAIN.clone()
        },
    ]
}

#[test]
fn the_evaluator_and_another_onnx_runtime_agree_with_the_engine_on_every_kind_of_network() {
    let place = tempfile::tempdir().unwrap();
    for kind in kinds() {
        let path = place.path().join("network.onnx");
        let model = model(&kind);
        let exported = export(&model, Format::Onnx, &path, Path::new(NO_PYTHON)).unwrap();
        let CheckResult::Differs(difference) = exported.check else { panic!("{exported:?}") };
        assert!(difference <= TOLERANCE, "{difference}");
        assert_eq!(exported.files, std::slice::from_ref(&path));
        let file = std::fs::read(&path).unwrap();
        assert_eq!(check_onnx(&model, &file).unwrap(), difference);

        let inputs = SampleInputs::for_model(&model);
        let found = by_tract(&file, inputs.bytes(), &model.card.dataset).unwrap();
        let difference = inputs.largest_difference(&model, &found).unwrap();
        assert!(difference <= TOLERANCE, "tract: {difference}");
    }
}

#[test]
fn weights_are_written_by_name_and_read_back() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("network.safetensors");
    let exported = export(&model(&PLAIN), Format::Safetensors, &path, Path::new(NO_PYTHON)).unwrap();
    assert_eq!(exported.check, CheckResult::SameBits);
    let bytes = std::fs::read(&path).unwrap();
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let metadata = header.metadata().clone().unwrap();
    assert_eq!(metadata["task"], "binary-class");
    assert_eq!(metadata["genotype"], PLAIN.genotype);
    let names: Vec<String> = serde_json::from_str(&metadata["classes"]).unwrap();
    assert_eq!(names.len(), 2);
    assert!(header.tensors().contains_key("stages.1.cells.0.edges.0.conv3x3.weight"));
}

#[test]
fn the_same_network_gives_the_same_bytes() {
    let place = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let file = |name: &str| {
            let path = place.path().join(name).join("network").with_extension(format.extension());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let exported = export(&model(&PLAIN), format, &path, Path::new(NO_PYTHON)).unwrap();
            exported.files.iter().map(|file| std::fs::read(file).unwrap()).collect::<Vec<_>>()
        };
        let first = file("first");
        for name in ["second", "third", "fourth"] {
            assert_eq!(file(name), first, "{}", format.name());
        }
    }
}

#[test]
fn a_python_file_is_written_beside_its_weights_and_says_that_it_was_not_run() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("lesions.py");
    let exported = export(&model(&PLAIN), Format::Pytorch, &path, Path::new(NO_PYTHON)).unwrap();
    assert!(
        matches!(&exported.check, CheckResult::NotRun(reason) if reason.contains(NO_PYTHON)),
        "{exported:?}"
    );
    let source = std::fs::read_to_string(&path).unwrap();
    assert!(source.contains("lesions.safetensors") && !source.contains("{{a"), "{source}");
    assert!(place.path().join("lesions.safetensors").is_file());
}

#[test]
fn the_thresholds_of_labels_are_in_the_files() {
    let place = tempfile::tempdir().unwrap();
    let mut labels = model(&Kind { classes: 3, task: Task::MultiLabel, ..PLAIN.clone() });
    let probabilities = vec![Some(0.3), None, Some(0.5)];
    labels.card.label_thresholds = Some(LabelThresholds { wanted: 0.9, probabilities });
    let file = |name: &str| place.path().join(name);
    for (format, name) in [(Format::Onnx, "n.onnx"), (Format::Pytorch, "n.py")] {
        export(&labels, format, &file(name), Path::new(NO_PYTHON)).unwrap();
    }
    let metadata = r#"{"wanted":0.9,"probabilities":[0.3,null,0.5]}"#;
    let bytes = std::fs::read(file("n.onnx")).unwrap();
    assert!(bytes.windows(metadata.len()).any(|part| part == metadata.as_bytes()), "metadata");
    // Python compares in double precision: 0.3 would be below the engine's number.
    let source = std::fs::read_to_string(file("n.py")).unwrap();
    assert!(source.contains("LABEL_THRESHOLDS = [0.30000001192092896, None, 0.5]"), "{source}");
}

#[test]
fn a_name_that_python_cannot_import_is_refused() {
    let place = tempfile::tempdir().unwrap();
    for name in ["my-model.py", "1st.py", "model.txt", ".py", "a b.py"] {
        let path = place.path().join(name);
        let error = export(&model(&PLAIN), Format::Pytorch, &path, Path::new(NO_PYTHON)).unwrap_err();
        assert!(matches!(error, ExportError::NoModule { .. }), "{name}: {error}");
    }
    assert_eq!(place.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_network_that_gives_no_numbers_is_not_written() {
    let place = tempfile::tempdir().unwrap();
    let mut broken = model(&PLAIN);
    broken.weights.fill(f32::NAN);
    let path = place.path().join("network.onnx");
    let error = export(&broken, Format::Onnx, &path, Path::new(NO_PYTHON)).unwrap_err();
    assert!(matches!(error, ExportError::Unusable { .. }), "{error}");
    assert!(!path.exists());
}
