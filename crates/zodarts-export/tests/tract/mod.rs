//! An ONNX runtime that is no code of ours.

use tract_onnx::prelude::{
    DatumExt as _, Framework, InferenceModelExt, IntoRunnable, Tensor, TractResult, tvec,
};
use zodarts::data::DatasetInfo;

/// Returns the probabilities that tract computes of images, `(images, height, width, channels)`, with an ONNX
/// file's bytes.
pub fn by_tract(file: &[u8], images: &[u8], info: &DatasetInfo) -> TractResult<Vec<f32>> {
    let image = [info.height, info.width, info.channels];
    let shape = [images.len() / image.iter().product::<usize>(), image[0], image[1], image[2]];
    let network =
        tract_onnx::onnx().model_for_read(&mut &*file)?.with_input_fact(0, u8::fact(shape).into())?;
    let outputs =
        network.into_optimized()?.into_runnable()?.run(tvec!(Tensor::from_shape(&shape, images)?.into()))?;
    Ok(outputs[0].try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
}
