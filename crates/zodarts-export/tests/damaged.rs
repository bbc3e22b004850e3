//! Damaged ONNX files: each is refused, or gives the same probabilities in another runtime as well.

mod common;
#[path = "common/tract.rs"]
mod tract;

use common::{Kind, PLAIN, model};
use tract::by_tract;
use zodarts_data::Task;
use zodarts_export::{CheckFault, Format, SampleInputs, TOLERANCE, check_onnx, export};
use zodarts_nas::model::Model;
use zodarts_nas::settings::Architecture;

/// A network that is resized and has every operator but `Sigmoid`.
fn resized() -> Model {
    model(&Kind { side: 9, image: (13, 17), ..PLAIN.clone() })
}

/// Returns the bytes of a model's ONNX file.
fn file(model: &Model) -> Vec<u8> {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("network.onnx");
    export(model, Format::Onnx, &path, "no-such-python".as_ref()).unwrap();
    std::fs::read(path).unwrap()
}

/// Returns true if an export would not write these bytes.
fn is_refused(model: &Model, bytes: &[u8]) -> bool {
    !check_onnx(model, bytes).is_ok_and(|difference| difference <= TOLERANCE)
}

/// Returns the bytes with the first occurrence of `old` replaced by `new`, which has the same length.
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let at = position(bytes, old).unwrap_or_else(|| panic!("no {:?}", String::from_utf8_lossy(old)));
    let mut bytes = bytes.to_vec();
    bytes[at..][..new.len()].copy_from_slice(new);
    bytes
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[test]
fn an_operator_or_attribute_that_is_not_known_is_refused() {
    let several = model(&Kind { classes: 14, task: Task::MultiLabel, ..PLAIN.clone() });
    let resnet = model(&Kind { architecture: Architecture::Resnet18, side: 8, ..PLAIN.clone() });
    let resized = resized();
    let changes = [
        (&resized, "AveragePool", "AveragePoom"),
        (&resized, "BatchNormalization", "BatchNormalisation"),
        (&resized, "Cast", "Case"),
        (&resized, "Clip", "Clap"),
        (&resized, "Conv", "Conf"),
        (&resized, "Div", "Mod"),
        (&resized, "Flatten", "Flattem"),
        (&resized, "Gemm", "Gems"),
        (&resized, "GlobalAveragePool", "GlobalAveragePoom"),
        (&resized, "MatMul", "MatMum"),
        (&resized, "Relu", "Selu"),
        (&resized, "Softmax", "Hardmax"),
        (&resized, "Sum", "Max"),
        (&resnet, "Sum", "Min"),
        (&several, "Sigmoid", "Sigmoit"),
        (&resized, "Transpose", "Transposf"),
        (&resized, "axis", "axes"),
        (&resized, "count_include_pad", "count_include_bad"),
        (&resized, "epsilon", "epsilom"),
        (&resized, "kernel_shape", "kernel_shapf"),
        (&resized, "pads", "padz"),
        (&resized, "perm", "pern"),
        (&resized, "strides", "stridez"),
        (&resized, "transB", "transA"),
    ];
    for (model, old, new) in changes {
        // Their lengths are written before names and operators, and tell them from parts of other words.
        let framed = |word: &str| [&[word.len() as u8], word.as_bytes()].concat();
        let bytes = replaced(&file(model), &framed(old), &framed(new));
        let fault = check_onnx(model, &bytes).unwrap_err();
        assert!(matches!(fault, CheckFault::Onnx(_)), "{old}: {fault}");
        let named = if old.chars().next().is_some_and(char::is_uppercase) { new } else { "attribute" };
        assert!(fault.to_string().contains(named), "{old}: {fault}");
    }
}

