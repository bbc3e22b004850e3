//! An ONNX file held against the engine, through an implementation of ONNX that is not ours.

use super::graph::INPUT;
use crate::specimens::{Specimens, largest_difference};
use std::io::Cursor;
use tract_onnx::prelude::{
    DatumExt as _, Framework, InferenceModelExt, IntoRunnable, Tensor, TractResult, tvec,
};
use zodarts_nas::model::Model;

/// The largest difference between probabilities by the bytes of an ONNX file and by the engine, over sample images.
///
/// # Errors
/// With what does not work, if the file cannot be read or run.
pub fn verify(model: &Model, bytes: &[u8], specimens: &Specimens) -> Result<f32, String> {
    let found = run(model, bytes, specimens).map_err(|error| format!("{error:#}"))?;
    largest_difference(model, specimens, &found)
}

/// Probabilities of the specimens, taken one by one: together, large images would not fit in memory.
fn run(model: &Model, bytes: &[u8], specimens: &Specimens) -> TractResult<Vec<f32>> {
    let info = &model.card.dataset;
    let shape = [1, info.height, info.width, info.channels];
    let network = tract_onnx::onnx().model_for_read(&mut Cursor::new(bytes))?;
    debug_assert_eq!(network.input_outlets()?.len(), 1, "only {INPUT}");
    let network = network.with_input_fact(0, u8::fact(shape).into())?;
    let plan = network.into_optimized()?.into_runnable()?;
    let mut found = Vec::new();
    for image in specimens.images() {
        let outputs = plan.run(tvec!(Tensor::from_shape(&shape, image)?.into()))?;
        found.extend_from_slice(outputs[0].try_as_plain_ram()?.as_slice::<f32>()?);
    }
    Ok(found)
}
