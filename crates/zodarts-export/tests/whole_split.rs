//! Exported files compared with the engine over whole test splits, by tract, by onnxruntime and by `PyTorch`.
//!
//! `ZODARTS_PYTHON` names a Python with the last two (`cargo xtask validate` makes one); without it they are
//! skipped, and said to be.

#[path = "../../zodarts-data/tests/support/shared.rs"]
mod shared;
#[path = "common/tract.rs"]
mod tract;

use shared::shared;
use std::path::{Path, PathBuf};
use std::process::Command;
use tract::by_tract;
use zodarts_data::Samples;
use zodarts_data::{Dataset, OpenOptions, Standardise, Task};
use zodarts_export::{CheckResult, Format, TOLERANCE, export};
use zodarts_nas::evaluate::Threshold;
use zodarts_nas::memory::Memory;
use zodarts_nas::model::Model;
use zodarts_nas::observer::Silent;
use zodarts_nas::protocol::Protocol;
use zodarts_nas::settings::{Architecture, Auto, Checked, TrainSettings};
use zodarts_nas::stage::Deadline;
use zodarts_nas::train::{TrainInput, train};

const GENOTYPE: &str =
    "|nor_conv_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_3x3~2|";

/// Returns the Python to test with.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("ZODARTS_PYTHON").map(PathBuf::from);
    if python.is_none() {
        eprintln!(
            "SKIPPED: ZODARTS_PYTHON is not set: exports are not compared with onnxruntime and PyTorch"
        );
    }
    python
}

/// Opens a MedMNIST file beside the project.
fn real(name: &str) -> Option<Dataset> {
    let file = shared(name)?;
    Some(Dataset::open(&file.to_string_lossy(), &OpenOptions::default(), &|_| ()).unwrap())
}

fn phantom() -> Dataset {
    Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap()
}

/// Returns a network after a few epochs of training; `ResNet-18` standardises images.
fn trained(architecture: Architecture, side: usize, epochs: usize, dataset: &Dataset) -> Model {
    let standardise = match architecture {
        Architecture::Genotype => Standardise::None,
        Architecture::Resnet18 => Standardise::Image,
    };
    let settings = TrainSettings {
        architecture,
        standardise,
        epochs,
        channels: 6,
        cells: 1,
        input_size: Auto::Fixed(side),
        ..TrainSettings::default()
    };
    let input = TrainInput {
        info: &dataset.info,
        train: &dataset.train,
        val: &dataset.val,
        protocol: Protocol::Official,
        genotype: Some(GENOTYPE.parse().unwrap()),
        settings: Checked::of(&settings).unwrap(),
        seed: 1,
        deadline: Deadline::NONE,
        memory: Memory::available(),
        store: None,
    };
    train(input, &mut Silent).unwrap().model
}

/// Returns the engine's probabilities of some images.
fn probabilities(model: &Model, samples: &Samples) -> Vec<f32> {
    model.scores(samples).unwrap().rows().flatten().copied().collect()
}

/// Returns the range of the probabilities of the first of `classes` classes.
fn spread(probabilities: &[f32], classes: usize) -> f32 {
    let firsts = || probabilities.iter().step_by(classes).copied();
    firsts().fold(0.0, f32::max) - firsts().fold(1.0, f32::min)
}

/// Returns the bytes of all images, `(images, height, width, channels)`.
fn bytes(samples: &Samples, model: &Model) -> Vec<u8> {
    let info = &model.card.dataset;
    let area = info.height * info.width;
    let mut bytes = Vec::new();
    for image in 0..samples.len() {
        let planes = samples.image(image);
        bytes.extend((0..area * info.channels).map(|at| {
            let (pixel, channel) = (at / info.channels, at % info.channels);
            (planes[channel * area + pixel] * 255.0).round() as u8
        }));
    }
    bytes
}

/// Returns the largest difference that `agree.py` finds between a file's probabilities and the expected ones,
/// both in files.
fn by_python(python: &Path, path: &Path, images: &Path, expected: &Path) -> f32 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agree.py");
    let output = Command::new(python).arg(script).args([path, images, expected]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Exports a model and compares it with what `zodarts predict` says of all test images.
fn compare(model: &Model, dataset: &Dataset) {
    let place = tempfile::tempdir().unwrap();
    let test = dataset.test.unseal();
    let file = |name: &str| place.path().join(name);
    let images = bytes(&test, model);
    let expected = probabilities(model, &test);
    assert!(spread(&expected, model.card.dataset.classes.len()) > 0.1, "images differ");

    let python = python();
    let onnx = file("network.onnx");
    let unused = PathBuf::from("no-such-python");
    export(model, Format::Onnx, &onnx, &unused).unwrap();
    let difference = largest_difference(
        &by_tract(&std::fs::read(&onnx).unwrap(), &images, &model.card.dataset).unwrap(),
        &expected,
    );
    assert!(difference <= TOLERANCE, "tract on {}: {difference}", dataset.info.name);

    let Some(python) = python else { return };
    std::fs::write(file("images"), &images).unwrap();
    std::fs::write(
        file("expected"),
        expected.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>(),
    )
    .unwrap();
    let source = file("network.py");
    let exported = export(model, Format::Pytorch, &source, &python).unwrap();
    assert!(matches!(exported.check, CheckResult::Differs(_)), "{exported:?}");
    for path in [&onnx, &source] {
        let difference = by_python(&python, path, &file("images"), &file("expected"));
        assert!(difference <= TOLERANCE, "{} of {}: {difference}", path.display(), dataset.info.name);
    }
}

#[test]
fn a_grey_network_agrees_over_a_test_split_and_does_so_calibrated_and_with_a_threshold() {
    let data = phantom();
    let mut model = trained(Architecture::Genotype, 32, 12, &data);
    compare(&model, &data);
    let plain = probabilities(&model, &data.test.unseal());
    model.calibrate(&data.val).unwrap();
    model.card.threshold = Some(Threshold { class: 1, probability: 0.25, wanted: 0.95 });
    assert_ne!(probabilities(&model, &data.test.unseal()), plain, "a temperature other than 1");
    compare(&model, &data);
}

#[test]
fn resnet_18_agrees_over_a_test_split() {
    let data = phantom();
    compare(&trained(Architecture::Resnet18, 12, 2, &data), &data);
}

#[test]
fn an_rgb_network_of_several_classes_agrees_over_a_test_split() {
    let Some(data) = real("retinamnist.npz") else { return };
    assert_eq!((data.info.channels, data.info.task), (3, Task::OrdinalRegression));
    compare(&trained(Architecture::Genotype, 28, 2, &data), &data);
}