#[test]
fn an_attribute_of_another_value_is_refused() {
    let (resized, resnet) =
        (resized(), model(&Kind { architecture: Architecture::Resnet18, side: 8, ..PLAIN.clone() }));
    let epsilon = |value: f32| [&[0x15][..], &value.to_le_bytes()].concat();
    let changes: [(&Model, Vec<u8>, Vec<u8>); 6] = [
        (&resized, epsilon(1e-5), epsilon(0.1)),
        // The pads of a convolution, and its strides, as `ints`.
        (&resized, b"\x40\x01\x40\x01\x40\x01\x40\x01".into(), b"\x40\x01\x40\x01\x40\x00\x40\x00".into()),
        (&resized, b"\x40\x01\x40\x01\x40\x01\x40\x01".into(), b"\x40\x00\x40\x01\x40\x02\x40\x01".into()),
        (&resnet, b"\x40\x02\x40\x02".into(), b"\x40\x01\x40\x01".into()),
        (&resized, b"\x40\x00\x40\x03\x40\x01\x40\x02".into(), b"\x40\x00\x40\x03\x40\x02\x40\x01".into()),
        // The axis from which on an array is flattened.
        (&resized, b"axis\x18\x01".into(), b"axis\x18\x00".into()),
    ];
    for (model, old, new) in changes {
        assert!(is_refused(model, &replaced(&file(model), &old, &new)), "{old:x?} became {new:x?}");
    }
}

#[test]
fn a_changed_weight_is_refused() {
    let model = resized();
    let bytes = file(&model);
    let mut changed = 0;
    for tensor in model.network.weights.tensors() {
        let values = &model.weights[tensor.range.clone()];
        let values: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        // Edges on no path to the output are not exported.
        let Some(at) = position(&bytes, &values) else { continue };
        let mut bytes = bytes.clone();
        // The highest bit of every exponent: a single value may meet nothing but zeros behind a ReLU.
        bytes[at..][..values.len()].iter_mut().skip(3).step_by(4).for_each(|byte| *byte ^= 0x40);
        assert!(is_refused(&model, &bytes), "{}", tensor.name);
        changed += 1;
    }
    assert!(changed > 20, "{changed} tensors");
}

#[test]
fn a_file_that_is_cut_short_is_refused() {
    let model = resized();
    let bytes = file(&model);
    let last = bytes.len() - 700;
    for length in (0..last).step_by(311).chain(last..bytes.len()) {
        assert!(is_refused(&model, &bytes[..length]), "the first {length} of {} bytes", bytes.len());
    }
}

#[test]
fn a_value_that_is_not_defined_or_of_another_shape_is_refused() {
    let model = resized();
    let bytes = file(&model);
    let changes = [
        ("\x0a\x09head.flat", "\x0a\x09head.gone", "`head.gone` is not defined"),
        ("\x0a\x09head.flat", "\x0a\x09head.mean", "not defined for inputs"),
        ("\x0a\x0cinput.scaled", "\x0a\x0cinput.sealed", "`input.sealed` is not defined"),
    ];
    for (old, new, reason) in changes {
        let fault = check_onnx(&model, &replaced(&bytes, old.as_bytes(), new.as_bytes())).unwrap_err();
        assert!(fault.to_string().contains(reason), "{new:?}: {fault}");
    }
    // Opset 18, and a field that no message has.
    let newer = replaced(&bytes, b"\x42\x02\x10\x11", b"\x42\x02\x10\x12");
    assert!(check_onnx(&model, &newer).unwrap_err().to_string().contains("opset 17"));
    let longer = [&bytes[..], b"\xf8\x07\x01"].concat();
    assert!(check_onnx(&model, &longer).unwrap_err().to_string().contains("no fields but those"));
}

#[test]
fn a_flipped_bit_is_refused_or_does_no_harm() {
    let model = resized();
    let (bytes, inputs) = (file(&model), SampleInputs::for_model(&model));
    let (mut refused, mut harmless) = (0, 0);
    for at in (0..bytes.len()).step_by(bytes.len() / 60) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        if is_refused(&model, &bytes) {
            refused += 1;
            continue;
        }
        let found = by_tract(&bytes, inputs.bytes(), &model.card.dataset).unwrap();
        let difference = inputs.largest_difference(&model, &found).unwrap();
        assert!(difference <= 2.0 * TOLERANCE, "byte {at}: {difference}");
        harmless += 1;
    }
    assert!(refused > 3 && harmless > 3, "{refused} refused, {harmless} harmless");
}
